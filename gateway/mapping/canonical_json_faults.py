"""What exactly is wrong with one value of a JSON document, by pointer: the slow and thorough side of the reader."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.errors import Fault
from gateway.mapping.schema import FORBIDDEN, FORMS, Form, codes, text_bounds, whole_bounds
from gateway.model.identifiers import IdNumberError, normalise
from gateway.model.shape import Shape, Text, Whole

Settle = Callable[[object, str, list[Fault]], Any]

_SHOWN = 40  # characters of what the caller wrote that are worth repeating


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Why a value is refused: the entry of the catalogue and what fills its text."""

    code: str
    params: Mapping[str, str]


class _Absent:
    """Stands for a member that is not there; JSON's null is a value of its own."""


ABSENT = _Absent()
_JSON_TYPES: Mapping[type, str] = {str: "string", dict: "object", list: "array", bool: "boolean", int: "integer"}


def json_type(value: object) -> str:
    """What JSON calls the type of a decoded value."""
    return "null" if value is None else _JSON_TYPES.get(type(value), "number")


def pointer(at: str, name: str) -> str:
    """The RFC 6901 pointer of the member `name` below `at`."""
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"


def wrong_type(value: object, expected: str, at: str, faults: list[Fault]) -> None:
    """Note that a value is missing, or of another type than expected (nothing is coerced)."""
    wrong = _wrong_type(value, expected)
    faults.append(Fault(at, wrong.code, wrong.params))


def unknown_fields(value: Mapping[str, object], known: tuple[str, ...], at: str, faults: list[Fault]) -> None:
    """Note every member that the record does not have."""
    listed = ", ".join(known)
    faults.extend(
        Fault(pointer(at, name), "unknown_field", {"name": name[:_SHOWN], "known": listed})
        for name in value
        if name not in known
    )


def repeated_items(items: list[object], at: str, faults: list[Fault]) -> None:
    """Note every item of a list of codes that stands there before."""
    seen: set[object] = set()
    for index, item in enumerate(items):
        if item in seen:
            faults.append(Fault(f"{at}/{index}", "repeated_item", {"item": str(item)}))
        seen.add(item)


def refused_value(error: ValueError, at: str, faults: list[Fault]) -> None:
    """Note why a record refuses its values: an identity number by its own code, anything else as a form."""
    if isinstance(error, IdNumberError):
        faults.append(Fault(f"{at}/id_number", error.code))
    else:
        faults.append(Fault(at, "bad_pattern", {"form": str(error)}))


def identity(id_type: Any, id_number: Any, at: str, faults: list[Fault]) -> None:
    """Check an identity number although its record cannot be built, so that one answer names every fault."""
    if id_type is None or id_number is None:
        return
    try:
        normalise(id_type, id_number)
    except IdNumberError as error:
        refused_value(error, at, faults)


def settler(item: Shape) -> Settle:
    """The thorough reader of one item of a field: the value, or None with its fault noted."""
    judge = _judge(item)

    def settle(value: object, at: str, faults: list[Fault]) -> Any:
        found = judge(value)
        if type(found) is not _Wrong:
            return found
        faults.append(Fault(at, found.code, found.params))
        return None

    return settle


def _wrong_type(value: object, expected: str) -> _Wrong:
    if value is ABSENT:
        return _Wrong("missing_field", {})
    return _Wrong("wrong_type", {"expected": expected, "found": json_type(value)})


def _judge(item: Shape) -> Callable[[object], object]:
    if item.kind in FORMS:
        return _judge_form(FORMS[item.kind])
    if item.kind is str:
        return _judge_text(text_bounds(item))
    if item.kind is int:
        return _judge_whole(whole_bounds(item))
    return _judge_bool if item.kind is bool else _judge_code(codes(item.kind))


def _judge_form(form: Form) -> Callable[[object], object]:
    def judge(value: object) -> object:
        if type(value) is not str:
            return _wrong_type(value, "string")
        try:
            return form.read(value)
        except ValueError:
            return _Wrong("bad_pattern", {"form": form.shown})

    return judge


def _judge_text(bounds: Text) -> Callable[[object], object]:
    fits = re.compile(bounds.pattern or ".*", re.DOTALL).fullmatch

    def judge(value: object) -> object:
        if type(value) is not str:
            return _wrong_type(value, "string")
        forbidden = FORBIDDEN.search(value)
        if forbidden:
            return _Wrong("bad_character", {"character": f"U+{ord(forbidden[0]):04X}"})
        if len(value) > bounds.max:
            return _Wrong("too_long", {"max": str(bounds.max), "found": str(len(value))})
        if len(value) < bounds.min:
            return _Wrong("too_short", {"min": str(bounds.min)})
        return value if fits(value) else _Wrong("bad_pattern", {"form": bounds.form or bounds.pattern})

    return judge


def _judge_whole(bounds: Whole) -> Callable[[object], object]:
    def judge(value: object) -> object:
        if type(value) is not int:
            return _wrong_type(value, "integer")
        fits = bounds.min <= value <= bounds.max
        return value if fits else _Wrong("out_of_range", {"min": str(bounds.min), "max": str(bounds.max)})

    return judge


def _judge_bool(value: object) -> object:
    return value if type(value) is bool else _wrong_type(value, "boolean")


def _judge_code(known: Mapping[str, StrEnum]) -> Callable[[object], object]:
    allowed = ", ".join(known)

    def judge(value: object) -> object:
        if type(value) is not str:
            return _wrong_type(value, "string")
        return known.get(value) or _Wrong("unknown_code", {"found": value[:_SHOWN], "allowed": allowed})

    return judge
