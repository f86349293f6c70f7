"""Rows of many requests gathered and written together, in the order that references want."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

from sqlalchemy import Table

from gateway.store.bulk import insert
from gateway.store.columns import metadata
from gateway.store.work import Tx

_Rows = dict[Table, list[Mapping[str, Any]]]


@cache
def _place(table: Table) -> int:
    return metadata.sorted_tables.index(table)


def _parents_first(rows: _Rows) -> _Rows:
    return {table: rows[table] for table in sorted(rows, key=_place)}


@dataclass(frozen=True, slots=True)
class Sheet(Tx):
    """A transaction whose `put` and `put_new` wait for `write`; reading sees none of them before."""

    rows: _Rows = field(default_factory=lambda: defaultdict(list))
    new_rows: _Rows = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def on(cls, tx: Tx) -> Self:
        """An empty sheet in a transaction."""
        return cls(tx.connection, tx.keyring, tx.now)

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Have one row inserted; all rows of a table name the same columns."""
        self.rows[table].append(row)

    def put_new(self, table: Table, row: Mapping[str, Any]) -> None:
        """Have one row inserted unless its key is taken."""
        self.new_rows[table].append(row)

    def write(self) -> None:
        """Insert everything; ClashError (from `work`) where a key of `put` is taken, and then nothing stays."""
        insert(self.connection, _parents_first(self.rows), _parents_first(self.new_rows))
