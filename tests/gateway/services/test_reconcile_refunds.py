"""A refund that the treasury paid back, and what the bureau states of it: explained on both sides, booked once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.model.breaks import BreakState
from gateway.model.codes import Payer, RefundOrigin, RefundRoute, RefundVerdict
from gateway.model.statement import StatementRow
from gateway.model.tax import Component, Receipt
from gateway.model.values import Money
from gateway.services import refund_desk
from gateway.services.receive import receive
from gateway.services.refund_desk import Decided
from gateway.services.runtime import Runtime
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, state, stated
from tests.gateway.services.reconciled import MONDAY, TUESDAY, WEDNESDAY, kept, kinds, reconciling, run
from tests.gateway.services.test_journey import assessed, begin, receipt
from tests.gateway.services.test_refunds import able, claim, grant, wish

THURSDAY, FRIDAY = (WEDNESDAY + timedelta(days=number) for number in (1, 2))
LATE = Money(480)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def paid(world: World, runtime: Runtime, **changes: object) -> tuple[str, Receipt, StatementRow]:
    """A payment of Monday with a late fee: its case, its receipt, and how the bureau states it; all of it matched."""
    world.clock.at = at(MONDAY)
    assessed(world)
    case = begin(world, **changes)
    world.carry_due()
    came = receipt(world, case, collected_on=MONDAY)
    parts = Component("rate", Payer.WORKER, came.amount), Component("late_fee", Payer.WORKER, LATE)
    row = stated(
        *(1, MONDAY, came.amount.fen),
        voucher_number=came.voucher_number,
        month=came.first,
        late_fee=LATE,
        levy_number="L001",
    )
    came = replace(came, amount=came.amount + LATE, components=parts)
    receive(runtime, PARTY, came)
    world.carry_due()
    able(world)
    state(world, runtime, MONDAY, [row])
    run(world, runtime, MONDAY)
    return case, came, row


def go_back(world: World, case: str, **months: Any) -> str:
    """A refund is granted by the treasury; its case."""
    handle = str(claim(world, case, RefundOrigin.TAX_ERROR, **months)["case"])
    grant(world, handle, RefundRoute.TREASURY)
    world.carry_due()
    return handle


def pay_back(world: World, handle: str) -> None:
    refund_desk.decide(world.runtime, wish(handle, "r2"), Decided(RefundVerdict.PAID, "付讫"))


def taken_back(row: StatementRow, amount: Money, late_fee: Money) -> StatementRow:
    """How the bureau states on Wednesday that some of a payment went back."""
    return replace(
        row,
        sequence=2,
        collected_on=WEDNESDAY,
        trace_number="00000917",
        reverses=row.trace_number,
        amount=-amount,
        late_fee=-late_fee,
    )


def test_a_refund_that_both_know_is_matched(world: World, runtime: Runtime) -> None:
    case, _, row = paid(world, runtime)
    handle = go_back(world, case)
    state(world, runtime, TUESDAY, [])
    run(world, runtime, TUESDAY)
    world.clock.at = at(WEDNESDAY)
    pay_back(world, handle)
    state(world, runtime, WEDNESDAY, [taken_back(row, row.amount, row.late_fee)])
    done = run(world, runtime, WEDNESDAY)
    assert kept(runtime) == []
    assert (done.here_count, done.here_fen) == (done.there_count, done.there_fen)


def test_a_part_that_went_back_is_matched_by_its_components(world: World, runtime: Runtime) -> None:
    case, came, row = paid(world, runtime, contribution={"grade": 60, "cycle": "quarterly"})
    handle = go_back(world, case, first=came.last, last=came.last)
    world.clock.at = at(WEDNESDAY)
    pay_back(world, handle)
    state(world, runtime, TUESDAY, [])
    half, fee = Money(row.amount.fen // 2), Money(LATE.fen // 2)
    state(world, runtime, WEDNESDAY, [taken_back(row, half, fee)])
    run(world, runtime, WEDNESDAY)
    assert kept(runtime) == []


def test_a_refund_that_the_bureau_states_before_we_know_it_is_proved_once_we_do(world: World, runtime: Runtime) -> None:
    case, _, row = paid(world, runtime)
    handle = go_back(world, case)
    state(world, runtime, TUESDAY, [])
    state(world, runtime, WEDNESDAY, [taken_back(row, row.amount, row.late_fee)])
    run(world, runtime, WEDNESDAY)
    assert kinds(kept(runtime)) == {"reversed_after_booking": "open"}
    world.clock.at = at(WEDNESDAY, 15)
    pay_back(world, handle)
    for day in (THURSDAY, FRIDAY):
        state(world, runtime, day, [])
        run(world, runtime, day)
    (found,) = kept(runtime)
    assert found.state == BreakState.CLOSED_BY_RUN


def test_a_refund_that_the_bureau_does_not_state_is_no_break(world: World, runtime: Runtime) -> None:
    case, _, _ = paid(world, runtime)
    handle = go_back(world, case)
    world.clock.at = at(TUESDAY)
    pay_back(world, handle)
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        state(world, runtime, day, [])
        run(world, runtime, day)
    assert kept(runtime) == []
