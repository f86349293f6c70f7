"""The matching stated once: named statements in SQL that every engine runs (decision 0018).

An engine has the relations `here` and `there` with ROW_COLUMNS, runs the statements in order, and keeps what each one
gives (a table, or a frame that is not computed twice) as a relation of its name. The one word that engines say
differently is the fingerprint, and no result holds one. Texts are ordered by their bytes. `unsettled` has to be empty.

What counts in the end: `tallies` (columns of Tally, flattened), `breaks` (`label` is the group), `rows_judged`.
"""

from collections.abc import Sequence
from datetime import date

from gateway.batch.matching_classes import classes_statements
from gateway.batch.matching_rows import Fingerprint, Statement, rows_statements
from gateway.model.reconciliation import BreakTable, Expected, Pairing

RESULTS = ("tallies", "breaks", "rows_judged")


def duckdb_fingerprint(expressions: Sequence[str]) -> str:
    """As DuckDB says it."""
    return f"hash({', '.join(expressions)})"


def spark_fingerprint(expressions: Sequence[str]) -> str:
    """As Spark says it."""
    return f"xxhash64({', '.join(expressions)})"


def statements(
    pairing: Pairing,
    table: BreakTable,
    today: date,
    expected: Sequence[Expected] = (),
    *,
    fingerprint: Fingerprint = duckdb_fingerprint,
    passes: int = 1,
) -> Sequence[Statement]:
    """(name, SQL) of every step, in order; ValueError where a compared column is of no class.

    `passes`: in how many shares of the keys the twin of each is looked for; the result is the same.
    """
    return [*rows_statements(pairing, expected, today, fingerprint, passes), *classes_statements(pairing, table)]
