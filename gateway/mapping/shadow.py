"""Recorded traffic through two dialects side by side: what the one reads and writes otherwise than the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping import canonical_json
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.places import places
from gateway.mapping.trace import ABSENT, Tracer
from gateway.mapping.trial_words import without_words
from gateway.model.messages import Message
from gateway.model.shape import shapes
from gateway.ports import Control, Document

_HIDDEN = "(personal)"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One document that crossed the border. `about`: the request that it answers, None where it is a request."""

    name: str
    document: Document
    about: Document | None = None


@dataclass(frozen=True, slots=True)
class Differing:
    """One difference: what the present and the other dialect make of it, `now` and `then`; `rule`: the other's line."""

    document: str
    message: str
    field: str
    now: str
    then: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What one dialect makes of a document: the message and control, or why there is none; and the document again."""

    message: Message | None
    fields: Mapping[str, str]
    written: Mapping[str, str]
    fault: str = ""


class Shadow:
    """Compares two dialects. `mappings`: the folder that the other's rules are named from. Nothing is kept or sent."""

    def __init__(self, now: TableDialect, then: TableDialect, mappings: Path) -> None:
        self._now = now
        self._then = then
        self._tracer = Tracer(then.tables.folder, mappings)

    def unreadable(self, recorded: Recorded) -> bool:
        """Whether neither of the two finds a message in a document: it is broken, says no, or is nothing they know."""
        return bool(self._said(self._now, recorded).fault and self._said(self._then, recorded).fault)

    def differences(self, recorded: Recorded) -> Iterator[Differing]:
        """Every difference about one document: in what is read of it, then in how that would be written."""
        one, two = self._said(self._now, recorded), self._said(self._then, recorded)
        message = type(one.message if one.message is not None else two.message)
        name = message.__name__ if message is not type(None) else ""
        if one.fault or two.fault:
            if one.fault != two.fault:
                now, then = one.fault or "it can be read", two.fault or "it can be read"
                yield Differing(recorded.name, name, "(document)", now, then, self._fault_rule(recorded))
            return
        rules = self._rules(recorded)
        hidden = _personal(message, "") | _personal(type(two.message), "")
        for field, now, then in _unlike(one.fields, two.fields):
            plain = _plain(field)
            shown = (_HIDDEN, _HIDDEN) if plain in hidden else (now, then)
            yield Differing(recorded.name, name, field, *shown, rules.get(plain, ""))
        for place, now, then in _unlike(one.written, two.written):
            yield Differing(recorded.name, name, f"written {place}", _length(now), _length(then), "")

    def _said(self, dialect: TableDialect, recorded: Recorded) -> _Said:
        try:
            asked = None if recorded.about is None else _request(dialect, recorded.about)
            if recorded.about is not None and asked is None:
                return _question(dialect, recorded)
            if recorded.about is None and dialect.tables.question_in(dialect.parse(recorded.document)):
                name, control = dialect.read_question(recorded.document)
                return _Said(None, _controls(control) | {"(question)": name}, {})
            if asked is None:
                message, control = dialect.read(recorded.document)
            else:
                message, control = dialect.read_part(recorded.document, asked)
            written = places(dialect.write(message, control, asked))
        except GatewayError as error:
            return _Said(None, {}, {}, f"{error.kind.code}: {without_words(error)}")
        return _Said(message, dict(_flat(_json(message), "")) | _controls(control), written)

    def _rules(self, recorded: Recorded) -> Mapping[str, str]:
        """The line of the other dialect for each field and each place."""
        try:
            form = self._then.parse(recorded.document)
            side = self._then.tables.request_in(form)
            if recorded.about is not None:
                asked = _request(self._then, recorded.about)
                side = self._then.tables.replies.get(type(asked).__name__)
            traced = list(self._tracer.traced(side, form)) if side is not None else []
        except GatewayError:
            return {}
        return {_plain(each.here.replace(".", "/")): each.rule for each in traced}

    def _fault_rule(self, recorded: Recorded) -> str:
        try:
            form = self._then.parse(recorded.document)
            asked = None if recorded.about is None else _request(self._then, recorded.about)
            found = self._then.tables.replies.get(type(asked).__name__) if recorded.about else None
            side = found or self._then.tables.request_in(form)
            traced = self._tracer.traced(side, form) if side is not None else iter(())
            return next((each.rule for each in traced if each.wrong), "")
        except GatewayError:
            return ""


def _request(dialect: TableDialect, document: Document) -> Message | None:
    """The message that a reply answers, None where it is a question that carries none."""
    if dialect.tables.question_in(dialect.parse(document)):
        return None
    return dialect.read(document)[0]


def _question(dialect: TableDialect, recorded: Recorded) -> _Said:
    if recorded.about is None:
        return _Said(None, {}, {})
    name = dialect.tables.question_in(dialect.parse(recorded.about))
    messages, control = dialect.read_answer(name, recorded.document)
    fields = {
        f"{count}{field}": value for count, each in enumerate(messages) for field, value in _flat(_json(each), "")
    }
    return _Said(None, fields | _controls(control) | {"(question)": name}, {})


def _json(message: Message) -> dict[str, Any]:
    return canonical_json.writer(type(message))(message)


def _flat(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for count, inner in enumerate(value):
            yield from _flat(inner, f"{at}/{count}")
    else:
        yield at, str(value)


def _controls(control: Control) -> dict[str, str]:
    plain = {"message_id": control.message_id, "sender": control.sender, "receiver": control.receiver}
    return {f"control/{name}": value for name, value in {**plain, **control.extra}.items() if value}


def _plain(pointer: str) -> str:
    """A pointer without counting the items of lists, and without the slash before it."""
    parts = (part.partition("[")[0] for part in pointer.strip("/").split("/"))
    return "/".join(part for part in parts if not part.isdigit())


def _personal(record: type, before: str) -> frozenset[str]:
    found: set[str] = set()
    for shape in shapes(record) if record is not type(None) else ():
        if shape.is_record:
            found |= _personal(shape.kind, f"{before}{shape.name}/")
        elif shape.personal:
            found.add(before + shape.name)
    return frozenset(found)


def _unlike(one: Mapping[str, str], two: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys((*one, *two)):
        now, then = one.get(name, ABSENT), two.get(name, ABSENT)
        if now != then:
            yield name, now, then


def _length(value: str) -> str:
    """What stands in a document may be anybody's: whether it is there, and how long it is, tells enough."""
    return value if value == ABSENT else f"{len(value)} characters"
