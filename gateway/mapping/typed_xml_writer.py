"""Records as elements of our own contract, the other way of `typed_xml`: a generated function and one string each.

A function first makes the piece of every field that may be absent, negative or many, and then the whole in one go:
a string is copied once for each record that it stands in. Texts without anything that XML treats in a way of its own
are told by their kind of character, which costs a tenth of looking for a character that is not allowed.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.compile import Source
from gateway.mapping.schema import FORBIDDEN, UNSAFE, texts
from gateway.mapping.typed_xml_values import CENTS, DAYS, MONTHS, yuan
from gateway.model.shape import Shape, shapes
from gateway.model.values import FEN_PER_YUAN, Money, Month, Region

Writer = Callable[[Any], str]


@cache
def writer(record: type) -> Writer:
    """The function that writes a `record` as the content of its element (no element around it, default namespace)."""
    source = Source(f"XML writer of {record.__name__}")
    return source.compiled(_Functions(source).of(record, ""))


def escaped(text: str) -> str:
    """`text` as character data; GatewayError `bad_character` for what XML 1.0 cannot carry."""
    if UNSAFE(text) is None:
        return text
    forbidden = FORBIDDEN.search(text)
    if forbidden:
        raise GatewayError("bad_character", character=f"U+{ord(forbidden[0]):04X}")
    # A bare carriage return would come out of every parser as a line feed (XML 1.0, section 2.11).
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


class _Functions:
    """The generated functions, one for each record in each element that it stands in."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: dict[tuple[type, str], str] = {}

    def of(self, record: type, element: str) -> str:
        """The name of the function that writes a `record` with `element` around it, or its content alone for ""."""
        known = self._names.get((record, element))
        if known is None:
            known = self._names[record, element] = f"write_{record.__name__}_{len(self._names)}"
            self._written(known, record, element)
        return known

    def _written(self, name: str, record: type, element: str) -> None:
        items = list(zip(shapes(record), fields(record), strict=True))
        for item, _ in items:
            if item.is_record:
                self.of(item.kind, item.name)
        with self._source.block(f"def {name}(r):"):
            pieces = [self._piece(item, f"r.{field.name}", f"x{at}") for at, (item, field) in enumerate(items)]
            self._source.line(f"return f'{_around(element, ''.join(pieces))}'")

    def _piece(self, item: Shape, value: str, to: str) -> str:
        """What stands for a field in the f-string of its record; where it takes statements, lines that make `to`."""
        if item.many:
            one = self._call(item, "v") if item.is_record else f"f'{self._element(item, 'v')}'"
            self._source.line(f"{to} = ''.join([{one} for v in {value}])")
        elif (item.required and item.kind is not Money) or self._by_table(item):
            return self._element(item, value)
        else:
            self._source.line(f"{to} = {value}")
            self._statements(item, to)
        return f"{{{to}}}"

    def _statements(self, item: Shape, to: str) -> None:
        """Lines that make of the value `to` its element, or nothing of None."""
        if item.required:
            return self._amount(item, to)
        with self._source.block(f"if {to} is None:"):
            self._source.line(f"{to} = ''")
        with self._source.block("else:"):
            if item.kind is Money:
                self._amount(item, to)
            else:
                self._source.line(f"{to} = f'{self._element(item, to)}'")
        return None

    def _amount(self, item: Shape, to: str) -> None:
        """Lines that make of an amount its element, without a call where it is not negative."""
        cents = self._source.bind(CENTS, "cents")
        positive = _around(item.name, f"{{n // {FEN_PER_YUAN}}}{{{cents}[n % {FEN_PER_YUAN}]}}")
        self._source.line(f"n = {to}.fen")
        self._source.line(f"{to} = f'{positive}' if n >= 0 else f'{self._element(item, to)}'")

    def _element(self, item: Shape, value: str) -> str:
        """The piece of an f-string that writes one element."""
        if item.is_record:
            return f"{{{self._call(item, value)}}}"
        if self._by_table(item):
            return f"{{{self._table(item)}[{value}]}}"
        return _around(item.name, f"{{{self._text(item, value)}}}")

    def _call(self, item: Shape, value: str) -> str:
        return f"{self.of(item.kind, item.name)}({value})"

    def _by_table(self, item: Shape) -> bool:
        """Whether every element of the field is written already: a closed list, or true and false."""
        return not item.is_record and item.kind not in (str, int, date, datetime, Money, Month, Region)

    def _table(self, item: Shape) -> str:
        elements: dict[object, str] = {value: _around(item.name, text) for value, text in texts(item.kind).items()}
        if not item.required:
            elements[None] = ""
        return self._source.bind(elements, "elements")

    def _text(self, item: Shape, value: str) -> str:
        if item.kind is str:
            # Letters and digits of any script are never markup and never forbidden (a law in the tests).
            return f"v if (v := {value}).isalnum() else {self._source.bind(escaped, 'escaped')}(v)"
        known = {
            int: value,
            datetime: f"{value}.isoformat()",
            date: f"{self._source.bind(DAYS, 'days')}[{value}]",
            Region: f"{value}.code",
            Money: f"{self._source.bind(yuan, 'yuan')}({value}.fen)",
            Month: f"{self._source.bind(MONTHS, 'months')}[{value}.ordinal]",
        }
        return known[item.kind]


def _around(element: str, content: str) -> str:
    return f"<{element}>{content}</{element}>" if element else content
