"""A day is reconciled: each difference is found with its class, what is in transit waits, every fen is explained."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.model.breaks import BreakState
from gateway.model.reconciliation import Sum
from gateway.model.statement import StatementRow
from gateway.model.values import Money
from gateway.services import reconcile_run
from gateway.services.reconcile import reconcile
from gateway.services.runtime import Runtime
from gateway.store import breaks, reconciliation
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, components, owe, pay, receipt, state, stated, take_back
from tests.gateway.services.reconciled import (
    FRIDAY,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    actions,
    kept,
    kinds,
    reconciling,
    run,
)
from tests.harness.ports import Ports


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def every_difference() -> list[StatementRow]:
    """What the bureau states of eleven payments that we hold, and of one that we do not."""
    return [
        stated(1, MONDAY),
        stated(2, MONDAY, 90001),  # another amount
        stated(3, MONDAY, tax_person_number="T99999999"),  # another person
        stated(4, MONDAY, agency=replace(stated(4, MONDAY).agency, code="330200")),  # another region
        stated(5, MONDAY, adjustment=True),  # another booking period
        stated(6, MONDAY),
        stated(6, MONDAY, sequence=2),  # twice
        stated(7, MONDAY),
        stated(7, MONDAY, -90007, sequence=2, reverses="00000007", trace_number="00000107"),  # taken back
        # 8 is only here
        stated(9, MONDAY),
        stated(10, MONDAY, 60000),
        stated(10, MONDAY, 30010, item="10202"),  # two items of one receipt
        stated(11, MONDAY, 90000, late_fee=Money(500)),
        stated(20, MONDAY),  # only there
    ]


def test_another_accounting_month_of_a_payment_is_a_break_of_the_date(world: World, runtime: Runtime) -> None:
    for number in (1, 2):
        pay(world, runtime, receipt(number, MONDAY), owe(runtime, number))
    month = stated(1, MONDAY).accounting_month
    state(world, runtime, MONDAY, [stated(1, MONDAY), stated(2, MONDAY, accounting_month=month + 1)])
    run(world, runtime, MONDAY)
    assert [(each.kind, each.here_fen, each.there_fen) for each in kept(runtime)] == [("date", 90002, 90002)]


def test_each_difference_is_a_break_of_its_class_and_every_fen_is_explained(world: World, runtime: Runtime) -> None:
    paid = {number: receipt(number, MONDAY) for number in range(1, 12)}
    paid[11] = receipt(11, MONDAY, 90500, components=components(90000, 500))
    for number, each in paid.items():
        pay(world, runtime, each, owe(runtime, number))
    state(world, runtime, MONDAY, every_difference())
    row = run(world, runtime, MONDAY)
    # What stands on one side only may still come: it is in transit for a day.
    assert kinds(kept(runtime)) == dict.fromkeys(
        ("amount", "wrong_person", "wrong_region", "date", "duplicate", "reversed_after_booking"), "open"
    )
    with runtime.store.reading() as tx:
        transit = reconciliation.transit_of(tx, row.id)
    assert [(each.side, each.expected_on, each.sum) for each in transit] == [
        ("here", TUESDAY, Sum(1, 90008)),
        ("there", TUESDAY, Sum(1, 90020)),
    ]
    for day in (TUESDAY, WEDNESDAY):
        state(world, runtime, day, [])
        run(world, runtime, day)
    found = {each.kind: each for each in kept(runtime)}
    assert set(found) == {
        *("amount", "wrong_person", "wrong_region", "date", "duplicate", "reversed_after_booking"),
        *("only_here", "only_there"),
    }
    assert (found["only_there"].repair, found["only_there"].owner) == ("fetch_receipt", "operations")
    assert (found["only_there"].first_seen, found["amount"].first_seen) == ("2026-11-18", "2026-11-16")
    assert {each.last_seen for each in found.values()} == {"2026-11-18"}
    with runtime.store.reading() as tx:
        shown = breaks.rows_of(tx, found["amount"])
    assert [(each.side, each.amount, each.voucher) for each in shown] == [
        ("here", 90002, "V00000002"),
        ("there", 90001, "V00000002"),
    ]


def test_a_break_is_the_same_one_in_every_run_and_the_run_that_no_longer_finds_it_closes_it(
    world: World, runtime: Runtime
) -> None:
    paid = receipt(1, MONDAY)
    pay(world, runtime, paid, owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY), stated(1, MONDAY, -90001, sequence=2, reverses="00000001")])
    run(world, runtime, MONDAY)
    (found,) = kept(runtime)
    take_back(world, runtime, paid, TUESDAY)
    state(world, runtime, TUESDAY, [])
    run(world, runtime, TUESDAY)
    (closed,) = kept(runtime)
    assert (closed.id, closed.state) == (found.id, BreakState.CLOSED_BY_RUN.value)
    assert actions(runtime, closed) == ["found", "closed"]


def test_a_day_again_is_the_same_run_and_another_statement_makes_another_in_its_place(
    world: World, runtime: Runtime
) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 80000)])
    first = run(world, runtime, MONDAY)
    assert run(world, runtime, MONDAY) == first
    state(world, runtime, TUESDAY, [])
    before = run(world, runtime, TUESDAY)
    world.clock.at = at(WEDNESDAY)
    state(world, runtime, MONDAY, [stated(1, MONDAY)], sequence=2)
    after = run(world, runtime, TUESDAY)
    assert (after.number, before.number) == (2, 1)
    with runtime.store.reading() as tx:
        again = reconciliation.standing(tx, PARTY, "collected", "2026-11-16")
        old = reconciliation.get(tx, first.id)
    assert again is not None
    assert (again.number, again.id) == (2, after.previous)
    assert old is not None
    assert old.state == "superseded"
    (found,) = kept(runtime)
    assert (found.kind, found.state) == ("amount", "closed_by_run")


def test_while_a_due_statement_is_absent_nothing_is_reconciled_and_it_is_named(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    run(world, runtime, MONDAY)
    state(world, runtime, WEDNESDAY, [])
    world.clock.at = at(FRIDAY)
    (found,) = reconcile(runtime, WEDNESDAY, PARTY, "collected")
    assert isinstance(found.problem, GatewayError)
    assert found.problem.kind.code == "reconciliation_waits"
    assert "tax-zhejiang 2026-11-17 (absent)" in str(found.problem)


def test_the_treasury_posts_on_working_days_and_what_it_has_not_posted_by_then_is_a_break(
    world: World, runtime: Runtime
) -> None:
    friday = stated(1, FRIDAY)
    late = stated(2, FRIDAY)
    state(world, runtime, FRIDAY, [friday, late])
    run(world, runtime, FRIDAY, "posted")
    monday = FRIDAY + timedelta(days=3)
    for day in (FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2)):
        state(world, runtime, day, [])
        row = run(world, runtime, day, "posted")
        with runtime.store.reading() as tx:
            (waiting,) = reconciliation.transit_of(tx, row.id)
        assert (waiting.expected_on, waiting.sum.count) == (monday, 2)
    world.clock.at = at(monday + timedelta(days=1), 0)
    state(world, runtime, monday, [replace(friday, treasury_on=monday)])
    run(world, runtime, monday, "posted")
    assert kept(runtime) == []
    state(world, runtime, monday + timedelta(days=1), [])
    run(world, runtime, monday + timedelta(days=1), "posted")
    (found,) = kept(runtime)
    assert (found.kind, found.here_fen, found.day) == ("only_here", 90002, FRIDAY.isoformat())


def test_a_reversal_of_what_agreed_long_ago_is_a_break_with_both_sides_of_it(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    run(world, runtime, MONDAY)
    back = stated(1, TUESDAY, -90001, sequence=2, reverses="00000001", trace_number="00000007")
    state(world, runtime, TUESDAY, [back])
    run(world, runtime, TUESDAY)
    (found,) = kept(runtime)
    assert (found.kind, found.state) == ("reversed_after_booking", "open")
    assert (found.here_count, found.here_fen, found.there_count, found.there_fen) == (1, 90001, 2, 0)


def test_a_receipt_that_came_before_its_levy_is_compared_without_person_and_place(
    world: World, runtime: Runtime
) -> None:
    pay(world, runtime, receipt(1, MONDAY), None)
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    run(world, runtime, MONDAY)
    assert kept(runtime) == []


def test_a_run_that_was_stopped_is_taken_up_again_and_finds_each_break_once(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        pay(world, runtime, receipt(number, MONDAY), owe(runtime, number))
    state(world, runtime, MONDAY, [stated(number, MONDAY, 80000) for number in (1, 2, 3)])
    monkeypatch.setattr(reconcile_run, "TOGETHER", 1)
    left = iter([True, True, False])

    def stopping(name: str) -> None:
        if name == "commit.reconciliation_breaks.before" and not next(left, True):
            raise RuntimeError("stopped here")

    monkeypatch.setattr("gateway.store.work.passing", stopping)
    world.clock.at = at(TUESDAY, 2)
    with pytest.raises(RuntimeError, match="stopped here"):
        reconcile(runtime, MONDAY, PARTY, "collected")
    assert len(kept(runtime)) == 2
    again = run(world, runtime, MONDAY)
    assert (again.state, again.number) == ("done", 1)
    assert [row.kind for row in kept(runtime)] == ["amount"] * 3
    assert {row.entries for row in kept(runtime)} == {1}


def test_a_cluster_that_is_away_is_named_and_waited_for(world: World, runtime: Runtime, free_ports: Ports) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    world.clock.at = at(TUESDAY, 2)
    away = replace(runtime.settings, batch_url=f"spark://127.0.0.1:{free_ports.take()}")
    (found,) = reconcile(replace(runtime, settings=away), MONDAY, PARTY, "collected")
    assert (found.run, found.problem.kind.code if found.problem else "") == (None, "unavailable")
    assert "BATCH_URL" in str(found.problem)
    world.clock.forward(minutes=2)
    done = run(world, runtime, MONDAY)
    assert (done.state, done.there_count) == ("done", 1)
