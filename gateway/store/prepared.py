"""Statements made once: text, conversions and columns are worked out once per database, not at every execution.

SQLAlchemy writes the text; the driver runs it. That is several times cheaper than handing the driver a statement that
is built, looked up and wrapped anew each time, and most of what the store does is a handful of statements.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Executable, LargeBinary, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as one kind of database takes it. `order`: of the values, where they go by position."""

    text: str
    fixed: Mapping[str, Any]
    converted: Sequence[tuple[str, Convert]]
    order: Sequence[str] | None
    row: Callable[[Sequence[Any]], Any]
    restored: Sequence[tuple[int, Convert]]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them; KeyError where one is missing."""
        bound = {**self.fixed, **values}
        for name, convert in self.converted:
            bound[name] = convert(bound[name])
        return bound if self.order is None else [bound[name] for name in self.order]

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The driver's rows with named columns, converted back."""
        if not self.restored:
            return list(map(self.row, found))
        return [self.row(self._converted(each)) for each in found]

    def _converted(self, found: Sequence[Any]) -> list[Any]:
        values = list(found)
        for place, convert in self.restored:
            values[place] = convert(values[place])
        return values


class Prepared:
    """One statement with named values (`bindparam`), made at its first execution on each kind of database."""

    __slots__ = ("_made", "_statement", "tables")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}
        self.tables = tables_of(statement)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute it; how many rows it touched."""
        _, cursor = self._executed(connection, values)
        touched = int(cursor.rowcount)
        cursor.close()
        return touched

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Every row it finds, as a named tuple."""
        made, cursor = self._executed(connection, values)
        found = made.rows(cursor.fetchall())
        cursor.close()
        return found

    def _executed(self, connection: Connection, values: Mapping[str, Any]) -> tuple[_Made, Any]:
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = _make(self._statement, connection.dialect)
        cursor = connection.connection.cursor()
        cursor.execute(made.text, made.bound(values))
        return made, cursor


def _make(statement: Executable, dialect: Dialect) -> _Made:
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect))  # type: ignore[attr-defined]  # an Executable that compiles
    columns = getattr(compiled, "_result_columns", None) or ()
    row = namedtuple("Row", [column.keyname for column in columns])  # type: ignore[misc]  # noqa: PYI024 - names known now only
    return _Made(
        text=str(compiled),
        fixed={name: value for name, value in compiled.params.items() if value is not None},
        converted=tuple(cast("dict[str, Convert]", compiled._bind_processors).items()),  # noqa: SLF001 - as it binds itself
        order=compiled.positiontup,
        row=row._make,
        restored=tuple(
            (place, restore)
            for place, column in enumerate(columns)
            if (restore := _restoring(column.type, dialect)) is not None
        ),
    )


def _restoring(kind: Any, dialect: Dialect) -> Convert | None:
    # Both drivers give bytes for bytes.
    found: Convert | None = None if isinstance(kind, LargeBinary) else kind._cached_result_processor(dialect, None)  # noqa: SLF001 - what its own execution uses
    return found


@lru_cache(maxsize=256)
def changing(table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    """UPDATE of the columns `names` in the row with this `key`; the values of the key are named `key_<column>`."""
    changed = update(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in key))
    return Prepared(changed.values({name: bindparam(name) for name in names}))


@lru_cache(maxsize=64)
def inserting(table: Table, names: tuple[str, ...], dialect: str, *, unless_taken: bool) -> Prepared:
    """INSERT of one row; with `unless_taken` a row whose key is there already is left out."""
    if not unless_taken:
        return Prepared(table.insert().values({name: bindparam(name) for name in names}))
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    return Prepared(insert.values({name: bindparam(name) for name in names}).on_conflict_do_nothing())


@lru_cache(maxsize=64)
def raising(table: Table, column: str, names: tuple[str, ...]) -> Prepared:
    """UPDATE that raises a counter in the row with the handle `key`, writes the columns `names` and gives the sum."""
    counter = table.c[column]
    values = {column: counter + 1, **{name: bindparam(name, type_=table.c[name].type) for name in names}}
    return Prepared(update(table).where(table.c.id == bindparam("key")).values(values).returning(counter))


@lru_cache(maxsize=64)
def by_handle(table: Table) -> Prepared:
    """SELECT of the row with the handle `key`."""
    return Prepared(select(table).where(table.c.id == bindparam("key")))


@lru_cache(maxsize=64)
def of_cases(table: Table) -> "BySize":
    """SELECT of the rows that belong to some cases."""
    return BySize(lambda among: select(table).where(table.c[case_column(table)].in_(among)))


def case_column(table: Table) -> str:
    """The column that says to which case a row belongs."""
    return "case" if "case" in table.c else "id"


def tables_of(statement: Executable) -> frozenset[Table]:
    """The tables that a statement reads or writes."""
    return frozenset(each for each in visitors.iterate(cast("Any", statement)) if isinstance(each, Table))


class BySize:
    """A statement about any number of values, in few sizes: an odd number is filled up by repeating the last one."""

    __slots__ = ("_build", "_made")

    def __init__(self, build: Callable[[list[Any]], Executable]) -> None:
        self._build = build
        self._made: dict[int, Prepared] = {}

    def rows(self, connection: Connection, values: Sequence[Any], **others: Any) -> list[Any]:
        """Every row it finds for `values`."""
        return [row for prepared, bound in self._parts(values, others) for row in prepared.rows(connection, bound)]

    def _parts(self, values: Sequence[Any], others: Mapping[str, Any]) -> Iterator[tuple[Prepared, dict[str, Any]]]:
        for start in range(0, len(values), _SIZES[-1]):
            yield self._some(values[start : start + _SIZES[-1]], others)

    def run(self, connection: Connection, values: Sequence[Any], **others: Any) -> int:
        """Execute it for `values`; how many rows it touched."""
        return sum(prepared.run(connection, bound) for prepared, bound in self._parts(values, others))

    def _some(self, values: Sequence[Any], others: Mapping[str, Any]) -> tuple[Prepared, dict[str, Any]]:
        size = next(size for size in _SIZES if size >= len(values))
        prepared = self._made.get(size)
        if prepared is None:
            prepared = self._made[size] = Prepared(self._build([bindparam(f"among_{n}") for n in range(size)]))
        filled = [*values, *[values[-1]] * (size - len(values))]
        return prepared, {**{f"among_{n}": value for n, value in enumerate(filled)}, **others}
