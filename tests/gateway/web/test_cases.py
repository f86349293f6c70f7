from http import HTTPStatus
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.identifiers import lengthen
from tests.gateway.web.door import ENROLMENT, NUMBER, Gate


def workers(count: int) -> list[dict[str, str]]:
    """So many invented workers, each with a number of their own."""
    numbers = [lengthen(f"4301029503{day:02d}{serial:03d}") for day in range(1, 8) for serial in range(10)]
    return [ENROLMENT["worker"] | {"id_number": number} for number in numbers[:count]]


def enrol_many(gate: Gate, count: int, client: str = "demo-platform") -> list[str]:
    answers = [gate.enrol(worker=worker, client=client) for worker in workers(count)]
    assert {answer.status_code for answer in answers} == {HTTPStatus.ACCEPTED}, answers[0].text
    return [answer.get_json()["case"] for answer in answers]


def test_a_case_shows_where_it_stands(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    shown = gate.get(f"/v1/cases/{case}").get_json()
    assert shown["status"] == "accepted"
    assert shown["allowed_actions"] == ["withdraw"]
    assert {leg["message"] for leg in shown["legs"]} == {"FindCover"}
    assert shown["timeline"][0]["text"]
    assert "reason" not in shown["legs"][0]


def test_the_timeline_is_told_in_the_language_of_the_caller(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    english = gate.get(f"/v1/cases/{case}").get_json()["timeline"][0]["text"]
    chinese = gate.get(f"/v1/cases/{case}", Accept_Language="zh").get_json()["timeline"][0]["text"]
    assert english.isascii() != chinese.isascii()


def test_a_case_of_somebody_else_is_not_there(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    for path in (f"/v1/cases/{case}", "/v1/cases/case_0", f"/v1/cases/{NUMBER}"):
        answer = gate.get(path, client="other-platform")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    withdrawn = gate.post(f"/v1/cases/{case}/withdraw", {"reason": "not mine"}, client="other-platform")
    assert withdrawn.status_code == HTTPStatus.NOT_FOUND
    assert gate.get(f"/v1/cases/{case}", client="demo-operator").status_code == HTTPStatus.OK


def test_an_operator_is_told_more_of_a_leg(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    assert "reason" in gate.get(f"/v1/cases/{case}", client="demo-operator").get_json()["legs"][0]


def test_pages_follow_one_another_without_gap_or_repetition(gate: Gate) -> None:
    cases = enrol_many(gate, 7)
    enrol_many(gate, 3, client="other-platform")
    found, path = [], "/v1/cases?limit=3"
    while path:
        page = gate.get(path).get_json()
        found += [line["case"] for line in page["cases"]]
        path = page["next"]["href"] if page["next"] else ""
    assert sorted(found) == sorted(cases)
    assert found == sorted(found, reverse=True), "newest first"


def test_cases_are_found_by_worker_and_status(gate: Gate) -> None:
    enrol_many(gate, 2)
    mine = gate.enrol().get_json()
    found = gate.get(f"/v1/cases?worker={mine['worker']}").get_json()["cases"]
    assert [line["case"] for line in found] == [mine["case"]]
    assert len(gate.get("/v1/cases?status=accepted").get_json()["cases"]) == 3
    assert gate.get("/v1/cases?status=completed").get_json() == {"cases": [], "next": None}


def test_an_operator_sees_the_cases_of_all(gate: Gate) -> None:
    enrol_many(gate, 2)
    listed = gate.get("/v1/cases", client="demo-operator").get_json()["cases"]
    assert len(listed) == 2
    assert gate.get("/v1/cases", client="other-platform").get_json()["cases"] == []


@pytest.mark.parametrize(
    "query",
    [
        f"worker={NUMBER}",
        "worker=wrk_",
        "status=done",
        "status=",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=２０",
        "page=2",
        f"id_number={NUMBER}",
        "limit=1&limit=2",
    ],
)
def test_a_query_that_cannot_be_is_told(door: Gate, query: str) -> None:
    answer = door.get(f"/v1/cases?{query}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")
    assert NUMBER not in answer.text


def test_a_cursor_serves_the_query_and_the_caller_that_it_was_given_to(gate: Gate) -> None:
    enrol_many(gate, 3)
    cursor = gate.get("/v1/cases?limit=1&status=accepted").get_json()["next"]["cursor"]
    assert gate.get(f"/v1/cases?limit=2&status=accepted&cursor={cursor}").status_code == HTTPStatus.OK
    # Another sign at that place is another byte; the last signs of base64 may differ and say the same.
    damaged = cursor[:9] + ("A" if cursor[9] != "A" else "B") + cursor[10:]
    for query, client in (
        (f"cursor={cursor}", "demo-platform"),
        (f"status=completed&cursor={cursor}", "demo-platform"),
        (f"status=accepted&cursor={cursor}", "other-platform"),
        (f"status=accepted&cursor={cursor}", "demo-operator"),
        (f"status=accepted&cursor={damaged}", "demo-platform"),
    ):
        answer = gate.get(f"/v1/cases?{query}", client=client)
        assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_cursor")


def test_a_cursor_shows_nothing_of_what_it_holds(gate: Gate) -> None:
    cases = enrol_many(gate, 2)
    cursor = gate.get("/v1/cases?limit=1").get_json()["next"]["cursor"]
    assert not any(case in cursor for case in cases)


def test_no_text_but_our_own_is_taken_for_a_cursor(door: Gate) -> None:
    @settings(max_examples=40)
    @given(st.text(max_size=80))
    def refused(cursor: str) -> None:
        answer = door.get(f"/v1/cases?cursor={quote(cursor.encode(errors='surrogatepass'))}")
        assert answer.get_json()["code"] == "invalid_cursor"

    refused()


def test_a_case_is_taken_back_once(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    first = gate.post(f"/v1/cases/{case}/withdraw", {"reason": "changed my mind"}, key="w")
    again = gate.post(f"/v1/cases/{case}/withdraw", {"reason": "changed my mind"}, key="w")
    assert (first.status_code, first.get_json()["status"]) == (202, "withdrawn")
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert gate.rows()["reservations"] == 0


def test_what_is_withdrawn_cannot_be_withdrawn_again_under_another_key(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    gate.post(f"/v1/cases/{case}/withdraw", {"reason": "changed my mind"})
    answer = gate.post(f"/v1/cases/{case}/withdraw", {"reason": "changed my mind"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "action_not_allowed")


def test_a_refusal_says_in_words_that_nothing_is_possible(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    gate.post(f"/v1/cases/{case}/withdraw", {"reason": "changed my mind"})
    said = gate.post(f"/v1/cases/{case}/withdraw", {"reason": "changed my mind"}).get_json()["detail"]
    assert said.endswith("possible now: nothing.")


def test_material_is_supplied_only_where_it_was_asked_for(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    answer = gate.post(f"/v1/cases/{case}/supply", {"insurance": "pension", "material": "photo"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "action_not_allowed")


def test_a_worker_is_found_by_number_among_the_callers_own_cases(gate: Gate) -> None:
    enrolled = gate.enrol().get_json()["worker"]
    asked = {"id_type": "resident_id", "id_number": NUMBER}
    assert gate.post("/v1/workers/search", asked).get_json()["worker"] == enrolled
    short = asked | {"id_number": NUMBER[:6] + NUMBER[8:17]}
    assert gate.post("/v1/workers/search", short).get_json()["worker"] == enrolled
    assert gate.post("/v1/workers/search", asked, client="other-platform").status_code == HTTPStatus.NOT_FOUND
    assert gate.post("/v1/workers/search", asked, client="demo-operator").get_json()["worker"] == enrolled


def test_a_search_tells_bad_numbers_and_repeats_none(door: Gate) -> None:
    wrong = NUMBER[:-1] + "1"
    answer = door.post("/v1/workers/search", {"id_type": "resident_id", "id_number": wrong})
    assert answer.get_json()["errors"] == [
        {"pointer": "/id_number", "code": "bad_check_digit", "detail": answer.get_json()["errors"][0]["detail"]}
    ]
    assert wrong not in answer.text
