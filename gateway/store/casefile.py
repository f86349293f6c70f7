"""Cases that are worked on together: their rows are read once, changed in memory and written in one go."""

from collections import defaultdict, namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, Self, TypeVar

from sqlalchemy import Table, UniqueConstraint

from gateway.store.bulk_update import Changes, Key, update
from gateway.store.prepared import Prepared, case_column, of_cases, tables_of
from gateway.store.rows import CaseRow
from gateway.store.sheet import Sheet
from gateway.store.tables import cases
from gateway.store.work import Statement, Tx

Kept = TypeVar("Kept")


@dataclass(slots=True)
class _Rows:
    """The rows of one table by primary key, the cases whose rows are all here, and what changed since the writing."""

    table: Table
    by_key: dict[Key, Any] = field(default_factory=dict)
    of_case: dict[str, dict[Key, None]] = field(default_factory=dict)
    changed: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def of(self, case: str) -> list[Any]:
        """The rows of a case."""
        return [self.by_key[key] for key in self.of_case[case]]

    def add(self, row: Any) -> None:
        """Keep a row of a case that is here."""
        key = tuple(getattr(row, name) for name in primary_key(self.table))
        self.by_key[key] = row
        self.of_case[getattr(row, case_column(self.table))][key] = None

    def enter(self, row: Mapping[str, Any]) -> bool:
        """Keep a new row unless one of its unique keys is taken; whether they were free."""
        made, mine = row_type(self.table)(**row), self.of(row[case_column(self.table)])
        for key in unique_keys(self.table):
            if key(made) in map(key, mine):
                return False
        self.add(made)
        return True

    def change(self, key: Key, values: Mapping[str, Any]) -> None:
        """Give a row new values: here at once, in the database when it is written."""
        self.by_key[key] = self.by_key[key]._replace(**values)
        self.changed.setdefault(key, {}).update(values)

    def changes(self) -> list[Changes]:
        """What changed since the last time, apart by columns."""
        alike = defaultdict[tuple[str, ...], list[tuple[Key, Mapping[str, Any]]]](list)
        for key, values in self.changed.items():
            alike[tuple(values)].append((key, values))
        self.changed.clear()
        return [Changes(self.table, primary_key(self.table), rows) for rows in alike.values()]


@cache
def primary_key(table: Table) -> tuple[str, ...]:
    """The names of its columns."""
    return tuple(column.name for column in table.primary_key)


@cache
def unique_keys(table: Table) -> tuple[Callable[[Any], Any], ...]:
    """What a row has in the columns of each key that only one row may have."""
    more = [each.columns.keys() for each in table.constraints if isinstance(each, UniqueConstraint)]
    return tuple(attrgetter(*names) for names in (primary_key(table), *more))


@cache
def row_type(table: Table) -> Any:
    """What a row of the table is, as the driver's rows are."""
    return namedtuple("Row", [column.name for column in table.columns])  # noqa: PYI024 - names known now only


def touched(statement: Statement) -> Collection[Table]:
    """The tables that a statement reads or writes."""
    return statement.tables if isinstance(statement, Prepared) else tables_of(statement)


@dataclass(frozen=True, slots=True)
class CaseFile(Sheet):
    """A transaction over cases that it has locked: what belongs to them is read once and kept with every change.

    Any other statement finds the database up to date: before it runs all is written, and what it writes is read anew.
    """

    handles: set[str] = field(default_factory=set)
    kept: dict[Table, _Rows] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Tx, locked: Sequence[CaseRow]) -> Self:
        """The file of cases that were locked in a transaction."""
        file = cls.on(tx)
        for row in locked:
            file.take_in(row)
        return file

    def take_in(self, row: CaseRow) -> None:
        """Take in a case that has just been locked."""
        self.handles.add(row.id)
        kept = self.kept.setdefault(cases, _Rows(cases))
        kept.of_case[row.id] = {}
        kept.add(row)

    def read_ahead(self, table: Table, handles: Collection[str]) -> None:
        """Read what belongs to several cases in one go, as far as it is not here yet."""
        kept = self.kept.setdefault(table, _Rows(table))
        if missing := [case for case in handles if case not in kept.of_case]:
            self._bring_up_to_date({table})
            kept.of_case.update((case, {}) for case in missing)
            for row in of_cases(table).rows(self.connection, missing):
                kept.add(row)

    def of_case(self, table: Table, kind: type[Kept], case: str) -> Sequence[Kept]:
        """Every row of `table` that belongs to a case, in no order."""
        if case not in self.handles:
            # Others may change it at any moment.
            self._bring_up_to_date({table})
            return Tx.of_case(self, table, kind, case)
        self.read_ahead(table, [case])
        return self.kept[table].of(case)

    def by_handle(self, table: Table, kind: type[Kept], handle: str) -> Kept | None:
        """The row of `table` with this handle."""
        kept = self._holding(table, (handle,))
        return Tx.by_handle(self, table, kind, handle) if kept is None else kept.by_key[handle,]

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Have one row inserted; it is here at once."""
        Sheet.put(self, table, row)
        if (kept := self._of_the_case(table, row)) is not None:
            kept.enter(row)

    def put_new(self, table: Table, row: Mapping[str, Any]) -> None:
        """Have one row inserted unless its key is taken."""
        kept = self._of_the_case(table, row)
        if kept is None or kept.enter(row):
            Sheet.put_new(self, table, row)

    def insert_new(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert one row now unless its key is taken; whether it was free."""
        self.write()
        self._begin_writing({table})
        return Tx.insert_new(self, table, row)

    def change(self, table: Table, values: Mapping[str, Any], **key: Any) -> int:
        """Write new values into the row with this key; how many rows there were."""
        if set(key) != set(primary_key(table)):
            self._begin_writing({table})
            return Tx.change(self, table, values, **key)
        place = tuple(key[name] for name in primary_key(table))
        kept = self._holding(table, place)
        if kept is None:
            self._bring_up_to_date({table})
            return Tx.change(self, table, values, **key)
        kept.change(place, values)
        return 1

    def show(self, table: Table, handle: str, values: Mapping[str, Any]) -> None:
        """Let values be seen here that the row has in the database already."""
        if (kept := self._holding(table, (handle,))) is not None:
            kept.by_key[handle,] = kept.by_key[handle,]._replace(**values)

    def raised(self, table: Table, column: str, handle: str, **values: Any) -> int:
        """Raise a counter in the row with this handle and write other values beside it; the counter's new value."""
        kept = self._holding(table, (handle,))
        if kept is None:
            self._bring_up_to_date({table})
            return Tx.raised(self, table, column, handle, **values)
        number = int(getattr(kept.by_key[handle,], column)) + 1
        kept.change((handle,), {column: number, **values})
        return number

    def run(self, statement: Statement, /, **values: Any) -> int:
        """Execute one writing statement; how many rows it touched."""
        self._begin_writing(touched(statement))
        return Tx.run(self, statement, **values)

    def all(self, statement: Statement, kind: type[Kept], /, **values: Any) -> Sequence[Kept]:
        """Every row that a reading statement finds."""
        self._bring_up_to_date(touched(statement))
        return Tx.all(self, statement, kind, **values)

    def standing(self, statement: Statement, kind: type[Kept], /, **values: Any) -> Kept | None:
        """The first row of what the database holds by now; what waits to be written goes on waiting."""
        return next(iter(Tx.all(self, statement, kind, **values)), None)

    def write(self) -> None:
        """Write everything; ClashError (from `work`) where a key of `put` is taken."""
        Sheet.write(self)
        self.rows.clear()
        self.new_rows.clear()
        update(self.connection, [changes for kept in self.kept.values() for changes in kept.changes()])

    def _bring_up_to_date(self, tables: Collection[Table]) -> None:
        waiting = {table for table, kept in self.kept.items() if kept.changed}
        if not waiting.union(self.rows, self.new_rows).isdisjoint(tables):
            self.write()

    def _begin_writing(self, tables: Collection[Table]) -> None:
        """Others than this file write to `tables` now: what is here of them is of no use any more."""
        self._bring_up_to_date(tables)
        for table in tables:
            self.kept.pop(table, None)

    def _holding(self, table: Table, key: Key) -> _Rows | None:
        kept = self.kept.get(table)
        return kept if kept is not None and key in kept.by_key else None

    def _of_the_case(self, table: Table, row: Mapping[str, Any]) -> _Rows | None:
        kept = self.kept.get(table)
        return kept if kept is not None and row[case_column(table)] in kept.of_case else None
