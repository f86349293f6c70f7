"""A payment that a statement proves and whose receipt never came: rebuilt by the machine, or left to a person."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.errors import GatewayError
from gateway.mapping.statement_reader import check_statement
from gateway.model.breaks import BreakState, Repair, Resolution
from gateway.model.codes import LevyState, RefundOrigin
from gateway.model.statement import StatementRow
from gateway.model.tax import LevyResult, Receipt
from gateway.model.values import Money
from gateway.services.receive import receive
from gateway.services.recover import recover_receipts
from gateway.services.runtime import Runtime
from gateway.store import breaks, levies
from gateway.store.breaks import BreakRow
from gateway.store.tables_levies import stated_payments as stated_table
from tests.gateway.services.changed import told
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.ledgers import PARTY, at, state, stated
from tests.gateway.services.reconciled import MONDAY, TUESDAY, WEDNESDAY, kept, reconciling, run
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view
from tests.gateway.services.test_refunds import claim

THURSDAY = WEDNESDAY + timedelta(days=1)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def paid_without_a_receipt(world: World, runtime: Runtime) -> tuple[str, Receipt]:
    """A case whose levy was paid on Monday, as the bureau's statement says; no receipt came until Thursday."""
    case, lost = owed(world)
    unproved(world, runtime, of(lost))
    return case, lost


def of(lost: Receipt, number: int = 1, day: date = MONDAY, fen: int = 0, **changed: object) -> StatementRow:
    """What the bureau states of a payment whose receipt was lost."""
    about = {
        "voucher_number": lost.voucher_number,
        "month": lost.first,
        "insurance": lost.insurance,
        "accounting_month": lost.accounting_month,
        "levy_number": "L001",
    }
    return stated(number, day, fen or lost.amount.fen, **(about | changed))


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


def owed(world: World) -> tuple[str, Receipt]:
    """A case that waits for its payment since Monday, and the receipt that will be lost."""
    world.clock.at = at(MONDAY)
    assessed(world)
    case = begin(world)
    world.carry_due()
    return case, receipt(world, case, collected_on=MONDAY)


def said_last(runtime: Runtime, row: BreakRow) -> str | None:
    with runtime.store.reading() as tx:
        return [breaks.comment_of(tx, entry) for entry in breaks.entries_of(tx, row.id)][-1]


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_payment_that_was_taken_back_on_a_later_day_is_not_rebuilt(
    world: World, runtime: Runtime, sequence: int
) -> None:
    case, lost = owed(world)
    paid = of(lost)
    back = {"reverses": paid.trace_number, "trace_number": "00000917", "sequence": sequence}
    state(world, runtime, MONDAY, [paid])
    state(world, runtime, TUESDAY, [of(lost, 1, TUESDAY, -lost.amount.fen, **back)])
    state(world, runtime, WEDNESDAY, [])
    run(world, runtime, WEDNESDAY)
    assert recover_receipts(runtime) == 0
    (row,) = kept(runtime)
    assert (row.state, row.repair) == (BreakState.OPEN, Repair.ASK_PARTY)
    assert "take the payment back" in (said_last(runtime, row) or "")
    world.carry_due()
    assert view(world, case)["items"][0]["cover_from"] is None


def test_the_day_of_posting_that_a_later_statement_adds_is_kept(world: World, runtime: Runtime) -> None:
    case, lost = owed(world)
    state(world, runtime, MONDAY, [of(lost)])
    state(world, runtime, TUESDAY, [of(lost, treasury_on=TUESDAY)])
    state(world, runtime, WEDNESDAY, [])
    run(world, runtime, WEDNESDAY)
    assert recover_receipts(runtime) == 1
    assert view(world, case)["levies"][0]["treasury_on"] == str(TUESDAY)


def test_a_levy_of_another_person_is_left_to_a_person(world: World, runtime: Runtime) -> None:
    world.clock.at = at(MONDAY)
    levy = LevyResult(True, LevyState.ASSESSED, levy_number="L001", notice_number="N001", tax_person_number="T001")
    world.tax_zhejiang.answers("FindLevy", accepted(levy))
    case = begin(world)
    world.carry_due()
    lost = receipt(world, case, collected_on=MONDAY)
    unproved(world, runtime, of(lost, tax_person_number="T002"))
    assert recover_receipts(runtime) == 0
    (row,) = kept(runtime)
    assert (row.repair, said_last(runtime, row)) == (
        Repair.ASK_PARTY,
        "the statement names another person than the levy whose number it gives",
    )


def test_a_receipt_that_came_before_it_was_rebuilt_is_not_called_rebuilt(world: World, runtime: Runtime) -> None:
    case, lost = paid_without_a_receipt(world, runtime)
    receive(runtime, PARTY, lost)
    assert recover_receipts(runtime) == 1
    assert "receipt_rebuilt" not in events(world, case)
    (row,) = kept(runtime)
    assert (said_last(runtime, row) or "").startswith("came after all")


def test_the_same_number_with_another_amount_changes_nothing(world: World, runtime: Runtime) -> None:
    case, lost = paid_without_a_receipt(world, runtime)
    recover_receipts(runtime)
    with pytest.raises(GatewayError) as refused:
        receive(runtime, PARTY, replace(lost, amount=lost.amount + Money(100)))
    assert refused.value.kind.code == "duplicate_receipt"
    assert view(world, case)["levies"][0]["paid"] == str(lost.amount)


def test_what_is_rebuilt_with_a_late_fee_was_paid_by_whom_the_levy_names(world: World, runtime: Runtime) -> None:
    case, lost = owed(world)
    unproved(world, runtime, of(lost, late_fee=Money(480)))
    assert recover_receipts(runtime) == 1
    levied = view(world, case)["levies"][0]["components"]
    refund = claim(world, case, RefundOrigin.PAYER_ERROR)["refund"]
    assert [(each["name"], each["payer"]) for each in refund["shares"]] == [
        *((each["name"], each["payer"]) for each in levied),
        ("late_fee", levied[0]["payer"]),
    ]
    assert receive(runtime, PARTY, replace(lost, amount=lost.amount + Money(480))).taken


@pytest.mark.parametrize("uneven", [0, 100])
@pytest.mark.parametrize("came", [0, 1, 2])
def test_of_a_voucher_that_came_in_part_only_what_is_lacking_is_rebuilt(
    world: World, runtime: Runtime, came: int, uneven: int
) -> None:
    world.clock.at = at(MONDAY)
    assessed(world)
    case = begin(world, contribution={"grade": 60, "cycle": "quarterly"})
    world.carry_due()
    lost = receipt(world, case, collected_on=MONDAY)
    fens = [lost.amount.fen // 2 - uneven, lost.amount.fen - lost.amount.fen // 2 + uneven]
    months = [
        replace(lost, amount=Money(fen), first=month, last=month)
        for fen, month in zip(fens, (lost.first, lost.last), strict=True)
    ]
    unproved(world, runtime, *(of(lost, n, month=each.first, fen=each.amount.fen) for n, each in enumerate(months, 1)))
    for each in months[:came]:
        receive(runtime, PARTY, each)
    recover_receipts(runtime)
    world.carry_due()
    with runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)
        there = [row.fen for row in levies.receipts_of(tx, levy.id)]
    assert (there, levy.paid_fen) == (fens if came else [lost.amount.fen], lost.amount.fen)
    assert view(world, case)["status"] == "completed"
    assert kept(runtime)[0].state == BreakState.RESOLVED
    assert len(told(world, "StartCover")) == 1
