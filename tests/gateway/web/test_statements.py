"""Statements over HTTP: sent in as files, refused with line and byte, listed and shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.mapping.statement_layout import key_setting, layouts
from gateway.rules.law import Law
from gateway.web.app import create_app
from tests.gateway.mapping.statements import KEY, LAYOUTS, layout, row, written
from tests.gateway.web.conftest import MAPPINGS, SECRETS, opened
from tests.gateway.web.door import Gate

HUNAN = layout("tax-hunan")
ROWS = [row(1), row(2), row(3)]
ADDRESS = "/v1/statements?party=tax-hunan"


@pytest.fixture
def gate(database_url: str, var: Path, law: Law, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gateway that takes statements of up to 30,000 bytes, and other bodies of up to 2,000."""
    for party in LAYOUTS:
        monkeypatch.setitem(SECRETS, key_setting(party), KEY.decode())
    with opened(database_url, var, law, body_limit=2000, statement_limit=30_000) as made:
        made.clock.at = datetime(2026, 11, 22, 1, tzinfo=UTC)
        runtime = replace(made.runtime, statements=layouts(MAPPINGS))
        yield replace(made, runtime=runtime, app=create_app(runtime, made.doors))


def send(gate: Gate, body: bytes, address: str = ADDRESS, key: str | None = None, **headers: str) -> TestResponse:
    named = {"Content_Type": "application/octet-stream", **headers}
    return gate.post(address, body, client="demo-operator", key=key, **named)


def shown(gate: Gate, address: str) -> Any:
    answer = gate.get(address, "demo-operator")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize("party", LAYOUTS)
def test_a_right_file_is_kept_and_shown(gate: Gate, party: str) -> None:
    answer = send(gate, written(ROWS, layout(party)), f"/v1/statements?party={party}")
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert (made["state"], made["party"], made["day"], made["count"]) == ("kept", party, "2026-11-20", 3)
    assert made["total"] == "2880.06"
    assert shown(gate, made["links"]["self"]) == made
    assert ("in", party, "Statement") in gate.journal()


def test_a_key_that_is_not_set_is_told_as_ours_and_nothing_is_kept(gate: Gate) -> None:
    settings = replace(gate.runtime.settings, parties={})
    runtime = replace(gate.runtime, settings=settings)
    without = replace(gate, runtime=runtime, app=create_app(runtime, gate.doors))
    answer = send(without, written(ROWS, HUNAN), Accept_Language="zh")
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["side"]) == (503, "statement_key_missing", "gateway")
    assert "PARTY_TAX_HUNAN_STATEMENT_SECRET" in problem["detail"]
    assert shown(gate, "/v1/statements")["statements"] == []


def test_a_file_larger_than_other_bodies_may_be_is_taken_up_to_a_limit_of_its_own(gate: Gate) -> None:
    body = written([row(number) for number in range(1, 101)], HUNAN)
    assert 2000 < len(body) < 30_000
    assert send(gate, body).status_code == 201
    answer = send(gate, b"x" * 30_001)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "body_too_large")
    assert shown(gate, "/v1/statements")["statements"][1:] == []


def test_a_wrong_file_is_a_problem_that_names_line_and_byte_and_the_statement_stays(gate: Gate) -> None:
    body = written(ROWS, HUNAN).replace(b"|960.02|", b"|9,60.2|")
    answer = send(gate, body, Accept_Language="zh")
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["side"], problem["party"]) == (
        422,
        "statement_refused",
        "party",
        "tax-hunan",
    )
    place = body.index(b"9,60.2")
    assert problem["errors"][0]["pointer"] == f"/line/3/byte/{place}"
    expected = "以元为单位、两位小数的金额，如 1024.80；不得有前导零、千分位或 -0.00"
    assert problem["errors"][0]["detail"] == f'第 3 行，字节 {place}，amount：应为 {expected}，实为 "9,99.9"。'
    (listed,) = shown(gate, "/v1/statements?state=refused")["statements"]
    assert listed["statement"] in problem["detail"]
    kept = shown(gate, listed["links"]["self"])
    assert [(each["line"], each["byte"], each["side"]) for each in kept["errors"]][0:1] == [(3, place, "party")]


def test_the_same_request_again_is_the_same_answer_and_other_content_a_conflict(gate: Gate) -> None:
    first = send(gate, written(ROWS, HUNAN), key="k1")
    again = send(gate, written(ROWS, HUNAN), key="k1")
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    other = send(gate, written(ROWS[:1], HUNAN, sequence=2), key="k1")
    assert other.get_json()["code"] == "idempotency_conflict"
    assert len(shown(gate, "/v1/statements")["statements"]) == 1
    assert send(gate, written(ROWS, HUNAN), key="k2").get_json() == first.get_json()


def test_a_superseding_file_is_shown_with_its_differences(gate: Gate) -> None:
    first = send(gate, written(ROWS, HUNAN)).get_json()
    made = send(gate, written(ROWS[:2], HUNAN, sequence=2)).get_json()
    assert made["supersedes"] == first["statement"]
    assert (made["differences"]["only_before"], made["differences"]["rows"][0]["line_before"]) == (1, 4)
    assert shown(gate, first["links"]["self"])["superseded_by"] == made["statement"]


def test_lists_are_paged_and_narrowed(gate: Gate) -> None:
    for part in range(1, 4):
        gate.clock.forward(seconds=1)
        send(gate, written(ROWS, HUNAN, part=part, parts=3))
    page = shown(gate, "/v1/statements?party=tax-hunan&day=2026-11-20&state=kept&limit=2")
    assert [each["part"] for each in page["statements"]] == [3, 2]
    assert [each["part"] for each in shown(gate, page["next"]["href"])["statements"]] == [1]
    assert shown(gate, "/v1/statements?party=tax-beijing")["statements"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?state=lost", "bad_parameter"),
        ("?day=today", "bad_parameter"),
        ("?limit=0", "bad_parameter"),
        ("?x=1", "bad_parameter"),
        ("?cursor=x", "invalid_cursor"),
        ("/stm_1", "not_found"),
    ],
)
def test_what_cannot_be_asked_is_told(gate: Gate, query: str, code: str) -> None:
    assert gate.get(f"/v1/statements{query}", "demo-operator").get_json()["code"] == code


def test_who_may_not_send_is_told_so_and_nothing_is_kept(gate: Gate) -> None:
    body = written(ROWS, HUNAN)
    assert gate.post(ADDRESS, body).get_json()["code"] == "wrong_caller_kind"
    assert gate.get("/v1/statements").get_json()["code"] == "wrong_caller_kind"
    assert send(gate, body, "/v1/statements?party=tax-x").get_json()["code"] == "not_found"
    assert send(gate, body, "/v1/statements").get_json()["code"] == "bad_parameter"
    assert send(gate, body, Content_Encoding="gzip").get_json()["code"] == "unsupported_media_type"
    assert shown(gate, "/v1/statements")["statements"] == []
