"""Breaks over REST: listed and narrowed, shown as each kind of caller may see them, acted on once per key."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.model.breaks import BreakState
from gateway.model.reconciliation import BreakClass
from gateway.rules.law import Law
from gateway.web.app import create_app
from tests.gateway.services.broken import DAY, amount_break, found, knowing, run_of, side_row
from tests.gateway.web.conftest import opened
from tests.gateway.web.door import Gate
from tests.gateway.web.test_reference import fits

ACCOUNTANT, OPERATOR = "demo-accountant", "demo-operator"
THEIRS = {"repair": "accept_theirs", "reason": "the voucher was shown"}


def knowing_gate(made: Gate) -> Gate:
    runtime = knowing(made.runtime)
    return replace(made, runtime=runtime, app=create_app(runtime, made.doors))


@pytest.fixture
def gate(database_url: str, var: Any, law: Law) -> Iterator[Gate]:
    """A gateway with one break about 960.00 and 950.00 yuan, where one above 5,000.00 takes two."""
    with opened(database_url, var, law, second_person_above="5000.00") as made:
        gate = knowing_gate(made)
        run_of(gate.runtime, amount_break())
        yield gate


def shown(gate: Gate, address: str, client: str = ACCOUNTANT) -> Any:
    answer = gate.get(address, client)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def listed(gate: Gate, query: str = "", client: str = ACCOUNTANT) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shown(gate, f"/v1/breaks{query}", client)["breaks"]
    return found


def act(gate: Gate, verb: str, body: object, client: str = ACCOUNTANT, key: str | None = None) -> TestResponse:
    handle = listed(gate)[0]["break"]
    return gate.post(f"/v1/breaks/{handle}/{verb}", body, client=client, key=key)


def code_of(answer: TestResponse) -> str:
    return str(answer.get_json()["code"])


def test_a_break_is_listed_and_shown_whole(gate: Gate) -> None:
    (line,) = listed(gate)
    assert (line["class"], line["state"], line["difference"]) == ("amount", "open", "10.00")
    assert (line["age_days"], line["owner"], line["due_on"], line["overdue"]) == (1, "accounts", "2026-11-12", False)
    whole = shown(gate, line["links"]["self"])
    assert {name: whole[name] for name in line} == line
    assert [len(whole["rows"][side]) for side in ("here", "there")] == [1, 1]
    assert whole["allowed_actions"] == ["claim", "comment", "resolve"]
    assert whole["fitting_repairs"][0] == "accept_theirs"
    assert [entry["action"] for entry in whole["history"]] == ["found"]


def test_whoever_may_not_see_a_field_finds_it_masked(gate: Gate) -> None:
    path = listed(gate)[0]["links"]["self"]
    assert shown(gate, path)["rows"]["there"][0]["trace"] == "[masked]"
    assert shown(gate, path, OPERATOR)["rows"]["there"][0]["trace"].endswith("/00000001")


@pytest.mark.parametrize("verb", ["claim", "comment", "resolve", "reopen"])
def test_only_accountants_and_operators_with_the_scope_may_act(gate: Gate, verb: str) -> None:
    assert code_of(act(gate, verb, {}, "demo-platform")) == "wrong_caller_kind"
    assert code_of(act(gate, verb, {}, "demo-province")) == "wrong_caller_kind"
    handle = listed(gate)[0]["break"]
    reading = gate.bearer(ACCOUNTANT, scopes={"breaks:read"})
    answer = gate.http.post(f"/v1/breaks/{handle}/{verb}", json={}, headers={**reading, "Idempotency-Key": "k"})
    assert code_of(answer) == "insufficient_scope"


def test_a_break_is_claimed_commented_resolved_and_reopened(gate: Gate) -> None:
    assert act(gate, "claim", {}).get_json()["claimed_by"] == ACCOUNTANT
    assert act(gate, "comment", {"text": "asked"}).get_json()["history"][-1]["comment"] == "asked"
    resolved = act(gate, "resolve", THEIRS).get_json()
    assert (resolved["state"], resolved["repairs"][0]["changes_ours_by"]) == ("resolved", "-10.00")
    reopened = act(gate, "reopen", {"reason": "the wrong voucher"}).get_json()
    assert (reopened["state"], reopened["repairs"][0]["state"]) == ("reopened", "withdrawn")
    assert shown(gate, reopened["links"]["self"]) == reopened


def test_a_claim_of_somebody_else_is_a_named_problem_and_taken_over_on_purpose(gate: Gate) -> None:
    act(gate, "claim", {})
    problem = act(gate, "claim", {}, OPERATOR)
    assert (problem.status_code, code_of(problem)) == (409, "break_claimed")
    assert ACCOUNTANT in problem.get_json()["detail"]
    assert act(gate, "claim", {"instead_of": ACCOUNTANT}, OPERATOR).get_json()["claimed_by"] == OPERATOR


def test_above_the_amount_another_client_agrees(gate: Gate) -> None:
    run_of(gate.runtime, amount_break(), amount_break(600000, 1, 2), day=DAY + timedelta(days=1))
    (large,) = [line for line in listed(gate) if line["difference"] == "5999.99"]
    path = f"{large['links']['self']}/resolve"
    waiting = gate.post(path, THEIRS, client=ACCOUNTANT).get_json()
    assert (waiting["state"], waiting["allowed_actions"]) == ("awaiting_second", ["comment", "resolve", "reopen"])
    mine = gate.post(path, THEIRS, client=ACCOUNTANT)
    assert (mine.status_code, code_of(mine)) == (403, "second_person_needed")
    agreed = gate.post(path, THEIRS, client=OPERATOR).get_json()
    assert (agreed["state"], agreed["resolved_by"], agreed["agreed_by"]) == ("resolved", ACCOUNTANT, OPERATOR)


def test_the_same_request_again_is_the_same_answer_and_other_content_a_conflict(gate: Gate) -> None:
    first = act(gate, "comment", {"text": "asked"}, key="k1")
    again = act(gate, "comment", {"text": "asked"}, key="k1")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert code_of(act(gate, "comment", {"text": "other"}, key="k1")) == "idempotency_conflict"
    assert len(shown(gate, first.get_json()["links"]["self"])["history"]) == 2


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("reopen", {"reason": "x"}, "break_not_allowed"),
        ("resolve", {"repair": "edit_it", "reason": "x"}, "faults"),
        ("resolve", {"repair": "accept_theirs"}, "faults"),
        ("resolve", {"repair": "refund", "reason": "x"}, "repair_not_fitting"),
        ("comment", {"text": "x" * 1001}, "faults"),
        ("claim", {"who": "me"}, "faults"),
        ("claim", [], "faults"),
    ],
)
def test_what_cannot_be_done_is_a_named_problem_and_changes_nothing(
    gate: Gate, verb: str, body: object, code: str
) -> None:
    assert code_of(act(gate, verb, body)) == code
    whole = shown(gate, listed(gate)[0]["links"]["self"])
    assert (whole["state"], len(whole["history"])) == ("open", 1)


def test_a_break_that_is_not_there_is_not_found(gate: Gate) -> None:
    assert code_of(gate.get("/v1/breaks/brk_1", ACCOUNTANT)) == "not_found"
    assert code_of(gate.post("/v1/breaks/brk_1/claim", {}, client=ACCOUNTANT)) == "not_found"


def test_lists_are_narrowed(gate: Gate) -> None:
    duplicate = found(
        BreakClass.DUPLICATE,
        [side_row("here", 7, region="330106", fund="medical")] * 2,
        "g7",
        flags=("amount", "date"),
        owner="operations",
    )
    run_of(gate.runtime, amount_break(), duplicate, day=DAY + timedelta(days=1))
    for query, count in (
        ("?class=amount", 1),
        ("?class=date", 0),
        ("?flag=date", 1),
        ("?flag=state", 0),
        (f"?state={BreakState.OPEN}", 2),
        (f"?state={BreakState.RESOLVED}", 0),
        ("?region=330106", 1),
        ("?region=33", 1),
        ("?region=3302", 0),
        ("?fund=medical", 1),
        ("?party=tax-hunan&pairing=collected", 2),
        ("?party=tax-beijing", 0),
        ("?owner=operations", 1),
        (f"?claimed_by={ACCOUNTANT}", 0),
        ("?overdue=true", 0),
    ):
        assert len(listed(gate, query)) == count, query
    gate.clock.forward(days=5)
    assert len(listed(gate, "?overdue=true")) == 2


def test_pages_go_on_where_the_one_before_ended(gate: Gate) -> None:
    for number in range(2, 6):
        gate.clock.forward(seconds=1)
        known = [amount_break(number=each) for each in range(1, number + 1)]
        run_of(gate.runtime, *known, day=DAY + timedelta(days=number))
    first = shown(gate, "/v1/breaks?limit=2&class=amount")
    second = shown(gate, first["next"]["href"])
    third = shown(gate, second["next"]["href"])
    assert [len(page["breaks"]) for page in (first, second, third)] == [2, 2, 1]
    assert third["next"] is None
    handles = [line["break"] for page in (first, second, third) for line in page["breaks"]]
    assert handles == sorted(handles, reverse=True)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?class=odd", "bad_parameter"),
        ("?region=3", "bad_parameter"),
        ("?overdue=no", "bad_parameter"),
        ("?limit=101", "bad_parameter"),
        ("?x=1", "bad_parameter"),
        ("?cursor=stm_1", "invalid_cursor"),
    ],
)
def test_what_cannot_be_asked_is_told(gate: Gate, query: str, code: str) -> None:
    assert code_of(gate.get(f"/v1/breaks{query}", ACCOUNTANT)) == code


def test_of_two_clients_who_resolve_at_once_through_two_gateways_one_wins(
    database_url: str, var: Any, law: Law
) -> None:
    with opened(database_url, var, law) as one, opened(database_url, var, law) as other:
        gates = knowing_gate(one), knowing_gate(other)
        run_of(gates[0].runtime, amount_break())
        path = f"{listed(gates[0])[0]['links']['self']}/resolve"
        barrier, answers = threading.Barrier(2), list[TestResponse]()

        def resolve(gate: Gate, client: str) -> None:
            barrier.wait()
            answers.append(gate.post(path, THEIRS, client=client))

        threads = [
            threading.Thread(target=resolve, args=pair) for pair in zip(gates, (ACCOUNTANT, OPERATOR), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (lost,) = [answer for answer in answers if answer.status_code == 409]
        assert code_of(lost) == "break_not_allowed"


def test_runs_are_listed_with_what_they_came_to(gate: Gate) -> None:
    (line,) = shown(gate, "/v1/reconciliations?party=tax-hunan&state=done")["reconciliations"]
    assert (line["day"], line["pairing"], line["explained"]) == (DAY.isoformat(), "collected", True)
    assert line["totals"]["here"]["broken"] == {"count": 1, "amount": "960.00"}
    whole = shown(gate, line["links"]["self"])
    assert {name: whole[name] for name in line} == line
    assert len(whole["lines"]) == 2
    assert shown(gate, "/v1/reconciliations?day=2026-01-01") == {"reconciliations": [], "next": None}
    for query in ("?state=odd", "?day=today", "?party=A%20B", "?x=1"):
        assert code_of(gate.get(f"/v1/reconciliations{query}", ACCOUNTANT)) == "bad_parameter"
    assert code_of(gate.get("/v1/reconciliations/rec_1", ACCOUNTANT)) == "not_found"


def test_the_report_is_a_page_that_fetches_nothing_or_a_csv_file(gate: Gate) -> None:
    path = f"/v1/reconciliations/{DAY}/report"
    page = gate.get(f"{path}?language=zh", ACCOUNTANT)
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "对账日报 2026-11-09" in page.text
    assert "Daily reconciliation report" in gate.get(path, ACCOUNTANT).text
    sheet = gate.get(f"{path}?format=csv", ACCOUNTANT)
    assert sheet.headers["Content-Disposition"].endswith('-2026-11-09-en.csv"')
    assert sheet.data.startswith("\ufeffSection,".encode())
    for query in ("?format=pdf", "?language=de"):
        assert code_of(gate.get(path + query, ACCOUNTANT)) == "bad_parameter"
    assert code_of(gate.get("/v1/reconciliations/today/report", ACCOUNTANT)) == "not_found"


def test_every_answer_fits_its_description(gate: Gate) -> None:
    described = gate.http.get("/openapi.json").get_json()
    fits(described, "Breaks", shown(gate, "/v1/breaks"))
    fits(described, "Reconciliations", shown(gate, "/v1/reconciliations"))
    run = shown(gate, "/v1/reconciliations")["reconciliations"][0]
    fits(described, "Reconciliation", shown(gate, run["links"]["self"]))
    act(gate, "claim", {})
    fits(described, "Break", act(gate, "resolve", THEIRS).get_json())
    fits(described, "Break", shown(gate, listed(gate)[0]["links"]["self"], OPERATOR))
