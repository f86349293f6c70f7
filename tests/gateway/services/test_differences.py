"""What a bureau is told of a day: what waits for it, by the keys of its own statement, and nothing about people."""

from datetime import timedelta

import pytest

from gateway.errors import GatewayError
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import RepairCode
from gateway.services import breaks
from gateway.services.differences import differences
from gateway.services.runtime import Runtime
from gateway.store import break_repairs
from gateway.store.break_repairs import Filter
from tests.gateway.services.broken import DAY, PAIRING, PARTY, amount_break, found, knowing, run_of, side_row
from tests.gateway.services.conftest import World


@pytest.fixture
def runtime(world: World) -> Runtime:
    return knowing(world.runtime)


def told(runtime: Runtime) -> dict[str, str]:
    return {row.voucher_number[-1]: row.asks.value for row in differences(runtime, PARTY, PAIRING, DAY)[1]}


def resolve(runtime: Runtime, kind: BreakClass, code: RepairCode) -> None:
    with runtime.store.reading() as tx:
        (row,) = break_repairs.page(tx, Filter(kind=kind.value))
    breaks.do(runtime, row.id, "lin", breaks.resolve(code, "x"))


def test_both_sides_of_a_key_stand_in_one_row_with_their_sums(runtime: Runtime) -> None:
    run_of(runtime, amount_break(96000, 95000))
    head, (row,) = differences(runtime, PARTY, PAIRING, DAY)
    assert (head.party, head.day, head.sequence) == (PARTY, DAY, 1)
    assert (row.our_count, str(row.our_total), row.their_count, str(row.their_total)) == (1, "960.00", 1, "950.00")
    assert (row.class_, row.asks, row.trace_number) == ("amount", "accept_theirs", "00000001")
    assert (row.our_day, row.their_day, row.sequence) == (DAY, DAY, 1)


def test_a_side_that_has_nothing_leaves_its_columns_empty(runtime: Runtime) -> None:
    run_of(runtime, found(BreakClass.ONLY_HERE, [side_row("here")]))
    _, (row,) = differences(runtime, PARTY, PAIRING, DAY)
    assert (row.their_count, row.their_total.fen, row.their_day, row.their_state, row.trace_number) == (
        0,
        0,
        None,
        None,
        None,
    )


def test_the_key_of_a_statement_is_told_in_its_parts(runtime: Runtime) -> None:
    key = "343012611000000001 10201 2026-10 3"
    run_of(runtime, found(BreakClass.ONLY_THERE, [side_row("there", key=key, month=24321)]))
    _, (row,) = differences(runtime, PARTY, PAIRING, DAY)
    assert (row.item, str(row.month), row.sequence) == ("10201", "2026-10", 3)


def test_what_was_settled_without_the_bureau_is_left_out_and_what_it_is_asked_stands_in(runtime: Runtime) -> None:
    run_of(
        runtime,
        amount_break(number=1),
        found(BreakClass.ONLY_HERE, [side_row("here", 2)], "g2"),
        found(BreakClass.ONLY_THERE, [side_row("there", 3)], "g3"),
        found(BreakClass.DUPLICATE, [side_row("here", 4), side_row("here", 4), side_row("there", 4)], "g4"),
    )
    resolve(runtime, BreakClass.AMOUNT, RepairCode.ACCEPT_THEIRS)
    resolve(runtime, BreakClass.ONLY_HERE, RepairCode.ACCEPT_OURS)
    resolve(runtime, BreakClass.ONLY_THERE, RepairCode.NONE)
    assert told(runtime) == {"2": "accept_ours", "4": "accept_theirs"}
    run_of(runtime, day=DAY + timedelta(days=1))
    assert told(runtime) == {}


def test_a_day_compared_anew_has_a_higher_sequence(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    run_of(runtime, amount_break(), amount_break(number=2))
    head, rows = differences(runtime, PARTY, PAIRING, DAY)
    assert (head.sequence, [row.number for row in rows]) == (2, [1, 2])


def test_a_day_that_was_not_compared_is_not_found(runtime: Runtime) -> None:
    with pytest.raises(GatewayError) as raised:
        differences(runtime, PARTY, PAIRING, DAY)
    assert raised.value.kind.code == "not_found"
