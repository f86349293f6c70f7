"""How each kind of value of the canonical language is written: one table for JSON Schema, XSD and both readers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from gateway.model.shape import SCALARS, Shape, Text, Whole, text_of
from gateway.model.values import Money, Month, Region

# What XML 1.0 cannot carry or advises against (section 2.2); JSON may not either, for a text has one life in both.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# The first character that character data cannot hold as it stands: markup, a carriage return, or one that is forbidden.
UNSAFE = re.compile("[^\t\n -%'-;=?-~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search
_REMEMBERED = 4096
_TEXT = Text()
_DATE = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Form:
    """The text form of one kind of value. `read`: ValueError for anything else; `shown`: as people write it."""

    name: str
    xsd_base: str
    pattern: str
    shown: str
    example: str
    json_format: str
    read: Callable[[str], Any]


def _form(kind: type, xsd_base: str, pattern: str, shown: str, example: str) -> tuple[type, Form]:
    parse, fits = SCALARS[kind], re.compile(pattern).fullmatch

    def read(text: str) -> Any:
        if fits(text) is None:
            raise ValueError(shown)
        return parse(text)

    name, json_format = _NAMES[kind]
    # The same few months, regions and days come in every message, and none of them says who somebody is; an instant
    # comes once.
    remembered = read if kind is datetime else lru_cache(maxsize=_REMEMBERED)(read)
    return kind, Form(name, xsd_base, pattern, shown, example, json_format, remembered)


_NAMES: Mapping[type, tuple[str, str]] = {
    Money: ("Money", ""),
    Month: ("Month", ""),
    Region: ("Region", ""),
    date: ("Date", "date"),
    datetime: ("Instant", "date-time"),
}

FORMS: Mapping[type, Form] = dict(
    (
        _form(Money, "xs:decimal", r"-?(0|[1-9][0-9]{0,14})\.[0-9]{2}", "0.00", "1024.80"),
        _form(Month, "xs:string", "[1-9][0-9]{3}-(0[1-9]|1[0-2])", "YYYY-MM", "2026-01"),
        _form(Region, "xs:string", "[1-9][0-9]{5}", "999999 (GB/T 2260)", "330106"),
        _form(date, "xs:date", _DATE, "YYYY-MM-DD", "2026-01-31"),
        _form(
            datetime,
            "xs:dateTime",
            _DATE + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])",
            "YYYY-MM-DDThh:mm:ss+hh:mm",
            "2026-01-31T08:00:00+08:00",
        ),
    )
)


def codes(kind: type) -> Mapping[str, StrEnum]:
    """The closed list `kind` by its text form."""
    return {member.value: member for member in kind} if issubclass(kind, StrEnum) else {}


def text_bounds(shape: Shape) -> Text:
    """The bounds of a text field; TypeError where it has those of a number."""
    bounds = shape.bounds or _TEXT
    if not isinstance(bounds, Text):
        raise TypeError(f"field {shape.name}: a text takes Text bounds, not {bounds!r}")
    return bounds


def whole_bounds(shape: Shape) -> Whole:
    """The bounds of a whole number; TypeError where it has none, for both contracts publish them."""
    if not isinstance(shape.bounds, Whole):
        raise TypeError(f"field {shape.name}: a whole number takes Whole bounds, not {shape.bounds!r}")
    return shape.bounds


def texts(kind: type) -> Mapping[object, str]:
    """The text form of each value of a kind that has few: a closed list, or true and false."""
    members: tuple[object, ...] = (True, False) if kind is bool else tuple(codes(kind).values())
    return {member: text_of(member) for member in members}
