"""A payment that a statement proves and whose receipt never came: rebuilt by the machine, or left to a person."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.mapping.statement_reader import check_statement
from gateway.model.breaks import BreakState, Repair, Resolution
from gateway.model.tax import Receipt
from gateway.services.receive import receive
from gateway.services.recover import recover_receipts
from gateway.services.runtime import Runtime
from gateway.store import breaks
from gateway.store.breaks import BreakRow
from gateway.store.tables_levies import stated_payments as stated_table
from tests.gateway.services.changed import told
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, state, stated
from tests.gateway.services.reconciled import MONDAY, TUESDAY, WEDNESDAY, kept, reconciling, run
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view

THURSDAY = WEDNESDAY + timedelta(days=1)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def paid_without_a_receipt(world: World, runtime: Runtime) -> tuple[str, Receipt]:
    """A case whose levy was paid on Monday, as the bureau's statement says; no receipt came until Thursday."""
    world.clock.at = at(MONDAY)
    assessed(world)
    case = begin(world)
    world.carry_due()
    lost = receipt(world, case, collected_on=MONDAY)
    row = stated(
        *(1, MONDAY, lost.amount.fen),
        voucher_number=lost.voucher_number,
        month=lost.first,
        insurance=lost.insurance,
        accounting_month=lost.accounting_month,
        levy_number="L001",
    )
    unproved(world, runtime, row)
    return case, lost


def unproved(world: World, runtime: Runtime, *rows: object) -> list[BreakRow]:
    """Let Monday's statement have these rows, and reconcile until what is absent here is a break."""
    state(world, runtime, MONDAY, rows)  # type: ignore[arg-type]  # rows of a statement
    state(world, runtime, TUESDAY, [])
    state(world, runtime, WEDNESDAY, [])
    run(world, runtime, WEDNESDAY)
    return kept(runtime)


def test_it_is_rebuilt_the_cover_follows_and_the_next_run_proves_it(world: World, runtime: Runtime) -> None:
    case, _ = paid_without_a_receipt(world, runtime)
    assert [row.repair for row in kept(runtime)] == [Repair.FETCH_RECEIPT]
    assert recover_receipts(runtime) == 1
    world.carry_due()
    assert view(world, case)["levies"][0]["status"] in {"receipted", "posted"}
    assert "receipt_rebuilt" in events(world, case)
    assert view(world, case)["status"] == "completed"
    assert len(told(world, "StartCover")) == 1
    (row,) = kept(runtime)
    assert (row.state, row.resolution) == (BreakState.RESOLVED, Resolution.REPAIRED)
    assert recover_receipts(runtime) == 0
    state(world, runtime, THURSDAY, [])
    run(world, runtime, THURSDAY)
    assert kept(runtime)[0].resolution == Resolution.PROVED


def test_the_receipt_that_comes_after_all_is_the_same_one(world: World, runtime: Runtime) -> None:
    case, lost = paid_without_a_receipt(world, runtime)
    recover_receipts(runtime)
    answer = receive(runtime, PARTY, replace(lost, notice_number="N-1"))
    assert (answer.voucher_number, answer.taken) == (lost.voucher_number, True)
    world.carry_due()
    assert events(world, case).count("paid") == 1


def test_money_for_a_levy_that_is_not_ours_is_left_to_a_person_with_the_reason(world: World, runtime: Runtime) -> None:
    unproved(world, runtime, stated(1, MONDAY, levy_number="L999"))
    assert recover_receipts(runtime) == 0
    (row,) = kept(runtime)
    assert (row.state, row.repair) == (BreakState.OPEN, Repair.ASK_PARTY)
    with runtime.store.reading() as tx:
        (*_, said) = [breaks.comment_of(tx, entry) for entry in breaks.entries_of(tx, row.id)]
    assert said == "no levy of ours bears the numbers that the statement gives"


def test_no_more_are_rebuilt_in_a_minute_than_the_setting_allows(world: World, runtime: Runtime) -> None:
    unproved(world, runtime, *(stated(number, MONDAY, levy_number=f"L{number}") for number in (1, 2)))
    slowly = replace(runtime, settings=replace(runtime.settings, recover_a_minute=1))
    left = []
    for _ in range(3):
        recover_receipts(slowly)
        left.append(sum(row.repair == Repair.FETCH_RECEIPT for row in kept(runtime)))
    assert left == [1, 0, 0]


def test_a_statement_is_read_once_for_all_that_wait(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    unproved(world, runtime, *(stated(number, MONDAY, levy_number=f"L{number}") for number in range(1, 5)))
    read: list[object] = []

    def counting(*given: Any) -> Any:
        read.append(given)
        return check_statement(*given)

    monkeypatch.setattr("gateway.services.stated_payments.check_statement", counting)
    slowly = replace(runtime, settings=replace(runtime.settings, recover_a_minute=1))
    for _ in range(4):
        recover_receipts(slowly)
    assert [row.repair for row in kept(runtime)] == [Repair.ASK_PARTY] * 4
    assert len(read) == 3, "each of the three days has one statement"
    with runtime.store.reading() as tx:
        assert tx.value(select(func.count()).select_from(stated_table)) == 0, "nothing is left of what is through"


def test_a_statement_that_was_superseded_proves_nothing(world: World, runtime: Runtime) -> None:
    case, _ = paid_without_a_receipt(world, runtime)
    state(world, runtime, MONDAY, [], sequence=2)
    assert recover_receipts(runtime) == 0
    assert view(world, case)["levies"][0]["status"] == "assessed"
