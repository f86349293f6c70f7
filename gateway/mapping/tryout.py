"""Both directions of one document: read, written again, and every field beside the rule that carried it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping import canonical_json
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.trace import ABSENT, Traced, Tracer
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Document

ATTEMPT = "try-1"
"""The id of a document that is written for trying out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field in both directions. `said`: in the document that was given; `written`: in the one that we write."""

    there: str
    said: str
    here: str
    meant: str
    written: str
    rule: str

    @property
    def same(self) -> bool:
        """Whether both documents say the same here."""
        return self.said == self.written


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. `fault`: why it could not be read or written, "" where it could; `notes`: what was odd."""

    direction: str
    lines: Sequence[Line]
    message: dict[str, Any]
    document: bytes
    notes: Sequence[str]
    fault: str = ""


class Tryout:
    """Tries documents of one party. `now`: what they say of the time they were written."""

    def __init__(self, dialect: TableDialect, mappings: Path, party: tuple[str, str], now: datetime) -> None:
        self._dialect = dialect
        self._tracer = Tracer(dialect.tables.folder, mappings)
        self._party, self._user = party
        self._now = now

    def canonical(self, name: str, body: bytes) -> Tried:
        """Our message as JSON, written in their words and read back; GatewayError `faults`, ... where it is none."""
        message: Message = canonical_json.reader(EXCHANGES[name].request)(body)
        side = self._side(name, reply=False)
        try:
            written = self._dialect.write(message, Control(ATTEMPT, self._user, self._party, self._now))
        except GatewayError as error:
            return Tried("ours -> theirs", (), _plain(message), b"", (), str(error.of(self._party)))
        lines = [_line(each, each.said) for each in self._traced(side, written)]
        back, _ = self._dialect.read(written)
        notes = [] if back == message else [f"what is read back differs at {', '.join(_differing(message, back))}"]
        return Tried("ours -> theirs -> ours", _said(lines), _plain(message), written.body, notes)

    def theirs(self, name: str, document: Document, about: Document | None = None) -> Tried:
        """Their document, read and written again. `about`: the request that it answers, None where it is a request."""
        side = self._side(name, reply=about is not None)
        asked = None if about is None else self._dialect.read(about)[0]
        try:
            message, control = self._read(document, asked)
        except GatewayError as error:
            return Tried("theirs -> ours", self._as_far(side, document), {}, b"", (), str(error.of(self._party)))
        if about is None and type(message).__name__ != name:
            raise GatewayError("no_place", party=self._party, field="", message=name, reason=_other(message))
        notes = [f"{kind}: {what}" for kind, what in control.extra.items()]
        try:
            written = self._dialect.write(message, control, asked)
        except GatewayError as error:
            fault = str(error.of(self._party))
            return Tried("theirs -> ours", self._as_far(side, document), _plain(message), b"", notes, fault)
        lines = _beside(list(self._traced(side, document)), list(self._traced(side, written)))
        return Tried("theirs -> ours -> theirs", _said(lines), _plain(message), written.body, notes)

    def _read(self, document: Document, asked: Message | None) -> tuple[Message, Control]:
        return self._dialect.read(document) if asked is None else self._dialect.read_part(document, asked)

    def _as_far(self, side: Side, document: Document) -> Sequence[Line]:
        """The lines of a document that is not understood as a whole, each by itself, where it is at least in form."""
        try:
            return _said([_line(each, ABSENT) for each in self._traced(side, document)])
        except GatewayError:
            return ()

    def _traced(self, side: Side, document: Document) -> Sequence[Traced]:
        return list(self._tracer.traced(side, self._dialect.parse(document)))

    def _side(self, name: str, *, reply: bool) -> Side:
        tables = self._dialect.tables
        found = tables.replies.get(name) if reply else tables.requests.get((name, ""))
        if found is None:
            raise GatewayError("unsupported", party=self._party, message=name, alternative="")
        return found


def _line(traced: Traced, written: str) -> Line:
    return Line(traced.there, traced.said, traced.here, traced.meant, written, traced.rule)


def _beside(given: Sequence[Traced], written: Sequence[Traced]) -> list[Line]:
    """The lines of both documents, those of one place and rule as one."""
    again = {(each.there, each.here): each.said for each in written}
    lines = [_line(each, again.pop((each.there, each.here), ABSENT)) for each in given]
    added = [each for each in written if (each.there, each.here) in again]
    return lines + [replace(_line(each, each.said), said=ABSENT) for each in added]


def _said(lines: Sequence[Line]) -> list[Line]:
    """Without what neither document says."""
    return [line for line in lines if (line.said, line.written) != (ABSENT, ABSENT) or line.meant != ABSENT]


def _plain(message: Message) -> dict[str, Any]:
    return canonical_json.writer(type(message))(message)


def _differing(one: Message, two: Message) -> list[str]:
    return canonical_json.differences(_plain(one), _plain(two))


def _other(message: Message) -> str:
    return f"the document is a {type(message).__name__}"
