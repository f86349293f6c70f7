"""How the values of a statement are written: one form each, and nothing that only looks like it.

The converters of the dialects forgive full-width digits and spaces; money that is counted to the fen is not read by
forgiveness.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from gateway.mapping.converters import CONVERTERS
from gateway.model.codes import Insurance
from gateway.model.shape import Shape, Text, Whole
from gateway.model.values import Money, Month, Region

_SHOWN = 24
_USUAL: Mapping[type, str] = {date: "date8", Month: "month6", int: "number"}
_FEW = (date, Month, Region, Insurance, bool)
_REMEMBERED = 1024
_EXPECTED = {
    "date8": "a day that there is, as yyyyMMdd",
    "date_iso": "a day that there is, as yyyy-MM-dd",
    "month6": "a month that there is, as yyyyMM",
}
_AMOUNT = "an amount in yuan with two decimals, such as 1024.80; no leading zero, no -0.00"
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ZEROS = re.compile(r"[+-]?[0.]+")
"""A value that says nothing but zero may be shown as it is; as 9.99 nobody would see what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Value:
    """How one field is read and written; `read` raises ValueError. `expected`: the form as a fault tells it."""

    field: str
    required: bool
    expected: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def value_of(shape: Shape, converter: str = "", codes: Mapping[str, str] | None = None) -> Value:
    """How the field `shape` is written; KeyError, ValueError where converter or codes do not fit it."""
    if shape.kind is Money:
        return _value(shape, _AMOUNT, _money, str)
    if shape.kind is bool:
        return _of_codes(shape, codes or {"0": "false", "1": "true"}, {"false": False, "true": True})
    if shape.kind is Insurance:
        known = {each.value: each for each in Insurance}
        return _of_codes(shape, codes or {word: word for word in known}, known)
    if shape.kind is Region:
        return _value(shape, "six digits (GB/T 2260)", _ascii(Region.parse), str)
    name = converter or _USUAL.get(shape.kind, "name" if shape.name == "name" else "text")
    made = CONVERTERS[name](shape)
    read, write = (
        (_one_line(made.read), _one_line(made.write)) if shape.kind is str else (_ascii(made.read), made.write)
    )
    return _value(shape, _EXPECTED.get(name) or _bounds(shape), read, write)


def shown(text: str) -> str:
    """What a value looks like, without saying it: digits as 9, letters as A, Han characters as 字; zeros alone as 0."""
    if len(text) <= _SHOWN and _ZEROS.fullmatch(text):
        return f'"{text}"'
    seen = "".join(_sign(character) for character in text[:_SHOWN])
    return f'"{seen}{"…" if len(text) > _SHOWN else ""}"' if text else "nothing"


def _sign(character: str) -> str:
    if "0" <= character <= "9":
        return "9"
    if character.isascii():
        return "A" if character.isalpha() else character if character.isprintable() else "?"
    if "０" <= character <= "９":
        return "９"
    kind = unicodedata.category(character)
    return "字" if kind[0] == "L" else character if kind[0] in "PS" else "?"


def _value(shape: Shape, expected: str, read: Callable[[str], Any], write: Callable[[Any], str]) -> Value:
    # The same few days, months, regions and codes stand in every row, and none of them says who somebody is.
    remembered = lru_cache(maxsize=_REMEMBERED)(read) if shape.kind in _FEW else read
    return Value(shape.name, shape.required, expected, remembered, write)


def _money(text: str) -> Money:
    found = Money.parse(text)
    if not found.fen and text[0] == "-":
        raise ValueError("nothing is neither more nor less than nothing")
    return found


def _one_line(said: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Of reading and of writing: a text that is one line wherever it is shown, printed, or carried on."""

    def strictly(text: str) -> Any:
        # Neither encoding nor form keeps them all out: XML can say a line's end, and U+2028 is one to who shows it.
        if _BREAKS.search(text):
            raise ValueError("it holds the end of a line, or a control character")
        return said(text)

    return strictly


def _ascii(read: Callable[[Any], Any]) -> Callable[[str], Any]:
    def strictly(text: str) -> Any:
        if not text.isascii() or " " in text:
            raise ValueError("it holds other characters than its form has")
        return read(text)

    return strictly


def _of_codes(shape: Shape, codes: Mapping[str, str], known: Mapping[str, Any]) -> Value:
    read = {there: known[here] for there, here in codes.items()}
    written = {value: there for there, value in read.items()}

    def found(text: str) -> Any:
        if text not in read:
            raise ValueError("it is not one of the codes")
        return read[text]

    def there(value: Any) -> str:
        if value not in written:
            raise ValueError("there is no code for it")
        return written[value]

    return _value(shape, f"one of {', '.join(read)}", found, there)


def _bounds(shape: Shape) -> str:
    if isinstance(shape.bounds, Whole):
        return f"a whole number from {shape.bounds.min} to {shape.bounds.max}"
    if isinstance(shape.bounds, Text):
        return shape.bounds.form or f"a text of at most {shape.bounds.max} characters on one line"
    return "a value"
