"""A ledger with payments that tests know, and statements about them, from the bureau's side."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from gateway.mapping.statement_writer import write_statement
from gateway.model.codes import CaseStatus, Insurance, LevyState, Payer
from gateway.model.handles import new_handle
from gateway.model.statement import StatementHead, StatementRow
from gateway.model.tax import Component, Receipt
from gateway.model.tax_payments import ReversePayment
from gateway.model.values import Money, Month, Region
from gateway.services import pay as pay_service
from gateway.services import payment_notices
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.services.statements import take_in
from gateway.store import cases, levies, payments
from gateway.store.cases import NewCase
from gateway.store.levies import ReceiptKey
from gateway.store.rows import ItemRow, LevyRow
from gateway.store.statements import StatementRowKept
from gateway.store.tables import persons
from tests.gateway.mapping.statements import KEY, layout
from tests.gateway.services.conftest import World

PARTY, REGION = "tax-zhejiang", "330100"
MONTH = Month.parse("2026-10")


def at(day: date, hour: int = 4) -> datetime:
    """An instant of a day in China."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def receipt(number: int, day: date, fen: int = 0, **changed: object) -> Receipt:
    """A payment of the levy `number`."""
    made = Receipt(
        voucher_number=f"V{number:08d}",
        amount=Money(fen or 90000 + number),
        insurance=Insurance.PENSION,
        first=MONTH,
        last=MONTH,
        accounting_month=Month.of(day),
        collected_on=day,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of the record


def stated(number: int, day: date, fen: int = 0, **changed: object) -> StatementRow:
    """The same payment as the bureau states it."""
    made = StatementRow(
        number=1,
        voucher_number=f"V{number:08d}",
        item="10201",
        month=MONTH,
        sequence=1,
        insurance=Insurance.PENSION,
        agency=Region(REGION),
        accounting_month=Month.of(day),
        collected_on=day,
        amount=Money(fen or 90000 + number),
        trace_number=f"{number:08d}",
        tax_person_number=f"T{number:08d}",
        name="浙小骑",
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of the record


def components(fen: int, late_fee: int) -> tuple[Component, ...]:
    """A contribution and a late fee."""
    return Component("rate", Payer.WORKER, Money(fen)), Component("late_fee", Payer.WORKER, Money(late_fee))


def owe(runtime: Runtime, number: int, party: str = PARTY, region: str = REGION) -> str:
    """Enter a case with the levy `number` of a person; the levy's handle."""
    with runtime.store.work("ledger") as tx:
        person, case, levy = (new_handle(prefix, tx.now) for prefix in ("wrk", "case", "levy"))
        tx.put(persons, {"id": person, "created_at": tx.now})
        item = ItemRow(
            case=case,
            insurance="pension",
            status=CaseStatus.AWAITING_PAYMENT.value,
            start=MONTH.ordinal,
            province="zhejiang",
            tax=party,
            assessor="agency",
            determination=f'{{"region": "{region}"}}',
        )
        new = NewCase(case, "enrolment", "demo-platform", person, CaseStatus.AWAITING_PAYMENT.value, "rules", b"{}")
        cases.add(tx, new, [item], "accepted")
        levies.add(tx, _levy(levy, case, number, party))
    return levy


def pay(world: World, runtime: Runtime, paid: Receipt, levy: str | None, party: str = PARTY) -> None:
    """Let a receipt come in at noon of its day."""
    world.clock.at = at(paid.collected_on)
    key = ReceiptKey(party, f"{paid.voucher_number}/{paid.insurance.value}/{paid.first}")
    with runtime.store.work("ledger") as tx:
        levies.add_receipt(tx, key, levy=levy, content=encode(paid), **pay_service.plain_columns(paid))


def take_back(world: World, runtime: Runtime, paid: Receipt, day: date, party: str = PARTY) -> None:
    """Let the bureau tell us on a day that it took a payment back when it had collected it."""
    world.clock.at = at(day)
    said = ReversePayment(
        reversal_number=f"R{paid.voucher_number}",
        voucher_number=paid.voucher_number,
        insurance=paid.insurance,
        first=paid.first,
        amount=paid.amount,
        reversed_on=paid.collected_on,
        accounting_month=paid.accounting_month,
        reason="误扣",
    )
    key = f"{paid.voucher_number}/{paid.insurance.value}/{paid.first}"
    with runtime.store.work("ledger") as tx:
        columns = payment_notices.plain_columns(said)
        payments.add(tx, party, said.reversal_number, "ReversePayment", key, encode(said), **columns)


def state(
    world: World, runtime: Runtime, day: date, rows: Sequence[StatementRow], party: str = PARTY, **head: int
) -> StatementRowKept:
    """Let the statement of a day come in, the morning after."""
    world.clock.at = at(day + timedelta(days=1), 0)
    numbered = [replace(row, number=number) for number, row in enumerate(rows, 1)]
    made = replace(StatementHead(1, party, day, 1, 1, 1), **head)  # type: ignore[arg-type]  # fields of the record
    kept = take_in(runtime, party, write_statement(made, numbered, layout(party), KEY), "upload")
    assert kept.state == "kept", kept
    return kept


def _levy(levy: str, case: str, number: int, party: str) -> LevyRow:
    return LevyRow(
        id=levy,
        case=case,
        insurance="pension",
        tax=party,
        first=MONTH.ordinal,
        last=MONTH.ordinal,
        fen=90000 + number,
        due="2026-11-25",
        payable_until="2026-12-31",
        state=LevyState.PREVIEW.value,
        content="{}",
        tax_person_number=f"T{number:08d}",
    )
