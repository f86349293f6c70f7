"""New values for many rows of many tables in one go: as `bulk` inserts, so this changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, LargeBinary, Table
from sqlalchemy.dialects import postgresql

from gateway.store.prepared import Convert, changing

Key = tuple[Any, ...]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Changes:
    """New values of the same columns for rows of one table, by the values that they have in the columns `key`."""

    table: Table
    key: tuple[str, ...]
    rows: Sequence[tuple[Key, Mapping[str, Any]]]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that change."""
        return tuple(self.rows[0][1])


def update(connection: Connection, changes: Sequence[Changes]) -> None:
    """Write all changes; what two of them say of one row must be about columns of its own."""
    if connection.dialect.paramstyle == "qmark":
        for each in changes:
            _one_by_one(connection, each)
    elif changes:
        _execute(connection, changes)


def update_some(connection: Connection, changes: Changes) -> Collection[Key]:
    """Write the changes of those rows that still have the values of their key; the keys that were found."""
    if connection.dialect.paramstyle == "qmark":
        return _one_by_one(connection, changes)
    return _execute(connection, [changes])


def _one_by_one(connection: Connection, changes: Changes) -> list[Key]:
    prepared = changing(changes.table, changes.names, changes.key)
    places = [f"key_{name}" for name in changes.key]
    return [
        key
        for key, values in changes.rows
        if prepared.run(connection, {**values, **dict(zip(places, key, strict=True))}) == 1
    ]


def _execute(connection: Connection, changes: Sequence[Changes]) -> Collection[Key]:
    """All in one statement; the keys that the last of the changes has found."""
    statement = _in_one(tuple((each.table, each.key, each.names) for each in changes))
    cursor = connection.connection.cursor()
    cursor.execute(statement, [_json(connection.dialect, each) for each in changes])
    found = cursor.fetchall()
    cursor.close()
    return found


def _json(dialect: Dialect, changes: Changes) -> str:
    named = [f"key_{name}" for name in changes.key]
    columns = _conversions(changes.table, changes.names, dialect)
    given = [
        {name: convert(values[name]) if convert else values[name] for name, convert in columns}
        | dict(zip(named, key, strict=True))
        for key, values in changes.rows
    ]
    return _encode(given).decode()


@lru_cache(maxsize=256)
def _conversions(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[tuple[str, Convert | None], ...]:
    # Bytes go to PostgreSQL in JSON, which has a form of its own for them.
    return tuple(
        (name, None if _is_bytes(table, name) else table.c[name].type._cached_bind_processor(dialect))  # noqa: SLF001 - as SQLAlchemy binds itself
        for name in names
    )


def _is_bytes(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, LargeBinary)


@lru_cache(maxsize=256)
def _in_one(parts: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...]) -> str:
    *others, last = [_from_json(*part) for part in parts]
    named = [f"part_{n} AS ({text})" for n, text in enumerate(others)]
    return f"WITH {', '.join(named)} {last}" if named else last


def _from_json(table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library's own is not typed

    def kind(name: str) -> str:
        return "text" if _is_bytes(table, name) else str(table.c[name].type.compile(dialect))

    given = ", ".join([*(f'"key_{name}" {kind(name)}' for name in key), *(f'"{name}" {kind(name)}' for name in names)])
    sets = ", ".join(
        f'"{name}" = ' + (f"decode(given.\"{name}\", 'base64')" if _is_bytes(table, name) else f'given."{name}"')
        for name in names
    )
    same = " AND ".join(f'{table.name}."{name}" = given."key_{name}"' for name in key)
    keys = ", ".join(f'given."key_{name}"' for name in key)
    # S608: names out of our own table definitions; every value is bound.
    return (
        f"UPDATE {table.name} SET {sets} FROM json_to_recordset(%s::json) AS given ({given}) "  # noqa: S608 - see above
        f"WHERE {same} RETURNING {keys}"
    )
