"""Messages that a table can say: any canonical record, brought to what the lines of its table have a place for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from gateway.mapping.dialect_codes import Codes
from gateway.mapping.dialect_keyed import KeyedRows
from gateway.mapping.dialect_plan import Plan, Step
from gateway.mapping.dialect_reader import member
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_table import TableDialect
from gateway.model.codes import IdType
from gateway.model.messages import Message
from gateway.model.shape import Text, shapes
from gateway.ports import Control
from tests.mappings.samples import made
from tests.strategies.records import records

_STAND_IN = "国"
_NUMBERS = {
    IdType.RESIDENT_ID: "430102199003071015",
    IdType.HMT_PERMIT: "810000199003071018",
    IdType.PERMANENT_RESIDENCE: "911124198108030024",
}
_SHORT = 12  # of two bytes each: every column in the tables takes as much
_INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zones are given


@cache  # a strategy is put together and validated once: that takes longer than drawing from it
def messages(side: Side) -> st.SearchStrategy[Message]:
    """One message of a request's table."""
    return _any_record(side).map(lambda message: fitted(side, message))


def replies(side: Side, abouts: Sequence[Message]) -> st.SearchStrategy[list[Message]]:
    """One message for each request, as a reply's table can say them; also that there is nothing."""
    if isinstance(side.rows, KeyedRows):
        return st.tuples(*[_keyed(side, side.rows, about) for about in abouts]).map(list)
    one = messages(side)
    none = side.rows.none if side.rows is not None else None
    return (one if none is None else st.just(none) | one).map(lambda message: [message])


def _keyed(side: Side, rows: KeyedRows, about: Any) -> st.SearchStrategy[Message]:
    named = messages(side).map(lambda message: replace(message, **{rows._key.about: about.reference}))
    return st.just(rows.taken(about)) | named


@cache
def controls(side: Side) -> st.SearchStrategy[Control]:
    """Any control of which the table can carry every part that it has a line for."""
    extra = {step.here[0].removeprefix("extra."): step for step in steps_of(side) if step.line.control[:6] == "extra."}
    made_of = {name: _value(name, step) for name, step in extra.items()}
    if side.variant:
        made_of["variant"] = st.just(side.variant)
    texts = st.text("abcXYZ0189-_.", min_size=1, max_size=30)
    return st.builds(Control, texts, texts, st.just("party-a"), _INSTANTS, st.fixed_dictionaries(made_of))


def _value(name: str, step: Step) -> st.SearchStrategy[str]:
    if name == "encoding":
        return st.just("gzip")
    if name == "packing":
        return st.sampled_from(["none", "code:Base64"])
    if step.line.form == "digits":
        return st.integers(1001, 10**15 - 1).map(str)
    # Neither of these values is a default: what is a default is not told again.
    return st.text("ABCDEF0123456789", min_size=8, max_size=32)


def fitted(side: Side, message: Message) -> Message:
    """The message with what this table always says, and nothing that it has no place for."""
    plan = side.row_plan or side.plan
    keeps = made_by(side)
    return _adjusted(plan, _plain(message, keeps, _narrowest(side)), ())


def _spoken(side: Side) -> TableDialect:
    return next(item for item in made().values() if side in [one for _, one in item.tables.sides()])


@cache
def _narrowest(side: Side) -> int:
    """Characters of two bytes that every column of the dialect takes."""
    options = _spoken(side).tables.folder.dialect.options
    layouts = [*options.get("requests", {}).values(), *options.get("replies", {}).values()]
    widths: list[int] = [width // 2 for one in layouts for width in one.get("widths", {}).values()]
    return min([_SHORT, *widths])


@cache
def made_by(side: Side) -> Callable[[str], bool]:
    """Whether the parties of the table's dialect keep a character, and its syntax can say it."""
    spoken = _spoken(side)
    reserved = getattr(spoken._syntax, "reserved", "")
    counted = "widths" in repr(spoken.tables.folder.dialect.options)
    if counted:
        reserved += " "  # fills columns up, so that no value may end with it
    if spoken.tables.folder.dialect.stores == "all" and not counted:  # where bytes count, two of them are a character
        return lambda character: character not in reserved
    return lambda character: (
        character not in reserved and len(character.encode("gb18030")) < 3 and not "\ue000" <= character <= "\uf8ff"
    )


def _plain(record: Any, keeps: Callable[[str], bool], most: int) -> Any:
    """Texts without a pattern as the party can keep them; identity numbers and patterns stay."""
    changed: dict[str, Any] = {}
    kind: type = type(record)
    for item, field in zip(shapes(kind), fields(record), strict=True):
        value = getattr(record, field.name)
        if item.is_record and value is not None:
            changed[field.name] = (
                tuple(_plain(one, keeps, most) for one in value) if item.many else _plain(value, keeps, most)
            )
        elif isinstance(value, str) and item.kind is str and item.name != "id_number" and _free(item.bounds):
            changed[field.name] = "".join(one if keeps(one) else _STAND_IN for one in value[:most])
    return replace(record, **changed)


def _free(bounds: object) -> bool:
    return not (isinstance(bounds, Text) and bounds.pattern)


def _adjusted(plan: Plan, record: Any, above: tuple[str, ...]) -> Any:
    for step in plan.steps:
        if not step.line.here:
            continue
        if step.each is not None:
            inner = tuple(_adjusted(step.each, one, ()) for one in _at(record, step.here))
            record = _with(record, step.here, inner)
        elif step.line.const is not None:
            record = _with(record, step.here, member(step))
        else:
            record = _allowed(step, record)
    return record


def _allowed(step: Step, record: Any) -> Any:
    value = _at(record, step.here)
    if step.codes is not None and step.shape is not None:
        codes = step.codes
        fitting = tuple(_listed(codes, one) for one in value) if step.shape.many else _listed(codes, value)
        if isinstance(fitting, IdType) and fitting is not value:
            # A number is of its kind: where the party has no code for a kind, another number goes with another kind.
            whole = replace(_at(record, step.here[:-1]), id_type=fitting, id_number=_NUMBERS[fitting])
            return _with(record, step.here[:-1], whole)
        return _with(record, step.here, fitting)
    if step.line.form == "digits" and value is not None:
        return _with(record, step.here, str(sum(map(ord, value)) + 1))
    return record


def _listed(codes: Codes, value: Any) -> Any:
    """A value that has a code; nothing only where there is a code for it, or where nothing is read as nothing."""
    known = [one for one in codes.lines() if one is not None]
    if value is None:
        return known[0] if codes.has_unlisted and not codes.can_say_nothing else None
    return value if value in known else known[0]


def _at(record: Any, path: Sequence[str]) -> Any:
    for name in path:
        record = None if record is None else getattr(record, name)
    return record


def _with(record: Any, path: Sequence[str], value: Any) -> Any:
    if record is None:
        return None
    inner = value if len(path) == 1 else _with(getattr(record, path[0]), path[1:], value)
    return replace(record, **{path[0]: inner})


def _any_record(side: Side) -> st.SearchStrategy[Message]:
    assert side.record is not None
    return records(side.record)


def steps_of(side: Side) -> Iterator[Step]:
    """Every line of a side that carries control or a record, rows included."""
    yield from side.plan.steps
    if side.row_plan is not None:
        yield from side.row_plan.steps


def without(message: Message, paths: Sequence[str]) -> Message:
    """The message with one value at each canonical path, so that what is declared lossy does not count."""
    for path in paths:
        names = path.split(".")
        if names[0] != "control":
            message = _without(message, names)
    return message


def _without(record: Any, names: Sequence[str]) -> Any:
    if isinstance(record, tuple):
        return tuple(_without(one, names) for one in record)
    value = None if record is None else getattr(record, names[0])
    if value is None:
        return record
    if len(names) > 1:
        return replace(record, **{names[0]: _without(value, names[1:])})
    # An instant may lose its fraction of a second, and nothing else.
    stand_in = value - timedelta(microseconds=value.microsecond) if isinstance(value, datetime) else None
    return replace(record, **{names[0]: () if isinstance(value, tuple) else stand_in})


def told(side: Side, control: Control) -> Control:
    """The part of a control that the lines of the table carry."""
    readable = {step.line.control for step in steps_of(side) if step.line.control and step.line.only != "write"}
    texts = {name: getattr(control, name) if name in readable else "" for name in ("message_id", "sender")}
    return Control(**texts, receiver="", sent_at=_told_at(side, control), extra=control.extra)


def _told_at(side: Side, control: Control) -> datetime:
    forms = {step.line.form for step in steps_of(side) if step.line.control == "sent_at" and step.line.only != "write"}
    if not forms:
        return datetime(1, 1, 1, tzinfo=UTC)
    if forms and forms <= {"stamp_date8", "stamp_date8_number", "stamp_day"}:
        local = control.sent_at + timedelta(hours=8)
        return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=8)
    if forms == {"stamp14"}:
        return control.sent_at.replace(microsecond=0)
    return control.sent_at.replace(microsecond=control.sent_at.microsecond // 1000 * 1000)
