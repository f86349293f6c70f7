"""Records that stand as rows: how many there may be, which one counts, and what it means that there is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.dialect_reader import Reader
from gateway.mapping.dialect_reading import Form, Reading, Writing
from gateway.mapping.dialect_writer import Writer
from gateway.mapping.tables import Block, Nothing, Rows
from gateway.model.messages import Message

_DETAILS = "*"
_COUNT_DIGITS = 10


def at(form: Mapping[str, Any], way: Sequence[str]) -> Any:
    """What stands at a path of a document, None where nothing does."""
    found: Any = form
    for name in way:
        found = found.get(name) if type(found) is dict else None
    return found


def put(form: Form, way: Sequence[str], value: object) -> None:
    """Let `value` stand at a path of a document."""
    for name in way[:-1]:
        form = form.setdefault(name, {})
    form[way[-1]] = value


class RowsOf:
    """The rows of one block, read and written. `numbers`: counts are numbers there, not texts."""

    def __init__(
        self,
        block: Block,
        record: type,
        functions: tuple[Reader, Writer],
        *,
        numbers: bool,
        details: frozenset[str] = frozenset(),
    ) -> None:
        if block.rows is None:
            raise TypeError("a block without rows has none to read")
        self.rows: Rows = block.rows
        self._record = record
        self._read, self._write = functions
        self._details = details
        self._way = tuple(self.rows.there.split("."))
        self._number: Callable[[int], object] = int if numbers else str
        self._lossy = {name: _default(record, name) for name in block.lossy if "." not in name}
        self.none = self._nothing(self.rows.none)

    def _nothing(self, none: Nothing | None) -> Message | None:
        """The record that no row means, where it needs nothing of the request."""
        return self._record(**none.here) if none is not None and not none.error and not none.about else None

    def read(self, form: Form, c: Reading) -> list[Message]:
        """The messages in the rows; errors as the readers, and `ambiguous_at_party`."""
        found = at(form, self._way)
        if self.rows.take == "itself":
            return [self._read(self._one(found, c), c)]
        rows = c.rows(found, self.rows.there)
        self._check_counts(form, len(rows), c)
        if not rows and self.rows.take != "all":
            return [self._empty(c)]
        if self.rows.take == "details":
            return [self._detailed(rows, c)]
        if self.rows.take == "first":
            chosen = next((row for row in rows if self._preferred(row)), rows[0])
            if len(rows) > 1:
                c.note("other_rows", str(len(rows) - 1))
            return [self._read(chosen, c)]
        made = [self._read(row, c) for row in rows]
        return [self._agreed(made, c)] if self.rows.take == "one" else made

    def counted(self, form: Form, c: Reading) -> tuple[int, int]:
        """How many rows a page holds, and how many there are in all."""
        found = len(c.rows(at(form, self._way), self.rows.there))
        return found, self._counted(form, self.rows.total, c) if self.rows.total else found

    def joined(self, forms: Sequence[Form], c: Reading) -> Form:
        """The first of the pages with the rows of all of them."""
        rows = [row for form in forms for row in c.rows(at(form, self._way), self.rows.there)]
        put(forms[0], self._way, rows)
        return forms[0]

    def write(self, messages: Sequence[Message], c: Writing, form: Form) -> None:
        """Write the messages as rows."""
        rows = self._written(messages, c)
        put(form, self._way, rows if self.rows.take != "itself" else rows[0] if rows else {})
        for place in (self.rows.count, self.rows.total):
            if place:
                put(form, place.split("."), self._number(len(rows)))

    def is_nothing(self, message: Message) -> bool:
        """Whether the message is the one that no row means."""
        return self.none is not None and bool(replace(message, **self._lossy) == self.none)

    def _written(self, messages: Sequence[Message], c: Writing) -> list[Form]:
        if len(messages) == 1 and self.is_nothing(messages[0]):
            return []
        if self.rows.take == "details":
            return self._spread(self._write(messages[0], c, {}))
        return [self._write(message, c, {}) for message in messages]

    def _spread(self, whole: Form) -> list[Form]:
        details = whole.pop(_DETAILS, [])
        return [whole | detail for detail in details] or [whole | dict(self.rows.bare)]

    def _detailed(self, rows: list[Mapping[str, Any]], c: Reading) -> Message:
        details = [self._detail(row) for row in rows if row.get(self.rows.filled) not in (None, "")]
        made = self._read({**rows[0], _DETAILS: details}, c)
        first = self._head(rows[0])
        others = [self._read({**row, _DETAILS: []}, c) for row in rows[1:] if self._head(row) != first]
        self._agreed([self._read({**rows[0], _DETAILS: []}, c), *others] if others else [made], c)
        return made

    def _head(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in self._details}

    def _detail(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: row[name] for name in self._details if name in row}

    def _one(self, found: object, c: Reading) -> Mapping[str, Any]:
        if type(found) is not dict:
            raise c.unreadable(f"{self.rows.there} is not a record")
        return found

    def _preferred(self, row: Mapping[str, Any]) -> bool:
        prefer = self.rows.prefer.items()
        return bool(prefer) and all(
            row.get(name) in ((value,) if isinstance(value, str) else value) for name, value in prefer
        )

    def _agreed(self, made: list[Message], c: Reading) -> Message:
        if any(other != made[0] for other in made[1:]):
            raise GatewayError("ambiguous_at_party", party=c.party, message=c.name)
        return made[0]

    def _empty(self, c: Reading) -> Message:
        none = self.rows.none
        if none is None:
            raise c.unreadable(f"{self.rows.there} holds no row")
        if none.error:
            raise GatewayError(none.error, party=c.party, message=c.name, thing=c.name, reason="there is none")
        return self.none

    def _check_counts(self, form: Form, found: int, c: Reading) -> None:
        if self.rows.count and self._counted(form, self.rows.count, c) != found:
            raise c.unreadable(f"{self.rows.count} is not the number of rows, {found}")
        if self.rows.total:
            total = self._counted(form, self.rows.total, c)
            if total < found:
                raise c.unreadable(f"{self.rows.total} is less than the number of rows, {found}")
            if total > found and c.whole:
                raise c.unreadable(f"it holds {found} of {total} rows: ask for the other pages")
            if total > found:
                c.extra["rows"], c.extra["rows_in_all"] = str(found), str(total)

    def _counted(self, form: Form, place: str, c: Reading) -> int:
        value = at(form, place.split("."))
        if type(value) is int and value >= 0:
            return value
        if type(value) is str and value.isascii() and value.isdigit() and len(value) < _COUNT_DIGITS:
            return int(value)
        raise c.unreadable(f"{place} is not a number of rows")


def _default(record: type, name: str) -> Any:
    item = next((item for item in fields(record) if item.name == name), None)
    return item.default if item is not None else None
