"""What a matching left, read in bulk: rows of breaks group by group, and what is in transit summed up."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from gateway.batch.engine import Limits, engine
from gateway.batch.row_files import COLUMNS
from gateway.batch.sql import literal
from gateway.model.breaks import InTransit
from gateway.model.reconciliation import Sum

ROWS_FILE = "rows.parquet"
SHOWN = 200
"""How many rows of each side of a group are told; all of them stay in the file."""
_LINE = ("side", "day", "expected_on", "region", "fund", "adjustment")


def broken_rows(result: Path) -> Iterator[tuple[str, list[tuple[str, Mapping[str, Any]]]]]:
    """Each group that is a break, in order, with its rows: side, here first, and values by column; SHOWN a side."""
    columns = ", ".join(COLUMNS.values())
    turn = 'row_number() OVER (PARTITION BY "group", side ORDER BY day, key, line)'
    query = f'SELECT "group", side, {columns}'
    with engine(result, Limits()) as running:
        found = running.rows(
            *(query, "FROM", _rows(result), "WHERE verdict = 'break' QUALIFY", turn, f"<= {SHOWN}"),
            'ORDER BY "group", side, day, key, line',
        )
        for group, rows in groupby(found, key=itemgetter(0)):
            yield group, [(side, dict(zip(COLUMNS, values, strict=True))) for _, side, *values in rows]


def transit_lines(result: Path) -> list[InTransit]:
    """What is in transit, line by line."""
    line = ", ".join(_LINE)
    sums = "count(*), sum(amount + late_fee + interest)"
    with engine(result, Limits()) as running:
        found = running.rows(
            *("SELECT", line, ",", sums, "FROM", _rows(result), "WHERE verdict = 'transit'"),
            *("GROUP BY", line, "ORDER BY", line),
        )
        return [
            InTransit(side, day, until, region, fund, adjustment, Sum(int(count), int(fen)))
            for side, day, until, region, fund, adjustment, count, fen in found
        ]


def _rows(result: Path) -> str:
    return f"read_parquet({literal(str(result / ROWS_FILE))})"
