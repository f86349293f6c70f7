"""Partial success: rows speak of some of the requests by their key, and the others were taken."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.mapping.dialect_reader import Reader
from gateway.mapping.dialect_reading import Form, Reading, Writing
from gateway.mapping.dialect_rows import RowsOf, at, put
from gateway.mapping.dialect_writer import Writer
from gateway.mapping.tables import Block, Key, Nothing
from gateway.model.messages import Message


class KeyedRows(RowsOf):
    """Every row must name one of the requests, and those taken must add up: nothing is taken by silence."""

    def __init__(
        self,
        block: Block,
        record: type,
        functions: tuple[Reader, Writer],
        *,
        numbers: bool,
        details: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(block, record, functions, numbers=numbers, details=details)
        if self.rows.key is None or self.rows.none is None or not self.rows.saved:
            raise TypeError("keyed rows need a key, what no row means, and where the number of those taken stands")
        self._key: Key = self.rows.key
        self._taken: Nothing = self.rows.none

    def read_of(self, form: Form, c: Reading, abouts: Sequence[Message]) -> list[Message]:
        """One message for each request, in their order."""
        rows = c.rows(at(form, self._way), self.rows.there)
        named = [at(row, self._key.there.split(".")) for row in rows]
        wanted = [getattr(about, self._key.about) for about in abouts]
        if len(set(map(str, named))) != len(named) or not all(name in wanted for name in named):
            raise c.unreadable(f"{self.rows.there} speaks of records that were not sent, or of one twice")
        if self._counted(form, self.rows.saved, c) != len(abouts) - len(rows):
            raise c.unreadable(
                f"{self.rows.saved} and {self.rows.there} do not add up to the {len(abouts)} records sent"
            )
        found = dict(zip(named, rows, strict=True))
        return [self._one_of(found.get(key), about, c) for key, about in zip(wanted, abouts, strict=True)]

    def write_of(self, messages: Sequence[Message], c: Writing, form: Form, abouts: Sequence[Message]) -> None:
        """The answer to the requests `abouts`, one message for each."""
        rows = []
        for message, about in zip(messages, abouts, strict=True):
            if message != self.taken(about):
                c.about = about
                rows.append(self._write(message, c, {}))
        put(form, self._way, rows)
        put(form, self.rows.saved.split("."), self._number(len(messages) - len(rows)))

    def taken(self, about: Message) -> Message:
        """What it means that no row speaks of the request."""
        told = {name: getattr(about, source) for name, source in self._taken.about.items()}
        return self._record(**self._taken.here, **told)

    def _one_of(self, row: Mapping[str, Any] | None, about: Message, c: Reading) -> Message:
        if row is None:
            return self.taken(about)
        c.about = about
        return self._read(row, c)
