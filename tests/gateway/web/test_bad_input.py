import copy
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from gateway.web.problems import MEDIA_TYPE
from tests.gateway.web.door import ENROLMENT, NUMBER, Gate


def changed(*path: str, to: object = None, drop: bool = False) -> bytes:
    document = copy.deepcopy(ENROLMENT)
    place: Any = document
    for name in path[:-1]:
        place = place[name]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(document).encode()


def text(change: Callable[[str], str]) -> bytes:
    return change(json.dumps(ENROLMENT)).encode()


# What is sent, the code of the problem, and the pointer of its fault where it has one.
CORPUS: list[tuple[str, bytes, str, str | None]] = [
    ("an empty body", b"", "invalid_json", None),
    ("white space", b"  \n", "invalid_json", None),
    ("half a document", text(lambda it: it[: len(it) // 2]), "invalid_json", None),
    ("two documents", text(lambda it: it + it), "invalid_json", None),
    ("bytes that are not UTF-8", b'{"worker": "\xff"}', "invalid_json", None),
    ("UTF-16", json.dumps(ENROLMENT).encode("utf-16"), "invalid_json", None),
    ("a number that JSON does not have", text(lambda it: it.replace("60", "NaN")), "invalid_json", None),
    ("deep nesting", b"[" * 5000 + b"]" * 5000, "invalid_json", None),
    (
        "a key given twice",
        text(lambda it: it.replace('"choice"', '"start": "2026-12", "choice"')),
        "duplicate_key",
        None,
    ),
    ("a list", b"[]", "wrong_type", ""),
    ("null", b"null", "wrong_type", ""),
    ("a text", b'"enrol"', "wrong_type", ""),
    ("an unknown field", changed("extra", to=1), "unknown_field", "/extra"),
    ("an unknown field inside", changed("worker", "nick/name", to=1), "unknown_field", "/worker/nick~1name"),
    ("a field left out", changed("start", drop=True), "missing_field", "/start"),
    ("a field inside left out", changed("worker", "name", drop=True), "missing_field", "/worker/name"),
    ("null for a field", changed("start"), "wrong_type", "/start"),
    ("a number for a text", changed("start", to=202611), "wrong_type", "/start"),
    ("a text for a number", changed("contribution", "grade", to="60"), "wrong_type", "/contribution/grade"),
    ("true for a number", changed("contribution", "grade", to=True), "wrong_type", "/contribution/grade"),
    ("a fraction", changed("contribution", "grade", to=60.5), "wrong_type", "/contribution/grade"),
    ("a grade beyond the range", changed("contribution", "grade", to=100_000), "out_of_range", "/contribution/grade"),
    ("money as a number", changed("contribution", "wage", to=5000.0), "wrong_type", "/contribution/wage"),
    ("a wage below nothing", changed("contribution", "wage", to="-1.00"), "bad_pattern", "/contribution/wage"),
    ("a name of spaces", changed("worker", "name", to="   "), "too_short", "/worker/name"),
    ("a name that is turned round", changed("worker", "name", to="张\u202e三"), "bad_character", "/worker/name"),
    ("a name with something unseen", changed("worker", "name", to="张\u200b三"), "bad_character", "/worker/name"),
    (
        "a consent that was not given yet",
        changed("consent", "given_at", to="2026-11-12T08:00:00+08:00"),
        "not_yet",
        "/consent/given_at",
    ),
    (
        "a region that nobody here serves",
        changed("workplace_region", to="510104"),
        "route_missing",
        "/workplace_region",
    ),
    ("money with one place", changed("contribution", "wage", to="5000.0"), "bad_pattern", "/contribution/wage"),
    ("an unknown insurance", changed("insurance", to=["life"]), "unknown_code", "/insurance/0"),
    ("no insurance", changed("insurance", to=[]), "too_few", "/insurance"),
    ("one insurance twice", changed("insurance", to=["pension", "pension"]), "repeated_item", "/insurance/1"),
    (
        "a wrong check digit",
        changed("worker", "id_number", to=NUMBER[:-1] + "1"),
        "bad_check_digit",
        "/worker/id_number",
    ),
    ("a number too short", changed("worker", "id_number", to="4301021995"), "too_short", "/worker/id_number"),
    ("a day that is not", changed("worker", "id_number", to="43010219950230001X"), "bad_", "/worker/id_number"),
    ("a mobile of another form", changed("worker", "mobile", to="29900001234"), "bad_pattern", "/worker/mobile"),
    ("a name with a control character", changed("worker", "name", to="湘\u0000骑"), "bad_character", "/worker/name"),
    ("half a character", changed("worker", "name", to="湘\ud800骑"), "bad_character", "/worker/name"),
    ("a name without end", changed("worker", "name", to="湘" * 101), "too_long", "/worker/name"),
    ("a month that is not", changed("start", to="2026-13"), "bad_pattern", "/start"),
    ("full-width digits", changed("start", to="２０２６-11"), "bad_pattern", "/start"),
    ("a start in the past", changed("start", to="2020-01"), "start_in_past", "/start"),
    ("a start too far away", changed("start", to="2036-01"), "start_too_far", "/start"),
    ("an unknown region", changed("workplace_region", to="999999"), "unknown_region", "/workplace_region"),
    ("a region of four digits", changed("workplace_region", to="3301"), "bad_pattern", "/workplace_region"),
    (
        "an instant without offset",
        changed("consent", "given_at", to="2026-11-01T08:00:00"),
        "bad_pattern",
        "/consent/given_at",
    ),
]


@pytest.mark.parametrize(("sent", "code", "pointer"), [row[1:] for row in CORPUS], ids=[row[0] for row in CORPUS])
def test_bad_input_is_told_and_leaves_nothing_but_its_journal_record(
    door: Gate, sent: bytes, code: str, pointer: str | None
) -> None:
    answer = door.post("/v1/enrolments", sent)
    problem = answer.get_json()
    assert HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.content_type == MEDIA_TYPE
    if pointer is None:
        assert problem["code"] == code
    else:
        told = [(fault["pointer"], fault["code"]) for fault in problem["errors"]]
        assert any(at == pointer and found.startswith(code) for at, found in told), told
    assert NUMBER not in answer.text
    assert set(door.rows().values()) == {0}
    assert door.journal() == [("in", "demo-platform", "enrol")]


def test_one_answer_lists_every_fault(door: Gate) -> None:
    worker = ENROLMENT["worker"] | {"mobile": "1", "id_number": NUMBER[:-1] + "1"}
    problem = door.enrol(worker=worker, start="never", nonsense=True).get_json()
    assert {fault["pointer"] for fault in problem["errors"]} == {
        "/worker/mobile",
        "/worker/id_number",
        "/start",
        "/nonsense",
    }
    assert all(fault["detail"] for fault in problem["errors"])


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Idempotency_Key": ""}, 400, "idempotency_key_missing"),
        ({"Idempotency_Key": "x" * 256}, 400, "idempotency_key_invalid"),
        ({"Idempotency_Key": "two words"}, 400, "idempotency_key_invalid"),
        ({"Content_Type": ""}, 415, "unsupported_media_type"),
        ({"Content_Type": "text/plain"}, 415, "unsupported_media_type"),
        ({"Content_Type": "application/json; charset=gbk"}, 415, "unsupported_media_type"),
        ({"Content_Type": "application/xml"}, 415, "unsupported_media_type"),
        ({"Content_Encoding": "gzip"}, 415, "unsupported_media_type"),
    ],
)
def test_a_bad_header_is_told_and_leaves_nothing_but_its_journal_record(
    door: Gate, headers: dict[str, str], status: int, code: str
) -> None:
    answer = door.post("/v1/enrolments", ENROLMENT, **headers)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert set(door.rows().values()) == {0}
    assert len(door.journal()) == 1


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=UTF-8", "Application/JSON"])
def test_json_is_known_by_every_way_of_naming_it(door: Gate, content_type: str) -> None:
    answer = door.post("/v1/enrolments/preview", ENROLMENT, Content_Type=content_type)
    assert answer.status_code == HTTPStatus.OK


def test_a_body_over_the_limit_is_not_read_but_that_it_came_is_kept(door: Gate) -> None:
    answer = door.post("/v1/enrolments", changed("worker", "name", to="x" * 20_000))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "body_too_large")
    assert "20000" in answer.get_json()["detail"]
    assert door.journal() == [("in", "demo-platform", "enrol: body_too_large")]
    assert set(door.rows().values()) == {0}


@pytest.mark.parametrize(
    "path",
    ["/v1/enrolments/preview", "/v1/cases/case_1/withdraw", "/v1/cases/case_1/supply", "/v1/workers/search"],
)
def test_every_post_needs_its_key_and_tells_bad_input(door: Gate, path: str) -> None:
    assert door.post(path, {}, Idempotency_Key="").get_json()["code"] == "idempotency_key_missing"
    assert door.post(path, b"{").get_json()["code"] == "invalid_json"
    unknown = door.post(path, {"unknown": 1})
    assert unknown.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "/unknown" in {fault["pointer"] for fault in unknown.get_json()["errors"]}
    assert len(door.journal()) == 3


def test_a_bad_number_hides_nothing_else_that_is_wrong(door: Gate) -> None:
    sent = json.loads(changed("worker", "id_number", to="430102199503070018"))
    sent |= {"start": "2026-10", "nonsense": 1, "contribution": {"grade": 61, "cycle": "monthly"}}
    told = door.post("/v1/enrolments", json.dumps(sent).encode()).get_json()
    pointers = [each["pointer"] for each in told["errors"]]
    assert {"/worker/id_number", "/nonsense", "/start", "/contribution/grade"} <= set(pointers)
    assert told["code"] == "faults"
    assert told["detail"].startswith(str(len(pointers)))


def test_a_bad_number_does_not_hide_an_unknown_region(door: Gate) -> None:
    sent = json.loads(changed("worker", "id_number", to="430102199503070018")) | {"workplace_region": "999999"}
    for address in ("/v1/enrolments", "/v1/enrolments/preview"):
        told = door.post(address, json.dumps(sent).encode()).get_json()
        assert {each["pointer"] for each in told["errors"]} == {"/worker/id_number", "/workplace_region"}


def test_what_cannot_be_read_at_all_is_told_as_it_is(door: Gate) -> None:
    told = door.post("/v1/enrolments", changed("start", to="2026-13")).get_json()
    assert [each["pointer"] for each in told["errors"]] == ["/start"]
