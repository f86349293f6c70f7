"""POST .../suspend, resume, end, details, identity, death: who may, what goes in, what comes out."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.model.codes import Decision, LevyState
from gateway.model.province import EnrolmentDecided
from gateway.model.tax import LevyResult
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.services.registrations import KINDS
from gateway.store.journal_reader import read
from tests.gateway.web.door import NUMBER, Gate

CONSENT = {"reference": "c-2", "given_at": "2026-11-09T08:00:00+08:00"}
MONTHLY = {"grade": 60, "cycle": "monthly"}
RIGHT = {"id_type": "resident_id", "id_number": "110101199003071014", "name": "湘小骑"}
BODIES: dict[str, dict[str, Any]] = {
    "suspend": {"insurance": "pension", "first": "2026-12", "reason": "本人申请", "consent": CONSENT},
    "resume": {"insurance": "pension", "first": "2027-01", "contribution": MONTHLY, "consent": CONSENT},
    "end": {"insurance": "pension", "last": "2026-12", "cause": "moved", "consent": CONSENT},
    "details": {"mobile": "13900005678", "consent": CONSENT},
    "identity": {**RIGHT, "evidence": "户口簿", "consent": CONSENT},
    "death": {"died_on": "2026-11-08", "evidence": "证明 7"},
}
OF_WORKER = ("details", "identity", "death")
KIND = {"suspend": "suspension", "resume": "resumption", "end": "ending"}
every = pytest.mark.parametrize("what", BODIES)


@pytest.fixture
def registered(door: Gate) -> Gate:
    """A worker whose pension is registered in Zhejiang, which takes every change."""
    accepted = EnrolmentDecided(Decision.ACCEPTED, person_number="P1", registration_number="R1", notice_number="N1")
    zhejiang: Any = door.runtime.parties["zhejiang"]
    zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.ACCEPTED, reply=accepted))
    made = EnrolmentDecided(Decision.ACCEPTED, notice_number="N2")
    for message in KINDS.values():
        zhejiang.supports[message] = Support(message)
        zhejiang.answers(message, Outcome(OutcomeKind.ACCEPTED, reply=made))
    tax: Any = door.runtime.parties["tax-zhejiang"]
    levy = LevyResult(found=True, state=LevyState.ASSESSED, levy_number="L1", notice_number="N1")
    tax.answers("FindLevy", Outcome(OutcomeKind.ACCEPTED, reply=levy))
    return door


def begun(gate: Gate, what: str) -> str:
    """The address of a change of a worker's registration that can be made."""
    enrolled = gate.enrol().get_json()
    gate.carry_due()
    if what in OF_WORKER:
        return f"/v1/workers/{enrolled['worker']}/{what}"
    if what == "resume":
        gate.clock.forward(days=240)
        suspended = BODIES["suspend"] | {"first": "2027-07"}
        gate.post(f"/v1/enrolments/{enrolled['case']}/suspend", suspended)
        gate.carry_due()
    return f"/v1/enrolments/{enrolled['case']}/{what}"


def body_of(what: str) -> dict[str, Any]:
    return BODIES[what] | ({"first": "2027-08"} if what == "resume" else {})


@every
def test_a_change_is_answered_202_with_its_case_and_followed_there(registered: Gate, what: str) -> None:
    address = begun(registered, what)
    answer = registered.post(address, body_of(what))
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    shown = answer.get_json()
    described = registered.http.get("/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/Case", "components": described["components"]}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(shown)] == []
    assert (shown["kind"], shown["status"]) == (KIND.get(what, what), "registering")
    registered.carry_due()
    followed = registered.get(shown["links"]["self"]).get_json()
    assert followed["status"] in ("completed", "awaiting_payment", "registering")
    assert "change_made" in [line["event"] for line in followed["timeline"]]


@every
def test_the_same_key_gives_the_same_bytes(registered: Gate, what: str) -> None:
    address = begun(registered, what)
    first = registered.post(address, body_of(what), key="same")
    again = registered.post(address, body_of(what), key="same")
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"


@every
def test_the_request_is_in_the_journal_before_anything_else(registered: Gate, what: str) -> None:
    address = begun(registered, what)
    registered.post(address, body_of(what))
    records = [number for number, (way, party, _) in enumerate(registered.journal(), 1) if party == "demo-platform"]
    store = registered.runtime.store
    kept = json.loads(read(store.engine, store.keyring, f"{registered.writer.stream}.{records[-1]}"))
    assert kept == body_of(what)


@every
def test_a_caller_of_the_wrong_kind_or_without_the_scope_changes_nothing(registered: Gate, what: str) -> None:
    address = begun(registered, what)
    before = registered.rows()["cases"]
    for client, code in (("demo-province", "wrong_caller_kind"), ("reader", "insufficient_scope")):
        assert registered.post(address, body_of(what), client=client).get_json()["code"] == code
    assert registered.post(address, body_of(what), client="other-platform").status_code == HTTPStatus.NOT_FOUND
    assert registered.rows()["cases"] == before


@every
def test_a_body_that_is_no_such_request_is_told_place_by_place(registered: Gate, what: str) -> None:
    address = begun(registered, what)
    wrong = {**body_of(what), "surplus": 1}
    missing = {name: value for name, value in body_of(what).items() if name in ("mobile", "remark")}
    for body, codes in ((wrong, {"unknown_field"}), (missing, {"missing_field"})):
        answer = registered.post(address, body)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert {error["code"] for error in answer.get_json()["errors"]} == codes


@every
def test_an_operator_may_too(registered: Gate, what: str) -> None:
    address = begun(registered, what)
    answer = registered.post(address, body_of(what), client="demo-operator")
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    assert registered.get(answer.get_json()["links"]["self"]).status_code == HTTPStatus.OK, "the platform follows it"


@pytest.mark.parametrize("what", ["details", "identity", "death"])
def test_a_worker_is_named_by_handle_and_never_by_number(registered: Gate, what: str) -> None:
    begun(registered, what)
    answer = registered.post(f"/v1/workers/{NUMBER}/{what}", body_of(what))
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert NUMBER not in answer.text


def test_a_number_with_a_wrong_check_digit_corrects_nobody(registered: Gate) -> None:
    address = begun(registered, "identity")
    answer = registered.post(address, body_of("identity") | {"id_number": "110101199003071015"})
    assert [error["code"] for error in answer.get_json()["errors"]] == ["bad_check_digit"]
    assert "110101199003071015" not in answer.text


def test_what_the_law_forbids_is_told_with_its_instrument_in_both_languages(registered: Gate) -> None:
    address = begun(registered, "end")
    for language in ("zh", "en"):
        answer = registered.post(address, BODIES["end"] | {"cause": "asked"}, Accept_Language=language)
        problem = answer.get_json()
        assert (answer.status_code, problem["code"], problem["side"]) == (422, "ending_not_allowed", "law")
        assert "国办发〔2009〕66号" in problem["detail"]


def test_a_change_in_the_list_of_cases_offers_nothing_to_withdraw(registered: Gate) -> None:
    address = begun(registered, "suspend")
    change = registered.post(address, BODIES["suspend"]).get_json()["case"]
    (line,) = [line for line in registered.get("/v1/cases").get_json()["cases"] if line["case"] == change]
    assert line["links"] == {"self": f"/v1/cases/{change}"}
    answer = registered.post(f"/v1/cases/{change}/withdraw", {"reason": "no"})
    assert answer.get_json()["code"] == "action_not_allowed"
