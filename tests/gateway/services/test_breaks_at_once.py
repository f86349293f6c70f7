"""Two people at one break at one time; and a break that ends in a refund."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors import GatewayError
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import RepairCode
from gateway.services import breaks
from gateway.services.runtime import Runtime
from gateway.store import refunds
from tests.gateway.services.booked import balances
from tests.gateway.services.broken import (
    DAY,
    act,
    amount_break,
    found,
    history,
    knowing,
    one_of,
    run_of,
    side_row,
    view,
)
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, paid

THEIRS = RepairCode.ACCEPT_THEIRS


@pytest.fixture
def runtime(world: World) -> Runtime:
    return knowing(world.runtime)


def test_of_two_who_resolve_at_once_one_wins_and_the_other_is_told(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    gate, told, handle = threading.Barrier(2), list[str](), one_of(runtime).id

    def one(who: str) -> None:
        gate.wait()
        try:
            breaks.do(runtime, handle, who, breaks.resolve(THEIRS, who))
        except GatewayError as problem:
            told.append(problem.kind.code)

    threads = [threading.Thread(target=one, args=(who,)) for who in ("lin", "wang")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["break_not_allowed"]
    assert balances(runtime)["collected"] == -1000
    assert [action for action, _ in history(runtime)] == ["found", "resolved"]


def test_of_two_who_claim_at_once_one_has_it(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    gate, told, handle = threading.Barrier(2), list[str](), one_of(runtime).id

    def one(who: str) -> None:
        gate.wait()
        try:
            breaks.do(runtime, handle, who, breaks.claim())
        except GatewayError as problem:
            told.append(problem.kind.code)

    threads = [threading.Thread(target=one, args=(who,)) for who in ("lin", "wang")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["break_claimed"]


def test_a_refund_opens_a_case_for_what_was_paid_too_much(world: World, runtime: Runtime) -> None:
    _, came = paid(world)
    key = f"{came.voucher_number}/{came.insurance.value}/{came.first}"
    ours = side_row("here", fen=came.amount.fen, voucher=came.voucher_number, trace=key)
    theirs = replace(ours, side="there", amount=came.amount.fen - 1000)
    run_of(runtime, found(BreakClass.AMOUNT, [ours, theirs], party=BUREAU))
    act(runtime, "lin", breaks.resolve(RepairCode.REFUND, "paid too much"))
    with runtime.store.reading() as tx:
        (refund,) = refunds.of_receipt(tx, BUREAU, key)
    assert (refund.fen, refund.origin, refund.state) == (1000, "clearing", "opened")
    assert (one_of(runtime).state, view(runtime)["repairs"][0]["reference"]) == ("resolved", refund.case)


@pytest.mark.parametrize(
    ("code", "then"), [(RepairCode.REFUND, "resolved"), (RepairCode.ACCEPT_THEIRS, "reopened")], ids=["so", "otherwise"]
)
def test_what_a_refund_is_to_repair_stays_resolved_while_the_refund_is_under_way(
    world: World, runtime: Runtime, code: RepairCode, then: str
) -> None:
    _, came = paid(world)
    key = f"{came.voucher_number}/{came.insurance.value}/{came.first}"
    ours = side_row("here", fen=came.amount.fen, voucher=came.voucher_number, trace=key)
    theirs = replace(ours, side="there", amount=came.amount.fen - 1000)
    run_of(runtime, found(BreakClass.AMOUNT, [ours, theirs], party=BUREAU))
    act(runtime, "lin", breaks.resolve(code, "paid too much"))
    pending = [replace(ours, state="refund_pending"), theirs]
    for day in (1, 2):
        again = found(BreakClass.STATE, pending, party=BUREAU, flags=("refund_pending",))
        run_of(runtime, again, day=DAY + timedelta(days=day))
    assert one_of(runtime).state == then
    # The refund was refused: what was to be given back is a difference again.
    run_of(runtime, found(BreakClass.AMOUNT, [ours, theirs], party=BUREAU), day=DAY + timedelta(days=3))
    assert one_of(runtime).state == "reopened"
