"""What a query finds as text, for a reader that takes columns: by COPY where the database has it, else by a cursor."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Select

from gateway.store.work import Tx, over_whole_tables

NULL = "\\N"
"""How the text says NULL."""
_AT_ONCE = 100_000


def copied(tx: Tx, wanted: Select[Any]) -> Iterator[bytes]:
    """The rows of a query as lines of CSV in UTF-8, many at a time; whole lines each time."""
    return _by_copy(tx, wanted) if tx.is_postgresql else _by_cursor(tx, wanted)


def _by_copy(tx: Tx, wanted: Select[Any]) -> Iterator[bytes]:
    over_whole_tables(tx.connection)
    # COPY takes no parameters.
    text = wanted.compile(dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True})
    driver: Any = tx.connection.connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY ({text}) TO STDOUT (FORMAT csv, NULL '{NULL}')") as out,
    ):
        while lines := b"".join(islice(out, _AT_ONCE)):
            yield lines


def _by_cursor(tx: Tx, wanted: Select[Any]) -> Iterator[bytes]:
    found = tx.connection.execute(wanted.execution_options(yield_per=_AT_ONCE))
    for rows in found.partitions():
        text = io.StringIO()
        lines = ([NULL if value is None else value for value in row] for row in rows)
        csv.writer(text, lineterminator="\n").writerows(lines)
        yield text.getvalue().encode()
