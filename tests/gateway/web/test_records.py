"""GET .../rights and .../contributions: who may ask, what has to be said, and what is kept of it."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.errors import GatewayError
from gateway.model.codes import ContributionState, CoverState, Scheme
from gateway.model.messages import Message
from gateway.model.province_records import ContributionLine, ContributionsFound, GetRights, Right, RightsFound
from gateway.model.values import Money, Month, Region
from gateway.ports import Support
from gateway.store.journal_reader import read
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.web.door import NUMBER, Gate

ASKED = "purpose=benefit&consent=consent-9"
MONTHS = "from=2025-01&to=2025-12"
HUNAN = Region("430102")
LINE = ContributionLine(
    Scheme.EMPLOYEE_PENSION,
    HUNAN,
    Month.parse("2025-03"),
    ContributionState.PAID,
    personal=Money.parse("400.00"),
    paid_on=date(2025, 4, 2),
    unit_name="示例物流",
)
RIGHT = Right(Scheme.EMPLOYEE_PENSION, HUNAN, CoverState.ACTIVE, months_paid=120, balance=Money.parse("1.00"))


class Keeper(ScriptedParty):
    """A province with records, and the questions it was asked."""

    def __init__(self, party: str, region: str) -> None:
        super().__init__(party, "province", [Support("GetRights"), Support("GetContributions")], regions=(region,))
        self.questions: list[Message] = []

    def ask(self, query: Message, deadline: datetime) -> Message:
        self.questions.append(query)
        if isinstance(query, GetRights):
            return RightsFound(known=True, rights=(RIGHT,))
        return ContributionsFound(known=True, lines=(LINE,))


@pytest.fixture
def kept(door: Gate) -> Iterator[tuple[Gate, str, Keeper]]:
    """A gateway where Hunan has records of an enrolled worker; the worker's handle."""
    worker = door.enrol().get_json()["worker"]
    hunan = Keeper("guangdong", "44")
    parties: Any = door.runtime.parties
    parties["guangdong"] = hunan
    yield door, worker, hunan
    del parties["guangdong"]


def fits(gate: Gate, schema: str, answer: Any) -> None:
    described = gate.http.get("/openapi.json").get_json()
    document = {"$ref": f"#/components/schemas/{schema}", "components": described["components"]}
    assert [error.message for error in Draft202012Validator(document).iter_errors(answer)] == []


@pytest.mark.parametrize("client", ["demo-platform", "demo-operator"])
def test_both_answers_fit_their_description(kept: tuple[Gate, str, Keeper], client: str) -> None:
    gate, worker, _ = kept
    fits(gate, "Rights", gate.get(f"/v1/workers/{worker}/rights?{ASKED}", client=client).get_json())
    found = gate.get(f"/v1/workers/{worker}/contributions?{ASKED}&{MONTHS}", client=client).get_json()
    fits(gate, "Contributions", found)
    assert ("region" in found["lines"][0]) == ("unanswered" in found) == (client == "demo-operator")


def test_an_answer_about_a_person_is_kept_by_no_cache(kept: tuple[Gate, str, Keeper]) -> None:
    gate, worker, _ = kept
    assert gate.get(f"/v1/workers/{worker}/rights?{ASKED}").headers["Cache-Control"] == "no-store"


def test_the_question_is_in_the_journal_with_purpose_and_consent(kept: tuple[Gate, str, Keeper]) -> None:
    gate, worker, _ = kept
    gate.get(f"/v1/workers/{worker}/rights?{ASKED}&insurance=pension,medical")
    assert gate.journal()[-1] == ("in", "demo-platform", "rights")
    number = len(gate.journal())
    document = json.loads(read(gate.runtime.store.engine, gate.runtime.store.keyring, f"{gate.writer.stream}.{number}"))
    assert document == {"purpose": "benefit", "consent": "consent-9", "insurance": "pension,medical"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "purpose=benefit",
        "consent=c",
        "purpose=curiosity&consent=c",
        f"{ASKED}&insurance=fire",
        f"{ASKED}&insurance=pension,pension",
        f"{ASKED}&insurance=",
        f"{ASKED}&id_number={NUMBER}",
        f"{ASKED}&purpose=benefit",
        "purpose=benefit&consent=%20",
    ],
)
def test_a_question_without_purpose_and_consent_or_with_more_is_refused(
    kept: tuple[Gate, str, Keeper], query: str
) -> None:
    gate, worker, hunan = kept
    for path in ("rights", f"contributions?{MONTHS}"):
        address = f"/v1/workers/{worker}/{path}{'&' if '?' in path else '?'}{query}"
        answer = gate.get(address)
        assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter"), address
    assert hunan.questions == []


@pytest.mark.parametrize(
    "months", ["", "from=2025-01", "from=2025-13&to=2025-12", "from=2025-02&to=2025-01", "from=1900-01&to=2025-12"]
)
def test_contributions_are_asked_for_months_that_can_be(kept: tuple[Gate, str, Keeper], months: str) -> None:
    gate, worker, hunan = kept
    answer = gate.get(f"/v1/workers/{worker}/contributions?{ASKED}&{months}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")
    assert hunan.questions == []


def test_a_caller_without_the_scope_or_the_worker_learns_nothing(kept: tuple[Gate, str, Keeper]) -> None:
    gate, worker, hunan = kept
    path = f"/v1/workers/{worker}/rights?{ASKED}"
    assert gate.get(path, client="reader").get_json()["code"] == "insufficient_scope"
    assert gate.get(path, client="demo-province").get_json()["code"] == "wrong_caller_kind"
    assert gate.get(path, client="other-platform").status_code == HTTPStatus.NOT_FOUND
    assert hunan.questions == []


def test_where_no_region_answers_the_caller_is_told_so(kept: tuple[Gate, str, Keeper]) -> None:
    gate, worker, hunan = kept

    def silent(query: Message, deadline: datetime) -> Message:
        raise GatewayError("deadline_passed", party="guangdong")

    hunan.ask = silent  # type: ignore[method-assign]  # a province that stays silent
    answer = gate.get(f"/v1/workers/{worker}/rights?{ASKED}")
    assert answer.get_json()["code"] == "deadline_passed"
