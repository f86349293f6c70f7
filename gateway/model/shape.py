"""The one list of fields: what each canonical record holds, read off its dataclass.

JSON decoding, OpenAPI, the published XSD and WSDL and the mapping engine all ask here; nobody keeps a second list.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from gateway.model.values import Money, Month, Region, parse_date, parse_instant


@dataclass(frozen=True, slots=True)
class Text:
    """Bounds of a text: length in characters, and a pattern with the name by which people know it."""

    max: int = 200
    min: int = 1
    pattern: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """Bounds of a whole number."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Doc:
    """One sentence on a field, in English and Chinese; published in OpenAPI, XSD and WSDL."""

    en: str
    zh: str


class Personal:
    """Marks a field that identifies a person: encrypted at rest, masked in every log line."""


PERSONAL = Personal()


@dataclass(frozen=True, slots=True)
class Shape:
    """One field: its name, the type of one item, how many, and its bounds."""

    name: str
    kind: type
    many: bool
    required: bool
    bounds: Text | Whole | None
    doc: Doc | None
    personal: bool

    @property
    def is_record(self) -> bool:
        """Whether one item is a record of its own."""
        return is_dataclass(self.kind) and self.kind not in SCALARS


SCALARS: Mapping[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    bool: lambda text: {"true": True, "false": False}[text],
    Money: Money.parse,
    Month: Month.parse,
    Region: Region.parse,
    date: parse_date,
    datetime: parse_instant,
}


def text_of(value: Any) -> str:
    """The canonical text form of one scalar value: what JSON strings, XML text and reports show."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


@cache
def shapes(record: type) -> tuple[Shape, ...]:
    """The fields of a canonical record in order; TypeError for a type that the canonical language does not have."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(
        _shape(item.name, hints[item.name], required=item.default is MISSING and item.default_factory is MISSING)
        for item in fields(record)
    )


def _shape(name: str, hint: Any, *, required: bool) -> Shape:
    notes: list[Any] = []
    hint = _strip(hint, notes)
    many = get_origin(hint) is tuple
    if many:
        hint = _strip(get_args(hint)[0], notes)
    if not (hint in SCALARS or is_dataclass(hint) or (isinstance(hint, type) and issubclass(hint, StrEnum))):
        raise TypeError(f"field {name}: {hint!r} is not a type of the canonical language")
    return Shape(
        name=name.rstrip("_"),
        kind=hint,
        many=many,
        required=required,
        bounds=next((note for note in notes if isinstance(note, Text | Whole)), None),
        doc=next((note for note in notes if isinstance(note, Doc)), None),
        personal=any(isinstance(note, Personal) for note in notes),
    )


def _strip(hint: Any, notes: list[Any]) -> Any:
    """Take `Annotated` and `| None` off a hint, collecting the annotations."""
    while True:
        if get_origin(hint) is Annotated:
            hint, *extra = get_args(hint)
            notes.extend(extra)
        elif get_origin(hint) in (Union, types.UnionType):
            (hint,) = (part for part in get_args(hint) if part is not type(None))
        else:
            return hint
