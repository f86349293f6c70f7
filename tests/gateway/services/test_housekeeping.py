"""What time itself brings about, however often it is looked at."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.errors import GatewayError
from gateway.model.codes import Decision, LevyState
from gateway.model.province import EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions, check, housekeeping
from gateway.services.determine import CHINA
from gateway.services.once import Wish
from gateway.services.receive import receive
from gateway.store import cases, leases, levies, tables
from gateway.store.leases import ReplayGuard
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_accept import REQUEST, enrolment, key, rows
from tests.gateway.services.test_ask import UNKNOWN_COVER
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view

DOWN = Outcome(OutcomeKind.UNREACHABLE, reason="connection refused")


def held(world: World) -> str:
    """A case that waits for Hunan."""
    assessed(world)
    world.hunan.answers("FindCover", DOWN)
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "checking"
    return case


def hold_until(world: World, case: str) -> datetime:
    with world.runtime.store.reading() as tx:
        until = cases.item(tx, case, "pension").hold_until
    assert until is not None
    return until


def due(world: World, case: str) -> datetime:
    """The last moment of the due date, in China."""
    day = datetime.fromisoformat(view(world, case)["levies"][0]["due"])
    return (day + timedelta(days=1)).replace(tzinfo=CHINA).astimezone(UTC) - timedelta(microseconds=1)


def test_a_case_is_held_exactly_until_the_last_day_that_saves_its_month_begins(world: World) -> None:
    case = held(world)
    world.clock.at = hold_until(world, case) - timedelta(microseconds=1)
    assert housekeeping.release_holds(world.runtime) == 0
    assert view(world, case)["status"] == "checking"
    world.clock.at = hold_until(world, case)
    assert housekeeping.release_holds(world.runtime) == 1
    assert view(world, case)["status"] == "registering"
    assert "unverified" in events(world, case)


def test_a_case_goes_on_once_however_often_it_is_looked_at(world: World) -> None:
    case = held(world)
    world.clock.forward(days=20)
    assert [housekeeping.release_holds(world.runtime) for _ in range(3)] == [1, 0, 0]
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 1
    assert events(world, case).count("unverified") == 1


def test_a_case_that_was_answered_in_time_is_not_marked_later(world: World) -> None:
    case = held(world)
    world.hunan.answers("FindCover", accepted(UNKNOWN_COVER))
    world.clock.forward(minutes=1)
    world.carry_due()
    world.clock.forward(days=60)
    assert housekeeping.release_holds(world.runtime) == 0
    assert not view(world, case)["items"][0]["unverified"]


def test_a_withdrawn_case_is_not_released(world: World) -> None:
    case = held(world)
    actions.withdraw_case(world.runtime, Wish(key("w"), "demo-platform", case, "en"), "changed my mind")
    world.clock.forward(days=60)
    assert housekeeping.release_holds(world.runtime) == 0
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"
    assert world.zhejiang.count("EnrolWorker") == 0


def test_a_case_that_is_over_is_not_looked_at_again(world: World) -> None:
    case = held(world)
    actions.withdraw_case(world.runtime, Wish(key("w"), "demo-platform", case, "en"), "changed my mind")
    world.clock.forward(days=60)
    with world.runtime.store.reading() as tx:
        assert list(cases.held_until(tx, world.clock())) == []


def test_a_case_that_cannot_be_decided_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = held(world)
    person = REQUEST["worker"] | {"id_number": "330106198806150021", "name": "浙小厨"}
    body = accept(world.runtime, key("k2"), enrolment(worker=person), "en").body
    second = str(json.loads(body)["case"])
    world.carry_due()
    decide = check.decide

    def stumbles(runtime: Any, tx: Any, case: Any, *rest: Any, **more: Any) -> None:
        if case.id == min(first, second):
            raise GatewayError("parameter_missing", parameter="overlap", region="430100", date="2026-11-01")
        decide(runtime, tx, case, *rest, **more)

    monkeypatch.setattr(check, "decide", stumbles)
    world.clock.forward(days=20)
    assert housekeeping.release_holds(world.runtime) == 1
    statuses = {case: view(world, case)["status"] for case in (first, second)}
    assert sorted(statuses.values()) == ["checking", "registering"]
    assert statuses[min(first, second)] == "checking"


@pytest.mark.parametrize("choice", ["workplace", "registered"], ids=["assessed", "declared"])
def test_a_month_is_unpaid_from_the_day_after_its_due_date_in_china(world: World, choice: str) -> None:
    assessed(world)
    case = begin(world, choice=choice)
    world.carry_due()
    world.clock.at = due(world, case)
    assert housekeeping.mark_unpaid(world.runtime) == 0
    assert view(world, case)["status"] == "awaiting_payment"
    world.clock.forward(microseconds=1)
    assert housekeeping.mark_unpaid(world.runtime) == 1
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["status"]) == ("unpaid", "unpaid")
    assert shown["payment_instructions"][0]["number"] == "L001", "the month stays payable"


def test_an_unpaid_month_is_told_once_and_the_registration_stands(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    world.clock.forward(days=60)
    assert [housekeeping.mark_unpaid(world.runtime) for _ in range(3)] == [1, 0, 0]
    world.carry_due()
    assert events(world, case).count("unpaid") == 1
    assert world.zhejiang.count("WithdrawEnrolment") == 0
    told = [work.message.event for work in world.platform.delivered]
    assert told.count("unpaid") == 1


def test_what_is_paid_is_never_unpaid(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.clock.forward(days=60)
    assert housekeeping.mark_unpaid(world.runtime) == 0
    world.carry_due()
    assert view(world, case)["status"] == "completed"


def test_a_month_that_nobody_has_assessed_yet_is_nobodys_debt(world: World) -> None:
    received = EnrolmentDecided(Decision.RECEIVED, acceptance_number="A1")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received))
    case = begin(world)
    world.carry_due()
    world.clock.forward(days=60)
    assert housekeeping.mark_unpaid(world.runtime) == 0
    assert view(world, case)["status"] == "registering"


def test_a_levy_that_was_settled_while_the_list_was_read_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    world.clock.forward(days=60)
    with world.runtime.store.reading() as tx:
        listed = list(levies.overdue(tx, LevyState.ASSESSED, "2027-12-31"))
    monkeypatch.setattr(levies, "overdue", lambda _tx, state, _on: listed if state is LevyState.ASSESSED else [])
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    assert housekeeping.mark_unpaid(world.runtime) == 0
    assert view(world, case)["levies"][0]["status"] == "receipted"


def counted(world: World, *counted: str) -> list[int]:
    with world.runtime.store.reading() as tx:
        return [tx.value(select(func.count()).select_from(getattr(tables, name))) for name in counted]


def test_what_has_served_its_time_is_forgotten_and_nothing_else(world: World) -> None:
    begin(world)
    guard = ReplayGuard(world.runtime.store)
    assert guard.first_use("token-1", world.clock() + timedelta(minutes=10))
    with world.runtime.store.work("test") as tx:
        leases.claim_firing(tx, "forget", 1, timedelta(minutes=5))
        leases.finish_firing(tx, "forget", 1)
        leases.claim_firing(tx, "forget", 2, timedelta(minutes=5))
    world.clock.forward(minutes=5)
    assert housekeeping.forget(world.runtime) == 0
    assert counted(world, "idempotency", "replays", "firings") == [1, 1, 2]
    world.clock.forward(days=8)
    assert housekeeping.forget(world.runtime) == 0
    assert counted(world, "idempotency", "replays", "firings") == [1, 0, 1], "an unfinished firing is still somebody's"
    world.clock.forward(days=23)
    assert housekeeping.forget(world.runtime) == 1
    assert rows(world)["idempotency"] == 0
    assert rows(world)["cases"] == 1


def test_a_used_token_is_refused_until_it_is_forgotten_and_would_be_expired_then(world: World) -> None:
    guard = ReplayGuard(world.runtime.store)
    until = world.clock() + timedelta(minutes=10)
    assert guard.first_use("token-1", until)
    housekeeping.forget(world.runtime)
    assert not guard.first_use("token-1", until)


def test_every_job_has_a_period_and_says_how_much_it_did(world: World) -> None:
    assert {"release_holds", "mark_unpaid", "determine_anew", "take_statements", "reconcile", "forget"} <= set(
        housekeeping.JOBS
    )
    for seconds, job in housekeeping.JOBS.values():
        assert seconds > 0
        assert job(world.runtime) == 0
