"""Many rows of many tables in one go, at the least cost that each driver has.

PostgreSQL takes everything in one statement with one JSON text per table: one exchange with the server however many
tables and rows there are. SQLite takes one statement per table; `executemany` would give up the interpreter once per
row, and takes long to get it back among busy threads.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Dialect, LargeBinary, Table
from sqlalchemy.dialects import postgresql

from gateway.store.prepared import Convert

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]

_VALUES_AT_ONCE = 800
_encode = msgspec.json.Encoder().encode


def insert(connection: Connection, rows: Rows, new: Rows | None = None) -> None:
    """Insert rows, each a value for every column by its name; KeyError where one is missing.

    `new`: rows that are left out where their key is taken. Tables are given parents first.
    """
    parts = [(table, False, each) for table, each in rows.items() if each]
    parts += [(table, True, each) for table, each in (new or {}).items() if each]
    if connection.dialect.paramstyle == "qmark":
        for table, unless_taken, some in parts:
            _insert_values(connection, table, some, unless_taken=unless_taken)
    elif parts:
        statement = _in_one(tuple((table, unless_taken) for table, unless_taken, _ in parts))
        _execute(connection, statement, [_json(connection.dialect, table, some) for table, _, some in parts])


def _execute(connection: Connection, statement: str, values: Sequence[Any]) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement, values)
    cursor.close()


@lru_cache(maxsize=64)
def _conversions(table: Table, dialect: Dialect) -> tuple[tuple[str, Convert | None], ...]:
    return tuple(
        # Bytes go to PostgreSQL in JSON, which has a form of its own for them.
        (column.name, None if _is_bytes(column) else column.type._cached_bind_processor(dialect))  # noqa: SLF001 - as SQLAlchemy binds itself
        for column in table.columns
    )


def _is_bytes(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def _json(dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]]) -> str:
    names, converted = _split(table, dialect)
    given = [{name: row[name] for name in names} for row in rows]
    for name, convert in converted:
        # Rows that are written together share most of their instants: each of these is converted once.
        done: dict[int, Any] = {}
        for each in given:
            value = each[name]
            if id(value) not in done:
                done[id(value)] = convert(value)
            each[name] = done[id(value)]
    return _encode(given).decode()


@lru_cache(maxsize=64)
def _split(table: Table, dialect: Dialect) -> tuple[tuple[str, ...], tuple[tuple[str, Convert], ...]]:
    """The names of all columns, and the few whose values the driver does not take as they are."""
    every = _conversions(table, dialect)
    return tuple(name for name, _ in every), tuple((name, convert) for name, convert in every if convert)


@lru_cache(maxsize=64)
def _in_one(parts: tuple[tuple[Table, bool], ...]) -> str:
    named = [f"part_{n} AS ({_from_json(table, unless_taken=new)})" for n, (table, new) in enumerate(parts)]
    return f"WITH {', '.join(named)} SELECT 1"


def _from_json(table: Table, *, unless_taken: bool) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library's own is not typed
    given = ", ".join(
        f'"{column.name}" {"text" if _is_bytes(column) else column.type.compile(dialect)}' for column in table.columns
    )
    taken = ", ".join(
        f"decode(\"{column.name}\", 'base64')" if _is_bytes(column) else f'"{column.name}"' for column in table.columns
    )
    # S608: names out of our own table definitions; every value is bound.
    return (
        f"INSERT INTO {table.name} ({_names(table)}) SELECT {taken} "  # noqa: S608 - see above
        f"FROM json_to_recordset(%s::json) AS given ({given}){_unless(unless_taken)}"
    )


def _insert_values(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unless_taken: bool
) -> None:
    columns, at_once = _conversions(table, connection.dialect), _VALUES_AT_ONCE // len(table.columns)
    for start in range(0, len(rows), at_once):
        some = [
            [convert(row[name]) if convert else row[name] for name, convert in columns]
            for row in rows[start : start + at_once]
        ]
        _execute(connection, _values(table, len(some), unless_taken), list(chain.from_iterable(some)))


@lru_cache(maxsize=1024)
def _values(table: Table, rows: int, unless_taken: bool) -> str:  # noqa: FBT001 - a key of the cache
    row = "(" + ", ".join("?" * len(table.columns)) + ")"
    # S608: names out of our own table definitions; every value is bound.
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES {', '.join([row] * rows)}{_unless(unless_taken)}"  # noqa: S608 - see above


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _unless(taken: bool) -> str:  # noqa: FBT001 - one word of a statement
    return " ON CONFLICT DO NOTHING" if taken else ""
