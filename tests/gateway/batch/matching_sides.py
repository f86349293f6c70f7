"""Two lists of rows, matched by the engine."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gateway.batch.engine import Limits
from gateway.batch.matching import Matched, match
from gateway.batch.row_files import write_rows
from gateway.mapping.break_table import break_table
from gateway.model.reconciliation import Book, BreakClass, Expected, Pairing, Tolerance
from tests.gateway.batch.matching_oracle import Row
from tests.harness.fixtures import MAPPINGS

TABLE = break_table(MAPPINGS)
DAY = date(2026, 1, 20)
TODAY = date(2026, 1, 22)
COMPARED = (
    *("person", "region", "fund", "amount", "late_fee", "interest"),
    *("state", "day", "month", "accounting_month", "adjustment"),
)
PAIRING = Pairing("levy-receipt", Book.LEVY, Book.RECEIPT, COMPARED)
TOLERANT = Pairing(
    "tolerant",
    Book.RECEIPT,
    Book.TREASURY,
    ("amount", "region", "day"),
    (Tolerance("amount", 1, "rounding"), Tolerance("day", 1, "posting")),
)


def matched(
    folder: Path, here: Sequence[Row], there: Sequence[Row], pairing: Pairing, expected: Sequence[Expected]
) -> Matched:
    files = [folder / "here.parquet", folder / "there.parquet"]
    for file, rows in zip(files, (here, there), strict=True):
        write_rows((row.values for row in rows), file)
    limits = Limits(256 << 20, 1)
    return match(
        pairing, files[:1], files[1:], folder / "out", today=TODAY, expected=expected, table=TABLE, limits=limits
    )


def classes(found: Matched) -> dict[str, tuple[BreakClass, ...]]:
    return {each.group: (each.break_class, *each.flags) for each in found.breaks()}
