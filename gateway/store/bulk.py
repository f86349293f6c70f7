"""Many rows in one go, at the least cost per row that each driver has."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from gateway.store.prepared import Convert

Row = Sequence[Any]

# SQLite: `executemany` gives up the interpreter once per row and takes long to get it back among busy threads.
_VALUES_AT_ONCE = 800
# PostgreSQL: COPY costs something once and next to nothing per row; psycopg keeps what it has parsed of a statement
# only up to 50 parameters, and parsing costs more than sending.
_WORTH_A_COPY = 3
_PARSED_ONCE = 48


def insert(connection: Connection, table: Table, rows: Sequence[Row], *, unless_taken: bool = False) -> None:
    """Insert `rows`: in each the values of all columns in the table's order, as the database keeps them.

    `unless_taken`: a row whose key is there already is left out.
    """
    if connection.dialect.paramstyle == "qmark":
        _insert_values(connection, table, rows, _VALUES_AT_ONCE // len(table.columns), unless_taken=unless_taken)
    elif unless_taken or len(rows) < _WORTH_A_COPY:
        _insert_values(connection, table, rows, max(1, _PARSED_ONCE // len(table.columns)), unless_taken=unless_taken)
    else:
        _copy(connection, table, rows)


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_taken: bool = False
) -> None:
    """As `insert`; each row is a value of Python for every column by its name. KeyError where one is missing."""
    columns = _conversions(table, connection.dialect)
    kept = [[convert(row[name]) if convert else row[name] for name, convert in columns] for row in rows]
    insert(connection, table, kept, unless_taken=unless_taken)


@lru_cache(maxsize=64)
def _conversions(table: Table, dialect: Dialect) -> tuple[tuple[str, Convert | None], ...]:
    return tuple((column.name, column.type._cached_bind_processor(dialect)) for column in table.columns)  # noqa: SLF001 - as SQLAlchemy binds itself


def _insert_values(
    connection: Connection, table: Table, rows: Sequence[Row], at_once: int, *, unless_taken: bool
) -> None:
    cursor, style = connection.connection.cursor(), connection.dialect.paramstyle
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        cursor.execute(_statement(style, table, len(some), unless_taken=unless_taken), tuple(chain.from_iterable(some)))
    cursor.close()


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({_names(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


@lru_cache(maxsize=1024)
def _statement(paramstyle: str, table: Table, rows: int, *, unless_taken: bool) -> str:
    place = "?" if paramstyle == "qmark" else "%s"
    row = "(" + ", ".join([place] * len(table.columns)) + ")"
    end = " ON CONFLICT DO NOTHING" if unless_taken else ""
    # S608: names out of our own table definitions; every value is bound.
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES {', '.join([row] * rows)}{end}"  # noqa: S608 - see above


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)
