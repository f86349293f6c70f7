"""A province is asked for what it has on record: totals first, then trades; its answer is a side of the day's run."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.model.reconciliation import Sum
from gateway.model.values import Money
from gateway.services.check_records import ask_day, ask_records
from gateway.services.reconcile import reconcile
from gateway.services.runtime import Runtime
from gateway.store import levies, statements
from gateway.store.rows import ReceiptRow
from gateway.store.statements import StatementRowKept
from gateway.store.work import Tx
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import at, state, stated
from tests.gateway.services.reconciled import FRIDAY, MONDAY, TUESDAY, kept, kinds, reconciling, run
from tests.gateway.services.recorded import NAME, OF, REGION, Booked, Hebei, next_morning, tell, with_hebei


@pytest.fixture
def both(world: World, tmp_path: Path) -> tuple[Runtime, Hebei]:
    return with_hebei(reconciling(world, tmp_path))


@pytest.fixture
def runtime(both: tuple[Runtime, Hebei]) -> Runtime:
    return both[0]


@pytest.fixture
def hebei(both: tuple[Runtime, Hebei]) -> Hebei:
    return both[1]


def collected(world: World, runtime: Runtime, day: date, *numbers: int) -> None:
    """Let the bureau state payments of Hebei, and one that is Guangdong's own."""
    place = stated(1, day).agency
    rows = [stated(number, day, agency=replace(place, code=REGION)) for number in numbers]
    state(world, runtime, day, [*rows, stated(99, day, agency=replace(place, code="440106"))], OF)


def of_day(runtime: Runtime, day: date) -> StatementRowKept | None:
    with runtime.store.reading() as tx:
        return statements.standing(tx, NAME, day.isoformat(), 1)


def test_what_it_confirms_is_its_side_and_other_regions_money_is_not_compared(
    world: World, runtime: Runtime, hebei: Hebei
) -> None:
    for number in (1, 2, 3):
        tell(world, runtime, hebei, number, MONDAY)
    collected(world, runtime, MONDAY, 1, 2, 3)
    next_morning(world, MONDAY)
    assert ask_records(runtime) == 1
    (asked,) = hebei.asked
    assert (asked.first, asked.last, asked.forward, asked.amount) == (MONDAY, MONDAY, 3, Money(270006))
    found = of_day(runtime, MONDAY)
    assert found is not None
    assert (found.way, found.rows, found.fen) == ("message", 3, 270006)
    row = run(world, runtime, MONDAY, "recorded", OF)
    assert kept(runtime) == []
    assert ((row.here_count, row.here_fen), (row.there_count, row.there_fen)) == ((3, 270006), (3, 270006))


def test_what_it_has_otherwise_is_found_with_its_class_and_every_total_is_explained(
    world: World, runtime: Runtime, hebei: Hebei
) -> None:
    told = [tell(world, runtime, hebei, number, MONDAY) for number in (1, 2, 3, 4)]
    collected(world, runtime, MONDAY, 1, 2, 3, 4)
    booked = hebei.record.booked
    booked[0] = replace(booked[0], amount=Money(80000))
    del booked[1]
    booked.append(Booked(f"{told[2]}-2", "HB-again", Money(90003), MONDAY))  # the same payment under another serial
    booked.append(Booked("m-1", "HB-window", Money(12345), MONDAY))  # nobody here ever told of it
    next_morning(world, MONDAY)
    assert ask_records(runtime) == 1
    row = run(world, runtime, MONDAY, "recorded", OF)
    assert kinds(kept(runtime)) == {"amount": "open", "duplicate": "open"}
    assert (row.there_count, row.there_fen) == (5, 80000 + 2 * 90003 + 90004 + 12345)
    for number in (1, 2, 3, 4):
        collected(world, runtime, MONDAY + timedelta(days=number))
    next_morning(world, FRIDAY)
    assert ask_records(runtime) == 4  # the days that have passed meanwhile, each by itself
    run(world, runtime, FRIDAY, "recorded", OF)
    later = {each.kind: each for each in kept(runtime)}
    assert set(later) == {"amount", "duplicate", "only_here", "only_there"}
    assert (later["only_here"].here_fen, later["only_there"].there_fen) == (90002, 12345)


def test_a_payment_whose_answer_was_lost_is_known_by_the_serial_that_only_they_name(
    world: World, runtime: Runtime, hebei: Hebei
) -> None:
    tell(world, runtime, hebei, 1, MONDAY, remembers=False)
    collected(world, runtime, MONDAY, 1)
    next_morning(world, MONDAY)
    assert ask_records(runtime) == 1
    run(world, runtime, MONDAY, "recorded", OF)
    assert kept(runtime) == []


def test_trades_that_do_not_come_to_the_totals_are_not_believed_and_asked_for_again(
    world: World, runtime: Runtime, hebei: Hebei
) -> None:
    tell(world, runtime, hebei, 1, MONDAY)
    collected(world, runtime, MONDAY, 1)
    hebei.record.claimed = Money(90000)
    next_morning(world, MONDAY)
    assert (ask_records(runtime), of_day(runtime, MONDAY)) == (0, None)
    with pytest.raises(GatewayError) as told:
        ask_day(runtime, NAME, MONDAY)
    assert told.value.kind.code == "records_unexplained"
    assert "1 trades of pension with 900.00 yuan" in told.value.text("en")
    hebei.record.claimed = None
    assert ask_records(runtime) == 1


def test_who_does_not_answer_is_asked_later_for_every_day_and_a_run_waits_for_it(
    world: World, runtime: Runtime, hebei: Hebei
) -> None:
    hebei.record.down = True
    for day in (MONDAY, TUESDAY):
        collected(world, runtime, day)
        next_morning(world, day)
        assert ask_records(runtime) == 0
    (waits,) = reconcile(runtime, MONDAY, OF, "recorded")
    assert waits.problem is not None
    assert waits.problem.kind.code == "reconciliation_waits"
    hebei.record.down = False
    assert (ask_records(runtime), ask_records(runtime)) == (2, 0)
    assert [each.first for each in hebei.asked] == [MONDAY, TUESDAY]


def test_a_day_that_cannot_be_kept_holds_up_no_other(
    world: World, runtime: Runtime, hebei: Hebei, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (MONDAY, TUESDAY):
        collected(world, runtime, day)
        tell(world, runtime, hebei, day.day, day)

    def without_levy(tx: Tx, levy: str) -> list[ReceiptRow]:
        found = list(receipts_of(tx, levy))
        if any("V00000016" in row.natural_key for row in found):
            raise LookupError(levy)
        return found

    receipts_of = levies.receipts_of
    monkeypatch.setattr(levies, "receipts_of", without_levy)
    next_morning(world, TUESDAY)
    assert ask_records(runtime) == 1
    assert (of_day(runtime, MONDAY), of_day(runtime, TUESDAY) is not None) == (None, True)
    monkeypatch.setattr(levies, "receipts_of", receipts_of)
    assert ask_records(runtime) == 1


def test_a_day_asked_for_anew_supersedes_what_was_answered_before(world: World, runtime: Runtime, hebei: Hebei) -> None:
    tell(world, runtime, hebei, 1, MONDAY)
    collected(world, runtime, MONDAY, 1)
    hebei.record.booked[0] = replace(hebei.record.booked[0], amount=Money(100))
    next_morning(world, MONDAY)
    ask_records(runtime)
    run(world, runtime, MONDAY, "recorded", OF)
    hebei.record.booked[0] = replace(hebei.record.booked[0], amount=Money(90001))
    assert ask_day(runtime, NAME, MONDAY).sequence == 2
    run(world, runtime, MONDAY, "recorded", OF)
    assert kinds(kept(runtime)) == {"amount": "closed_by_run"}


def test_a_day_that_goes_on_cannot_be_asked_for_and_neither_can_a_party_without_such_a_thing(
    world: World, runtime: Runtime
) -> None:
    world.clock.at = at(MONDAY, 15)
    for name, code in ((NAME, "reconciliation_too_early"), (OF, "unsupported"), ("nobody", "not_found")):
        with pytest.raises(GatewayError) as told:
            ask_day(runtime, name, MONDAY)
        assert told.value.kind.code == code


def test_nobody_is_asked_for_days_before_the_first_that_the_bureau_states(
    world: World, runtime: Runtime, hebei: Hebei
) -> None:
    next_morning(world, MONDAY)
    assert (ask_records(runtime), hebei.asked) == (0, [])
    collected(world, runtime, TUESDAY)
    next_morning(world, TUESDAY)
    assert (ask_records(runtime), [each.first for each in hebei.asked]) == (1, [TUESDAY])


def test_a_day_without_any_payment_is_an_empty_statement(world: World, runtime: Runtime) -> None:
    next_morning(world, MONDAY)
    kept_now = ask_day(runtime, NAME, MONDAY)
    assert (kept_now.state, Sum(kept_now.rows, kept_now.fen)) == (statements.KEPT, Sum(0, 0))
