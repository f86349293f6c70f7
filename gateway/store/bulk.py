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
# PostgreSQL: COPY costs something once and next to nothing per row.
_WORTH_A_COPY = 3


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`: in each the values of all columns in the table's order, as the database keeps them."""
    if connection.dialect.paramstyle == "qmark":
        _insert_values(connection, table, rows, _VALUES_AT_ONCE // len(table.columns))
    elif len(rows) < _WORTH_A_COPY:
        _insert_values(connection, table, rows, 1)
    else:
        _copy(connection, table, rows)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, each a value of Python for every column by its name; KeyError where one is missing."""
    columns = _conversions(table, connection.dialect)
    insert(
        connection, table, [[convert(row[name]) if convert else row[name] for name, convert in columns] for row in rows]
    )


@lru_cache(maxsize=64)
def _conversions(table: Table, dialect: Dialect) -> tuple[tuple[str, Convert | None], ...]:
    return tuple((column.name, column.type._cached_bind_processor(dialect)) for column in table.columns)  # noqa: SLF001 - as SQLAlchemy binds itself


def _insert_values(connection: Connection, table: Table, rows: Sequence[Row], at_once: int) -> None:
    cursor, style = connection.connection.cursor(), connection.dialect.paramstyle
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        cursor.execute(_statement(style, table, len(some)), tuple(chain.from_iterable(some)))
    cursor.close()


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({_names(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


@lru_cache(maxsize=1024)
def _statement(paramstyle: str, table: Table, rows: int) -> str:
    place = "?" if paramstyle == "qmark" else "%s"
    row = "(" + ", ".join([place] * len(table.columns)) + ")"
    # S608: names out of our own table definitions; every value is bound.
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES " + ", ".join([row] * rows)  # noqa: S608 - see above


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)
