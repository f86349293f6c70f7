"""A statement read in bulk, and what it should give."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from gateway.batch.engine import Limits
from gateway.batch.persons import person_blind
from gateway.batch.statement import BulkStatement, read_statement
from gateway.batch.statement_terms import StatementTerms
from gateway.mapping.statement_plan import statement_plan
from gateway.model.reconciliation import ROW_COLUMNS
from gateway.model.statement import StatementRow
from tests.gateway.mapping.statements import DAY, KEY, TODAY, layout

BLIND = b"blind-secret-of-thirty-two-bytes"
TERMS = StatementTerms(TODAY, KEY, BLIND)
SMALL = Limits(256 << 20, 1)
UNSIGNED = layout("tax-hunan", "none")


def bulk(
    body: bytes, of: object = UNSIGNED, terms: StatementTerms = TERMS, block: int = 1 << 20
) -> tuple[BulkStatement | None, list[tuple[object, ...]]]:
    """What is read of a file, and its rows in the order of their lines."""
    plan = statement_plan(of)  # type: ignore[arg-type]  # a layout, which tests alter
    assert plan is not None
    with TemporaryDirectory() as folder:
        source = Path(folder) / "statement.txt"
        source.write_bytes(body)
        found = read_statement(plan, source, Path(folder) / "out", terms, limits=SMALL, block=block)
        names = sorted(path.name for path in Path(folder).iterdir())
        assert names == (["statement.txt"] if found is None else ["out", "statement.txt"])
        return found, _rows(found) if found else []


def _rows(found: BulkStatement) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for file in [file for files in found.files.values() for file in files]:
        relation = duckdb.read_parquet(str(file))
        assert list(zip(relation.columns, map(str, relation.types), strict=True)) == list(ROW_COLUMNS)
        rows += relation.fetchall()
    return sorted(rows, key=lambda one: int(str(one[0])))


def as_receipt(one: StatementRow) -> tuple[object, ...]:
    """The values of ROW_COLUMNS that a row of a statement has as a receipt."""
    posting = one.trace_number == one.summary_number
    return (
        *(one.number, one.key, one.voucher_number, one.summary_number),
        one.trace_number if posting else f"{one.voucher_number}/{one.trace_number}",
        f"{one.voucher_number}/{one.reverses}" if one.reverses else None,
        person_blind(BLIND, one.tax_person_number),
        *(str(one.agency), one.insurance.value, one.month.ordinal, one.accounting_month.ordinal, one.collected_on),
        *(one.adjustment, one.amount.fen, one.late_fee.fen, one.interest.fen),
        "reversed" if one.reverses else "booked",
    )


def receipts(rows: Sequence[StatementRow]) -> list[tuple[object, ...]]:
    return [as_receipt(one) for one in rows if one.treasury_on is None or one.collected_on == DAY]
