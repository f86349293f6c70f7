"""One direction of one table, compiled: documents to messages and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gateway.errors import GatewayError
from gateway.mapping.dialect_keyed import KeyedRows
from gateway.mapping.dialect_plan import Path, Plan, Planner, constants
from gateway.mapping.dialect_reader import reader
from gateway.mapping.dialect_reading import Form, Reading, Writing
from gateway.mapping.dialect_rows import RowsOf, at, put
from gateway.mapping.dialect_writer import writer
from gateway.mapping.tables import Block, Plain
from gateway.mapping.tables_files import Folder, Located, Placed
from gateway.model.messages import Message

Also = Mapping[Path, frozenset[str]]


class Side:
    """The request or the reply of one table. `row_plan`: the plan of its records where they are rows."""

    def __init__(
        self, folder: Folder, located: Located, direction: str, planner: Planner, types: tuple[type | None, type | None]
    ) -> None:
        self.name = located.name
        self.located = located
        self.record, about = types
        self.block: Block = getattr(located.table, direction)
        self.closed = direction == "request" or self.block.closed
        self.variant = located.table.variant
        head = [*constants(self.block.tells, located.file, (direction, "tells")), *folder.head(direction)]
        head += folder.of_block(located, direction, "head")
        lines = folder.of_block(located, direction, "lines")
        absent = (folder.dialect.request if direction == "request" else folder.dialect.reply).absent
        also = dict(_also(self.block, folder if direction == "reply" else None))
        title = f"{folder.dialect.dialect} {self.name} {direction}"
        if self.block.rows is None:
            self.plan, self.row_plan = self._plan(planner, title, self.record, [*head, *lines], about, also), None
        else:
            self.plan = self._plan(planner, title, None, head, about, also)
            rows = [*constants(self.block.when, located.file, (direction, "when")), *lines]
            self.row_plan = self._plan(planner, f"{title}, row", self.record, rows, about, {})
            details = _details(self.row_plan)
            self.row_plan = replace(self.row_plan, also={(): details})
        self._read, self._write = reader(self.plan), writer(self.plan, absent)
        self._write_head = writer(planner.plan(f"{title}, head", None, head, about), absent)
        counts = folder.dialect.options.get("counts", "number" if folder.dialect.syntax == "json" else "text")
        self.rows = self._rows(absent, numbers=counts == "number")

    def _plan(
        self, planner: Planner, title: str, record: type | None, lines: Sequence[Placed], about: type | None, also: Also
    ) -> Plan:
        return replace(planner.plan(title, record, lines, about), also=also)

    def _rows(self, absent: str, *, numbers: bool) -> RowsOf | None:
        if self.row_plan is None or self.block.rows is None or self.record is None:
            return None
        made = KeyedRows if self.block.rows.take == "keyed" else RowsOf
        try:
            functions = reader(self.row_plan), writer(self.row_plan, absent)
            return made(self.block, self.record, functions, numbers=numbers, details=_details(self.row_plan))
        except TypeError as error:
            raise self.located.file.invalid(str(error)) from None

    def fits(self, form: Form) -> bool:
        """Whether a document is one of this message: its constants stand in it, in its rows too."""
        if not self.block.tells or not all(_said(form, place, value) for place, value in self.block.tells.items()):
            return False
        if self.block.rows is None or not self.block.when:
            return True
        found = at(form, self.block.rows.there.split("."))
        rows = found if type(found) is list else [found]
        return bool(rows) and all(
            type(row) is dict and row.get(name) == value for row in rows for name, value in self.block.when.items()
        )

    def read(self, form: Form, c: Reading, abouts: Sequence[Message] = ()) -> list[Message]:
        """The messages in a document; GatewayError `unreadable`, `unmapped`, `ambiguous_at_party`, ..."""
        nothing = self.nothing(form)
        if nothing is not None:
            return [nothing]
        message = self._read(form, c)
        if self.rows is None:
            return [message] if self.record is not None else []
        if isinstance(self.rows, KeyedRows):
            return self.rows.read_of(form, c, abouts)
        return self.rows.read(form, c)

    def write(self, messages: Sequence[Message], c: Writing, abouts: Sequence[Message] = ()) -> Form:
        """The document that says the messages; GatewayError `no_place`, `too_long_for_party`, ..."""
        form = self._write(messages[0] if messages else None, c, {})
        if self.rows is None:
            return form
        if len(messages) != 1 and self.rows.rows.take not in ("all", "keyed") and not self.many:
            raise GatewayError("no_place", party=c.party, field="", message=c.name, reason="it carries one message")
        if isinstance(self.rows, KeyedRows):
            self.rows.write_of(messages, c, form, abouts)
        else:
            self.rows.write(messages, c, form)
        self._tell_nothing(messages, form)
        return form

    def head(self, c: Writing) -> Form:
        """What every document of this table says, without a message: the start of a refusal."""
        return self._write_head(None, c, {})

    def no_rows(self, error: str, c: Writing) -> Form | None:
        """The document without a row, where that is what means the error of the catalogue; else None."""
        none = self.rows.rows.none if self.rows is not None else None
        if self.rows is None or none is None or none.error != error:
            return None
        form = self.head(c)
        self.rows.write((), c, form)
        return form

    @property
    def many(self) -> bool:
        """Whether one document may carry several messages."""
        return self.block.rows is not None and self.block.rows.take in ("all", "keyed")

    def nothing(self, form: Form) -> Message | None:
        """The message of a document that says elsewhere that there is none."""
        if self.rows is None or self.rows.rows.none is None or not self.rows.rows.none.tells:
            return None
        tells = self.rows.rows.none.tells
        return self.rows.none if all(at(form, place.split(".")) == said for place, said in tells.items()) else None

    def _tell_nothing(self, messages: Sequence[Message], form: Form) -> None:
        none = self.rows.rows.none if self.rows is not None else None
        if self.rows is None or none is None or not none.tells or not self.rows.is_nothing(messages[0]):
            return
        for place, said in none.tells.items():
            put(form, place.split("."), said)


def _said(form: Form, place: str, value: Plain) -> bool:
    found = at(form, place.split("."))
    if isinstance(value, str) and value.endswith("*"):
        return isinstance(found, str) and found.startswith(value[:-1])
    return bool(found == value)


def _also(block: Block, folder: Folder | None) -> Iterator[tuple[Path, frozenset[str]]]:
    """Names at the level of the document that rows, counts and troubles read."""
    places = []
    if block.rows is not None:
        places += [block.rows.there, block.rows.count, block.rows.total, block.rows.saved]
        places += list(block.rows.none.tells) if block.rows.none is not None else []
    if folder is not None:
        places += [place for trouble in folder.dialect.troubles for place in (trouble.there, trouble.words)]
    found: dict[Path, set[str]] = {}
    for way in (tuple(place.split(".")) for place in places if place):
        for depth in range(len(way)):
            found.setdefault(way[:depth], set()).add(way[depth])
    return ((way, frozenset(names)) for way, names in found.items())


def _details(plan: Plan) -> frozenset[str]:
    """Columns that the lists inside a row read."""
    return frozenset(name for step in plan.steps if step.each for inner in step.each.steps for name in inner.names)
