"""The ledger as a side: what was taken in on a day is written once; what was committed late is added, never mixed in.

A partition holds what this gateway *entered* on a day of China, which is what makes it final; the rows in it say on
which day each was collected.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from gateway.batch.ledger_rows import LedgerWriter
from gateway.batch.persons import person_blind
from gateway.batch.row_files import Row, digest, sum_of
from gateway.batch.row_sides import UNKNOWN_REGION
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.model.reconciliation import Book, RowState, Sum
from gateway.model.tax import Receipt
from gateway.model.tax_payments import ReversePayment
from gateway.model.values import MONTHS_PER_YEAR
from gateway.services.records import content_of, decode
from gateway.services.runtime import Runtime
from gateway.store import export
from gateway.store.export import EnteredRow, PartitionRow
from gateway.store.work import Tx

FOLDER = "reconciliation"
SETTLED = timedelta(minutes=10)
"""How long after its end a day is left alone: longer than any transaction that began in it."""
_BOOK = Book.LEVY.value
_APART = ("late_fee", "interest")


def ledger_day(runtime: Runtime, party: str, day: date) -> list[tuple[PartitionRow, Path]]:
    """The partitions of a day with their files, written where they are not yet there; none for an empty day.

    GatewayError `reconciliation_too_early` while the day goes on, `partition_missing` where a file has gone.
    """
    since = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    until = since + timedelta(days=1)
    if runtime.now() < until + SETTLED:
        raise GatewayError("reconciliation_too_early", day=str(day), at=(until + SETTLED).isoformat())
    with runtime.store.reading() as tx:
        known = list(export.partitions(tx, _BOOK, party, day.isoformat()))
        count = export.count_entered(tx, party, since, until)
    if count > sum(row.count for row in known):
        known.append(_written(runtime, party, day, known))
    return [(row, _there(runtime, row)) for row in known]


def checked(runtime: Runtime, row: PartitionRow) -> Path:
    """The file of a partition, as it was written; GatewayError `partition_missing`, `partition_changed`."""
    path = _there(runtime, row)
    if digest(path) != row.sha256:
        raise GatewayError("partition_changed", file=str(path.relative_to(runtime.settings.var)))
    return path


def first_day(runtime: Runtime, party: str) -> date | None:
    """The day on which the ledger entered its first receipt of a party."""
    with runtime.store.reading() as tx:
        at = export.first_entered(tx, party)
    return None if at is None else at.astimezone(BEIJING).date()


def person_secret(runtime: Runtime, party: str) -> bytes:
    """The secret by which rows of either side name persons, blind: one of each tax party, made from the index key."""
    return runtime.store.keyring.blind("tax person", party)


def _written(runtime: Runtime, party: str, day: date, known: list[PartitionRow]) -> PartitionRow:
    number, since = len(known), datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    into = _path(runtime, party, day.isoformat(), number)
    before = [checked(runtime, row) for row in known]
    if into.exists():  # it was written, and the process ended before that stood in the index
        total = sum_of(into)
    else:
        with runtime.store.reading() as tx:
            total = _write(runtime, tx, party, since, into, before)
    row = _indexed(party, day, number, total, digest(into), runtime.now())
    with runtime.store.work("ledger_partition") as tx:
        export.add_partition(tx, row)
    return row


def _indexed(party: str, day: date, number: int, total: Sum, sha256: str, now: datetime) -> PartitionRow:
    sums = {"count": total.count, "fen": total.fen, "sha256": sha256, "created_at": now}
    return PartitionRow(book=_BOOK, party=party, day=day.isoformat(), number=number, **sums)  # type: ignore[arg-type]  # columns of the row


def _path(runtime: Runtime, party: str, day: str, number: int) -> Path:
    return runtime.settings.var / FOLDER / "ledger" / party / f"{day}.{number}.parquet"


def _there(runtime: Runtime, row: PartitionRow) -> Path:
    path = _path(runtime, row.party, row.day, row.number)
    if not path.is_file():
        raise GatewayError("partition_missing", file=str(path.relative_to(runtime.settings.var)))
    return path


def _write(runtime: Runtime, tx: Tx, party: str, since: datetime, into: Path, before: Sequence[Path]) -> Sum:
    """Plain columns go through the engine; what came before there were any is opened row by row."""
    day = party, since, since + timedelta(days=1)
    with LedgerWriter(into, person_secret(runtime, party), before) as writer:
        for lines in export.plain(tx, *day):
            writer.lines(lines)
        for entered in export.sealed(tx, *day):
            writer.add(_reversal(runtime, party, entered) if entered.reverses else _receipt(runtime, party, entered))
    return writer.sum


def _receipt(runtime: Runtime, party: str, entered: EnteredRow) -> Row:
    receipt = decode(Receipt, entered.content)
    adjustment = _adjustment(receipt.accounting_month.ordinal, receipt.collected_on)
    return (
        *(0, _key(receipt, 1), receipt.voucher_number, None),
        *(entered.natural_key, None, *_where(runtime, party, entered), receipt.insurance.value),
        *(receipt.first.ordinal, receipt.accounting_month.ordinal, receipt.collected_on, adjustment),
        *(*_money(receipt), RowState.BOOKED.value),
    )


def _reversal(runtime: Runtime, party: str, entered: EnteredRow) -> Row:
    said = decode(ReversePayment, entered.content)
    original = decode(Receipt, entered.original) if entered.original else None
    # A reversal tells one amount; what it takes back whole, it takes back component by component.
    whole = original is not None and original.amount.fen == abs(said.amount.fen)
    money = [-part for part in _money(original)] if original and whole else [-abs(said.amount.fen), 0, 0]
    adjustment = _adjustment(said.accounting_month.ordinal, said.reversed_on)
    return (
        *(0, _key(said, 0), said.voucher_number, None),
        *(entered.natural_key, entered.reverses, *_where(runtime, party, entered), said.insurance.value),
        *(said.first.ordinal, said.accounting_month.ordinal, said.reversed_on, adjustment),
        *(*money, RowState.REVERSED.value),
    )


def _key(row: Receipt | ReversePayment, booked: int) -> str:
    """The key of a row: it and what takes it back have numbers of their own, as in `ledger_rows`."""
    number = (row.sequence or 1) * 2 - booked
    return f"{row.voucher_number} {row.insurance.value} {row.first} {number}"


def _where(runtime: Runtime, party: str, entered: EnteredRow) -> tuple[str | None, str]:
    """Whose money it is and where it belongs, as far as the levy says it."""
    plan = content_of(entered.determination) if entered.determination else {}
    number = entered.tax_person_number
    person = person_blind(person_secret(runtime, party), number) if number else None
    return person, str(plan.get("region", UNKNOWN_REGION))


def _adjustment(accounting_month: int, day: date) -> bool:
    """Whether money of a day is booked in the year before: it came in the adjustment period (wire facts, 3.4)."""
    return accounting_month // MONTHS_PER_YEAR < day.year


def _money(receipt: Receipt) -> list[int]:
    apart = [receipt.fen_of(name) for name in _APART]
    return [receipt.amount.fen - sum(apart), *apart]
