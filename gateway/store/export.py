"""What the ledger entered on a day, read in one pass, and the index of the partitions that were written of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from gateway.model.codes import RefundState
from gateway.store.copied import copied
from gateway.store.prepared import Prepared
from gateway.store.tables import case_items, levies, receipts
from gateway.store.tables_levies import payment_notices, refunds
from gateway.store.tables_reconciliation import ledger_partitions
from gateway.store.work import Tx, over_whole_tables

REVERSAL = "ReversePayment"
_AT_ONCE = 2_000
_TOLD = receipts.c.told_month.is_not(None)
_TOLD_BACK = payment_notices.c.told_month.is_not(None) & or_(receipts.c.natural_key.is_(None), _TOLD)


@dataclass(kw_only=True, slots=True)
class PartitionRow:
    """A partition: what `book` entered with `party` on `day`. `number` 0, and higher for what was committed late."""

    book: str
    party: str
    day: str
    number: int
    count: int
    fen: int
    sha256: str
    created_at: datetime


@dataclass(kw_only=True, slots=True)
class EnteredRow:
    """What came of a payment: a receipt, or a reversal that names it (`reverses`). `content`: canonical JSON.

    `original`: the receipt that is reversed, where it is known; `tax_person_number`, `determination`: of the levy
    that it pays, as far as it is known.
    """

    natural_key: str
    reverses: str | None
    content: bytes
    original: bytes | None
    tax_person_number: str | None
    determination: str | None


_day_of_book = (
    (ledger_partitions.c.book == bindparam("book"))
    & (ledger_partitions.c.party == bindparam("party"))
    & (ledger_partitions.c.day == bindparam("day"))
)
_PARTITIONS = Prepared(select(ledger_partitions).where(_day_of_book).order_by(ledger_partitions.c.number))
_FIRST_DAY = Prepared(select(func.min(receipts.c.taken_at)).where(receipts.c.party == bindparam("party")))
_UNDER_WAY = (RefundState.OPENED, RefundState.ASKED, RefundState.DECIDED)
_PENDING = Prepared(
    select(refunds.c.receipt).where(
        (refunds.c.party == bindparam("party")) & or_(*(refunds.c.state == state.value for state in _UNDER_WAY))
    )
)


def partitions(tx: Tx, book: str, party: str, day: str) -> Sequence[PartitionRow]:
    """The partitions of a day, in order."""
    return tx.all(_PARTITIONS, PartitionRow, book=book, party=party, day=day)


def add_partition(tx: Tx, row: PartitionRow) -> bool:
    """Enter a partition that is written; False where another process was faster."""
    return tx.insert_new(ledger_partitions, {name: getattr(row, name) for name in row.__slots__})


def first_entered(tx: Tx, party: str) -> datetime | None:
    """When the first receipt of a party was taken in."""
    at: datetime | None = tx.value(_FIRST_DAY, party=party)
    return at


def refunds_pending(tx: Tx, party: str) -> list[str]:
    """The payments of a party whose refund is under way, by the natural keys of their receipts."""
    return tx.values(_PENDING, party=party)


def count_entered(tx: Tx, party: str, since: datetime, until: datetime) -> int:
    """How many receipts and reversals were taken in from `since` to before `until`."""
    over_whole_tables(tx.connection)
    taken = _taken(party, since, until)
    return int(tx.value(select(func.count()).select_from(union_all(*taken).subquery())))


def plain(tx: Tx, party: str, since: datetime, until: datetime) -> Iterator[bytes]:
    """What was taken in from `since` to before `until`, as far as plain columns say it, as CSV; LEDGER_COLUMNS each."""
    paid, taken_back = _taken(party, since, until)
    levy = levies.c.tax_person_number, _region(tx)
    apart = receipts.c.late_fee, receipts.c.interest
    came = receipts.c.told_month, receipts.c.collected_on, receipts.c.fen, *apart
    yield from copied(tx, paid.with_only_columns(receipts.c.natural_key, null(), *levy, *came).where(_TOLD))
    # A reversal tells one amount; what it takes back whole, it takes back component by component.
    whole = receipts.c.fen == func.abs(payment_notices.c.fen)
    back = (case((whole, -part), else_=literal_column("0")) for part in apart)
    told = payment_notices.c.told_month, payment_notices.c.day, -func.abs(payment_notices.c.fen), *back
    named = payment_notices.c.natural_key, payment_notices.c.receipt
    yield from copied(tx, taken_back.with_only_columns(*named, *levy, *told).where(_TOLD_BACK))


def sealed(tx: Tx, party: str, since: datetime, until: datetime) -> Iterator[EnteredRow]:
    """The others: what came before there were plain columns, in no order, a few at a time."""
    over_whole_tables(tx.connection)
    for wanted, told in zip(_taken(party, since, until), (_TOLD, _TOLD_BACK), strict=True):
        for row in tx.connection.execute(wanted.where(~told).execution_options(yield_per=_AT_ONCE)):
            yield _opened(tx, party, row)


def _region(tx: Tx) -> ColumnElement[str]:
    """Where the levy that is paid belongs."""
    kept = case_items.c.determination
    if tx.is_postgresql:
        return func.json_extract_path_text(cast(kept, JSON), "region")
    return func.json_extract(kept, "$.region")


def _opened(tx: Tx, party: str, row: Any) -> EnteredRow:
    kind = "receipt" if row.reverses is None else "payment_notice"
    content = tx.open(row.sealed, f"{kind}:{party}:{row.natural_key}")
    named = None if row.original is None else tx.open(row.original, f"receipt:{party}:{row.reverses}")
    of_levy = {"tax_person_number": row.tax_person_number, "determination": row.determination}
    return EnteredRow(natural_key=row.natural_key, reverses=row.reverses, content=content, original=named, **of_levy)


def _taken(party: str, since: datetime, until: datetime) -> tuple[Select[Any], Select[Any]]:
    """Receipts, and reversals with the levy of the receipt that each names."""
    item = and_(case_items.c.case == levies.c.case, case_items.c.insurance == levies.c.insurance)
    of_levy = levies.c.tax_person_number, case_items.c.determination
    paid = (
        select(receipts.c.natural_key, null().label("reverses"), receipts.c.sealed, null().label("original"), *of_levy)
        .select_from(receipts.outerjoin(levies, levies.c.id == receipts.c.levy).outerjoin(case_items, item))
        .where(receipts.c.party == party, receipts.c.taken_at >= since, receipts.c.taken_at < until)
    )
    named = and_(receipts.c.party == payment_notices.c.party, receipts.c.natural_key == payment_notices.c.receipt)
    back = payment_notices.outerjoin(receipts, named).outerjoin(levies, levies.c.id == receipts.c.levy)
    taken_back = (
        select(payment_notices.c.natural_key, payment_notices.c.receipt.label("reverses"), payment_notices.c.sealed)
        .add_columns(receipts.c.sealed.label("original"), *of_levy)
        .select_from(back.outerjoin(case_items, item))
        .where(
            payment_notices.c.party == party,
            payment_notices.c.message == literal(REVERSAL),
            payment_notices.c.taken_at >= since,
            payment_notices.c.taken_at < until,
        )
    )
    return paid, taken_back
