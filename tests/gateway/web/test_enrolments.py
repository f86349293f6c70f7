import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

import pytest

from gateway.rules.law import Law
from gateway.store.idempotency import Key, keep
from tests.gateway.web.conftest import opened
from tests.gateway.web.door import ENROLMENT, NUMBER, Gate


def test_an_enrolment_is_accepted_and_says_where_to_go_on(gate: Gate) -> None:
    answer = gate.enrol()
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    body = answer.get_json()
    assert body["case"].startswith("case_")
    assert body["worker"].startswith("wrk_")
    assert body["levies"][0]["amount"]
    assert gate.get(body["links"]["self"]).get_json()["case"] == body["case"]
    assert NUMBER not in answer.text


def test_the_body_is_in_the_journal_before_anything_is_made_of_it(gate: Gate) -> None:
    assert gate.post("/v1/enrolments", b"\xff not json").status_code == HTTPStatus.BAD_REQUEST
    assert gate.journal() == [("in", "demo-platform", "enrol")]


def test_the_same_request_again_is_the_same_answer_byte_for_byte(gate: Gate) -> None:
    first, again = gate.enrol(key="one"), gate.enrol(key="one")
    assert again.data == first.data
    assert again.status_code == HTTPStatus.ACCEPTED
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert gate.rows()["cases"] == 1


def test_content_is_compared_after_parsing(gate: Gate) -> None:
    gate.enrol(key="one")
    backwards = json.dumps(dict(reversed(ENROLMENT.items())), indent=3).encode()
    assert gate.post("/v1/enrolments", backwards, key="one").headers["Idempotency-Replayed"] == "true"


def test_other_content_under_one_key_is_told_by_pointer_and_without_values(gate: Gate) -> None:
    gate.enrol(key="one")
    other = gate.enrol(key="one", consent={"reference": "another-consent", "given_at": "2026-11-01T08:00:00+08:00"})
    assert other.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    problem = other.get_json()
    assert problem["code"] == "idempotency_conflict"
    assert [fault["pointer"] for fault in problem["errors"]] == ["/consent/reference"]
    assert "another-consent" not in other.text


def test_a_key_belongs_to_its_client_and_its_path(gate: Gate) -> None:
    mine = gate.enrol(key="one").get_json()
    theirs = gate.enrol(key="one", client="other-platform")
    assert theirs.status_code == HTTPStatus.ACCEPTED
    assert theirs.get_json()["case"] != mine["case"]
    withdrawn = gate.post(f"/v1/cases/{mine['case']}/withdraw", {"reason": "changed my mind"}, key="one")
    assert withdrawn.status_code == HTTPStatus.ACCEPTED
    assert "Idempotency-Replayed" not in withdrawn.headers


def test_another_gateway_on_the_same_database_gives_the_stored_answer(twins: tuple[Gate, Gate]) -> None:
    one, other = twins
    first, again = one.enrol(key="one"), other.enrol(key="one")
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"


def test_twins_through_two_gateways_at_once_get_one_answer(twins: tuple[Gate, Gate]) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: twins[number % 2].enrol(key="one"), range(6)))
    assert {answer.status_code for answer in answers} == {HTTPStatus.ACCEPTED}
    assert len({answer.data for answer in answers}) == 1
    assert twins[0].rows()["cases"] == 1


@pytest.fixture
def on_postgresql(postgresql_url: str, var: Path, law: Law) -> Iterator[Gate]:
    with opened(postgresql_url, var, law) as made:
        yield made


# On SQLite the first writer holds everybody up, the journal included; there a twin is only ever seen after it is done.
def test_a_twin_waits_for_the_first_and_is_then_told_to_ask_again(on_postgresql: Gate) -> None:
    key = Key("demo-platform", "POST", "/v1/enrolments", "one")
    with on_postgresql.runtime.store.work("first") as tx:
        keep(tx, key, b"{}", 202, b"{}")
        answer = on_postgresql.enrol(key="one")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.get_json()["code"] == "idempotency_in_flight"
    assert answer.get_json()["retry_safe"] is True
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_refusal_is_not_stored(gate: Gate) -> None:
    assert gate.enrol(key="one", start="2020-01").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert gate.enrol(key="one").status_code == HTTPStatus.ACCEPTED


def test_a_preview_says_what_an_acceptance_would_and_keeps_nothing(gate: Gate) -> None:
    shown = gate.post("/v1/enrolments/preview", ENROLMENT)
    assert shown.status_code == HTTPStatus.OK, shown.text
    assert set(gate.rows().values()) == {0}
    accepted = gate.enrol().get_json()
    assert shown.get_json()["determination"] == accepted["determination"]
    assert [levy["amount"] for levy in shown.get_json()["levies"]] == [levy["amount"] for levy in accepted["levies"]]


def test_a_preview_finds_the_faults_that_an_enrolment_would_have(gate: Gate) -> None:
    for changes in ({"start": "2020-01"}, {"workplace_region": "999999"}, {"insurance": ["pension", "pension"]}):
        shown = gate.post("/v1/enrolments/preview", ENROLMENT | changes)
        refused = gate.enrol(**changes)
        assert shown.status_code == refused.status_code >= HTTPStatus.BAD_REQUEST
        assert shown.get_json()["errors"] == refused.get_json()["errors"]


def test_answers_come_in_the_language_of_the_caller(gate: Gate) -> None:
    chinese = gate.post("/v1/enrolments/preview", ENROLMENT, Accept_Language="zh-CN,en;q=0.5").get_json()
    english = gate.post("/v1/enrolments/preview", ENROLMENT, Accept_Language="de,en;q=0.5").get_json()
    assert "依据" in chinese["determination"][0]["explanation"]
    assert "By " in english["determination"][0]["explanation"]
