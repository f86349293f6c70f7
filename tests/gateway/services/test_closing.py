"""Closing: what stands in the way, what stays closed, how a year goes over into the next one."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from gateway.errors import GatewayError
from gateway.model.books import EventKind, Reversal
from gateway.model.reconciliation import Sum, Tally
from gateway.services import books
from gateway.services.closing_proof import verify
from gateway.services.runtime import Runtime
from gateway.services.trial import trial
from gateway.store import books as kept
from gateway.store import closings
from gateway.store.books import EntryRow
from tests.gateway.mapping.statements import layout
from tests.gateway.services.booked import FUND, REGION, closes, days, event, posted, reconciled, signs, sums
from tests.gateway.services.conftest import World

DAY, TODAY = date(2026, 11, 9), date(2026, 11, 10)


def entry(runtime: Runtime, handle: str | None) -> EntryRow:
    with runtime.store.reading() as tx:
        row = kept.entry(tx, str(handle))
    assert row is not None
    return row


def reasons(runtime: Runtime, period: str) -> list[str]:
    """What stands in the way of a closing."""
    with pytest.raises(GatewayError) as raised:
        closes(runtime, period)
    assert raised.value.kind.code == "books_not_closable"
    assert all("{" not in fault.text(language) for fault in raised.value.faults for language in ("zh", "en"))
    return [fault.text("en") for fault in raised.value.faults]


def test_a_day_that_is_reconciled_is_closed_and_signed_by_two_persons(world: World) -> None:
    posted(world.runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
    reconciled(world.runtime, DAY)
    (closed,) = closes(world.runtime, "2026-11-09")
    assert (closed.number, closed.entries, closed.closed_by, closed.signed) == (1, 1, "lin", ())
    with pytest.raises(GatewayError) as raised:
        signs(world.runtime, "2026-11-09", by="lin")
    assert raised.value.kind.code == "closing_same_person"
    assert [signer for signer, _ in signs(world.runtime, "2026-11-09").signed] == ["wang"]
    with pytest.raises(GatewayError):
        signs(world.runtime, "2026-11-09")
    assert reasons(world.runtime, "2026-11-09") == ["2026-11-09 is closed already."]
    assert verify(world.runtime).ok


def test_a_day_that_was_not_reconciled_or_is_not_over_or_is_not_the_next_stays_open(world: World) -> None:
    runtime = world.runtime
    posted(runtime, event(EventKind.LEVIED, "lev_1", "960.00", date(2026, 11, 7)))
    assert reasons(runtime, "2026-11-10") == ["2026-11-10 is not over yet."]
    assert reasons(runtime, "2026-11-08") == [
        "2026-11-07 comes first: it is not closed.",
        "tax-hunan (collected, 2026-11-08) has not been reconciled.",
    ]
    assert reasons(runtime, "2026-10") == ["Days are closed through -; they have to be through 2026-10-31."]


def test_a_month_and_a_year_before_the_books_begin_cannot_be_closed(world: World) -> None:
    reconciled(world.runtime, DAY)
    closes(world.runtime, "2026-11-09")
    assert reasons(world.runtime, "2026-10") == ["2026-10-31 was never closed: these books begin after it."]
    (told,) = reasons(world.runtime, "2025")
    assert told.endswith("was never closed: these books begin after it.")


def test_an_absent_statement_of_the_bureau_concerned_stands_in_the_way(world: World) -> None:
    statements = {party: layout(party) for party in ("tax-hunan", "tax-tianjin")}
    runtime = replace(world.runtime, statements=statements)
    reconciled(runtime, DAY)
    assert reasons(runtime, "2026-11-09") == [
        "The statement of tax-hunan for 2026-11-09 is absent (due 2026-11-10 06:00)."
    ]


def test_totals_that_are_not_explained_stand_in_the_way_and_breaks_are_told_by_the_closing(world: World) -> None:
    def line(whole: Sum) -> Tally:
        parts = Sum(7, 700), Sum(2, 200), Sum(1, 100)
        return Tally("here", DAY, REGION.code, "pension", False, whole, *parts)

    reconciled(world.runtime, DAY, lines=[line(Sum(11, 1000))])
    (said,) = reasons(world.runtime, "2026-11-09")
    assert said == "The totals of tax-hunan (collected, 2026-11-09) are not explained."
    reconciled(world.runtime, DAY, lines=[line(Sum(10, 1000))])
    (closed,) = closes(world.runtime, "2026-11-09")
    (rests,) = closed.evidence
    assert (rests.broken_count, rests.broken_fen, rests.transit_count, rests.transit_fen) == (1, 100, 2, 200)


def test_what_comes_for_a_closed_day_is_booked_today_or_refused_as_its_posting_says(world: World) -> None:
    runtime = world.runtime
    reconciled(runtime, DAY)
    (original,) = posted(runtime, event(EventKind.TREASURY_POSTED, "r1", "960.00", DAY))
    closes(runtime, "2026-11-09")
    (late,) = posted(runtime, event(EventKind.TREASURY_POSTED, "r2", "10.00", DAY))
    assert (entry(runtime, late).day, entry(runtime, late).stated) == ("2026-11-10", "2026-11-09")
    with pytest.raises(GatewayError) as raised:
        posted(runtime, event(EventKind.TRANSFER_SENT, "t1", "10.00", DAY))
    assert raised.value.kind.code == "books_day_closed"
    with runtime.store.work("test") as tx:
        (reversal,) = books.reverse(runtime, tx, Reversal(origin="c1", of="r1", day=DAY))
    assert (entry(runtime, reversal).day, entry(runtime, reversal).reverses) == ("2026-11-10", original)
    assert verify(runtime).ok


def test_a_posting_and_a_closing_at_one_moment_leave_nothing_uncovered(world: World) -> None:
    runtime = world.runtime
    reconciled(runtime, DAY)
    posted(runtime, event(EventKind.LEVIED, "lev_1", "1.00", DAY))
    gate = threading.Barrier(2)

    def post() -> None:
        gate.wait()
        for number in range(5):
            posted(runtime, event(EventKind.COLLECTED, f"r{number}", "1.00", DAY))

    thread = threading.Thread(target=post)
    thread.start()
    gate.wait()
    (closed,) = closes(runtime, "2026-11-09")
    thread.join()
    with runtime.store.reading() as tx:
        of_day = kept.page(tx, FUND, REGION.code, first=DAY, last=DAY)
        of_today = kept.page(tx, FUND, REGION.code, first=TODAY, last=TODAY)
    assert (len(of_day), len(of_day) + len(of_today)) == (closed.entries, 6)
    assert verify(runtime).ok


def test_a_closing_that_broke_off_is_brought_to_its_end_and_nothing_got_in_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = world.runtime
    reconciled(runtime, DAY, TODAY)
    posted(runtime, event(EventKind.LEVIED, "lev_1", "1.00", DAY))
    with monkeypatch.context() as stopped:
        stopped.setattr(closings, "add", _stop)
        with pytest.raises(KeyboardInterrupt):
            closes(runtime, "2026-11-09")
    (late,) = posted(runtime, event(EventKind.LEVIED, "lev_2", "1.00", DAY))
    assert entry(runtime, late).day == "2026-11-10"
    assert [fault.where for fault in verify(runtime).faults] == ["the last closed day"]
    world.clock.forward(days=1)
    assert reasons(runtime, "2026-11-10") == ["2026-11-09 comes first: it is not closed."]
    first, second = closes(runtime, "2026-11-09", "2026-11-10")
    assert (first.entries, second.entries, verify(runtime).faults) == (1, 1, [])


def _stop(*_given: object) -> None:
    raise KeyboardInterrupt


def test_two_who_close_a_day_at_one_moment_close_it_once(world: World) -> None:
    runtime, gate, found = world.runtime, threading.Barrier(2), list[str]()
    reconciled(runtime, DAY)
    posted(runtime, event(EventKind.LEVIED, "lev_1", "1.00", DAY))

    def one() -> None:
        gate.wait()
        try:
            found.extend(each.period for each in closes(runtime, "2026-11-09"))
        except GatewayError as error:
            found.append(error.kind.code)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["2026-11-09", "books_not_closable"]
    assert verify(runtime).faults == []


@pytest.fixture
def turn(world: World) -> World:
    """The turn of a year: the books begin on 30 December, it is 12 January and every day is reconciled."""
    runtime = world.runtime
    world.clock.at = datetime(2026, 12, 31, 4, tzinfo=UTC)
    posted(
        runtime,
        event(EventKind.LEVIED, "lev_1", "960.00", date(2026, 12, 30)),
        event(EventKind.COLLECTED, "r1", "960.00", date(2026, 12, 30), late_fee="4.80"),
        event(EventKind.TREASURY_POSTED, "r1", "960.00", date(2026, 12, 31), late_fee="4.80"),
        event(EventKind.BENEFIT_PAID, "b1", "100.00", date(2026, 12, 31)),
        event(EventKind.LEVIED, "lev_2", "50.00", date(2026, 12, 31)),
        event(EventKind.COLLECTED, "r2", "50.00", date(2026, 12, 31)),
    )
    reconciled(runtime, *days(date(2026, 12, 30), date(2027, 1, 11)))
    world.clock.at = datetime(2027, 1, 6, 4, tzinfo=UTC)
    posted(
        runtime,
        # Collected on the last day, posted by the treasury in the adjustment period: of the old year.
        event(EventKind.TREASURY_POSTED, "r2", "50.00", date(2027, 1, 5), adjustment=True),
        event(EventKind.TREASURY_POSTED, "r3", "7.00", date(2027, 1, 5)),
        event(EventKind.REFUND_BY_TREASURY, "f1", "2.00", date(2027, 1, 6)),
    )
    world.clock.at = datetime(2027, 1, 12, 4, tzinfo=UTC)
    return world


def of_trial(runtime: Runtime, day: date, year: int | None = None) -> tuple[dict[str, int], dict[str, int], bool]:
    with runtime.store.reading() as tx:
        found = trial(runtime, tx, FUND, REGION.code, day, year)
    assert found.balanced
    opening = {line.account: line.opening for line in found.lines if line.opening}
    return opening, {line.account: line.closing for line in found.lines if line.closing}, found.provisional


def test_a_year_is_carried_forward_and_the_next_one_opens_with_what_it_closed(turn: World) -> None:
    runtime = turn.runtime
    _, old, _ = of_trial(runtime, date(2027, 1, 11), 2026)
    assert old == {
        "treasury": 101480,
        "expenditure_account": -10000,
        "contribution_income": -101000,
        "late_fee_income": -480,
        "benefit_expenditure": 10000,
    }
    before, _, provisional = of_trial(runtime, date(2027, 1, 1))
    assert provisional
    closes(runtime, *map(str, days(date(2026, 12, 30), date(2027, 1, 10))), "2026-12")
    signs(runtime, "2026-12")
    (year,) = closes(runtime, "2026")
    opening, _, provisional = of_trial(runtime, date(2027, 1, 1))
    # 1,010.00 contributions and 4.80 late fees came in, 100.00 of benefits went out.
    assert opening == {"treasury": 101480, "expenditure_account": -10000, "fund_balance": -91480}
    assert (provisional, year.entries) == (False, 1)
    assert before == {**opening, "treasury": 96480, "fund_balance": -86480, "collected": 5000, "memorandum": -5000}
    _, closed, _ = of_trial(runtime, turn.clock.at.date(), 2026)
    assert closed == opening
    _, new, _ = of_trial(runtime, date(2027, 1, 11))
    assert new == {
        **opening,
        "treasury": 101480 + 700 - 200,
        "contribution_income": -700,
        "contribution_refunds": 200,
        "collected": -700,
        "refunds_due": 200,
        "memorandum": 500,
    }
    assert verify(runtime).ok


def test_a_year_waits_for_its_months_signed_and_for_the_end_of_the_adjustment_period(turn: World) -> None:
    runtime = turn.runtime
    turn.clock.at = datetime(2027, 1, 9, 4, tzinfo=UTC)
    closes(runtime, *map(str, days(date(2026, 12, 30), date(2026, 12, 31))))
    assert (
        reasons(runtime, "2026")
        == [
            "Days are closed through 2026-12-31; they have to be through 2027-01-10.",
            "2026-12 is not closed.",
        ]
        or reasons(runtime, "2026")[0] == "The adjustment period of 2026 lasts until 2027-01-10."
    )
    closes(runtime, "2026-12")
    assert "2026-12 is closed and not signed." in reasons(runtime, "2026")


def test_what_comes_for_the_old_year_after_its_adjustment_period_belongs_to_the_new_one(turn: World) -> None:
    runtime = turn.runtime
    (late,) = posted(runtime, event(EventKind.TREASURY_POSTED, "r9", "1.00", date(2027, 1, 12), adjustment=True))
    assert entry(runtime, late).year == 2027
    closes(runtime, *map(str, days(date(2026, 12, 30), date(2027, 1, 10))))
    (later,) = posted(runtime, event(EventKind.TREASURY_POSTED, "r10", "1.00", date(2027, 1, 5), adjustment=True))
    assert (entry(runtime, later).year, entry(runtime, later).day) == (2027, "2027-01-12")


def test_the_flag_gives_what_comes_for_a_closed_december_day_to_the_old_year(
    turn: World,
) -> None:
    runtime = turn.runtime
    turn.clock.at = datetime(2027, 1, 7, 4, tzinfo=UTC)
    closes(runtime, *map(str, days(date(2026, 12, 30), date(2026, 12, 31))))
    (flagged,) = posted(runtime, event(EventKind.COLLECTED, "r4", "1.00", date(2026, 12, 31), adjustment=True))
    (plain,) = posted(runtime, event(EventKind.COLLECTED, "r5", "1.00", date(2026, 12, 31)))
    assert [(row.day, row.year) for row in (entry(runtime, flagged), entry(runtime, plain))] == [
        ("2027-01-07", 2026),
        ("2027-01-07", 2027),
    ]
    assert {place.year for place in sums(runtime)} == {2026, 2027}
