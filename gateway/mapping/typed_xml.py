"""Records as elements of our own contract: one child per field, in order, absent ones left out; generated both ways.

The readers stand behind XSD validation and trust it for order, presence and form. What a schema cannot say (check
digits, codes given twice) comes out as ValueError; `typed_xml_faults` then finds every such place.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.compile import Source
from gateway.mapping.schema import FORBIDDEN, FORMS, UNSAFE, codes, texts
from gateway.mapping.typed_xml_values import MONTHS, yuan
from gateway.model.shape import Shape, shapes
from gateway.model.values import Money, Month, Region

Reader = Callable[[etree._Element], Any]  # noqa: SLF001 - what lxml calls the class of its elements
Writer = Callable[[Any], str]

_BOOLEANS = {"true": True, "false": False}


class RepeatedItemError(ValueError):
    """A code stands twice in one list."""


def qname(name: str, namespace: str) -> str:
    """The name of an element of the contract as lxml spells it."""
    return f"{{{namespace}}}{name}"


@cache
def reader(record: type, namespace: str) -> Reader:
    """The function that reads a validated element as a `record`; ValueError where a value is impossible."""
    source = Source(f"XML reader of {record.__name__} in {namespace}")
    written: dict[type, str] = {}
    return source.compiled(_reader(source, record, namespace, written))


@cache
def writer(record: type) -> Writer:
    """The function that writes a `record` as the content of its element (no element around it, default namespace)."""
    source = Source(f"XML writer of {record.__name__}")
    written: dict[type, str] = {}
    return source.compiled(_writer(source, record, written))


def escaped(text: str) -> str:
    """`text` as character data; GatewayError `bad_character` for what XML 1.0 cannot carry."""
    if UNSAFE(text) is None:
        return text
    forbidden = FORBIDDEN.search(text)
    if forbidden:
        raise GatewayError("bad_character", character=f"U+{ord(forbidden[0]):04X}")
    # A bare carriage return would come out of every parser as a line feed (XML 1.0, section 2.11).
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def scalar(item: Shape) -> Callable[[str], Any]:
    """The function that reads the text of one item; ValueError or KeyError where it is impossible."""
    if item.kind in FORMS:
        return FORMS[item.kind].read
    if item.kind in (str, int):
        return item.kind
    return (_BOOLEANS if item.kind is bool else codes(item.kind)).__getitem__


def _reader(source: Source, record: type, namespace: str, written: dict[type, str]) -> str:
    if record in written:
        return written[record]
    items = shapes(record)
    for item in items:
        if item.is_record:
            _reader(source, item.kind, namespace, written)
    name = written[record] = f"read_{record.__name__}"
    fixed = next((at for at, item in enumerate(items) if item.many or not item.required), len(items))
    with source.block(f"def {name}(e):"):
        source.line("c = e[:]")
        if fixed < len(items):
            source.line(f"n, i = len(c), {fixed}")
            source.line(f"t = c[{fixed}].tag if n > {fixed} else None")
        for at, item in enumerate(items[fixed:], fixed):
            tag = source.bind(qname(item.name, namespace), "tag")
            _walked(source, item, f"a{at}", tag, source.bind(fields(record)[at].default, "default"), written)
        parts = [_one(source, item, f"c[{at}]", written) for at, item in enumerate(items[:fixed])]
        parts += [f"a{at}" for at in range(fixed, len(items))]
        source.line(f"return {source.bind(record, 'Record')}({', '.join(parts)})")
    return name


def _walked(source: Source, item: Shape, to: str, tag: str, default: str, written: dict[type, str]) -> None:
    """Lines for a field whose place depends on what stands before it: `i` is the next child, `t` its name."""
    one = _one(source, item, "c[i]", written)
    source.line(f"{to} = {'[]' if item.many else default}")
    with source.block(f"while t == {tag}:" if item.many else f"if t == {tag}:"):
        source.line(f"{to}.append({one})" if item.many else f"{to} = {one}")
        source.line("i += 1")
        source.line("t = c[i].tag if i < n else None")
    if item.many:
        if not item.is_record:
            with source.block(f"if len(set({to})) != len({to}):"):
                source.line(f"raise {source.bind(RepeatedItemError, 'RepeatedItem')}")
        source.line(f"{to} = tuple({to})")


def _one(source: Source, item: Shape, element: str, written: dict[type, str]) -> str:
    if item.is_record:
        return f"{written[item.kind]}({element})"
    if item.kind is str:
        return f"{element}.text"
    if item.kind is bool or item.kind not in (*FORMS, int):
        table = _BOOLEANS if item.kind is bool else codes(item.kind)
        text = f"{element}.text.strip()" if item.kind is bool else f"{element}.text"
        return f"{source.bind(table, 'table')}[{text}]"
    if item.kind is int:
        return f"int({element}.text)"
    # XSD takes white space around a date or an amount for nothing (whiteSpace="collapse"); a month is a string to it.
    text = f"{element}.text" if FORMS[item.kind].xsd_base == "xs:string" else f"{element}.text.strip()"
    return f"{source.bind(FORMS[item.kind].read, 'form')}({text})"


def _writer(source: Source, record: type, written: dict[type, str]) -> str:
    if record in written:
        return written[record]
    items = [(item, f"r.{field.name}") for item, field in zip(shapes(record), fields(record), strict=True)]
    for item, _ in items:
        if item.is_record:
            _writer(source, item.kind, written)
    name = written[record] = f"write_{record.__name__}"
    with source.block(f"def {name}(r):"):
        if all(item.required and not item.many for item, _ in items):
            source.line(f"return f'{_row(source, items, written)}'")
        else:
            _pieces(source, items, written)
    return name


def _pieces(source: Source, items: list[tuple[Shape, str]], written: dict[type, str]) -> None:
    """Lines that collect the pieces of a record; neighbours that are always there make one piece."""
    source.line("x = []")
    for always, run in groupby(items, key=lambda pair: pair[0].required and not pair[0].many):
        row = list(run)
        if always:
            source.line(f"x.append(f'{_row(source, row, written)}')")
        for item, value in () if always else row:
            with source.block(f"for v in {value}:" if item.many else f"if (v := {value}) is not None:"):
                source.line(f"x.append(f'{_element(source, item, 'v', written)}')")
    source.line("return ''.join(x)")


def _row(source: Source, items: list[tuple[Shape, str]], written: dict[type, str]) -> str:
    return "".join(_element(source, item, value, written) for item, value in items)


def _element(source: Source, item: Shape, value: str, written: dict[type, str]) -> str:
    """The piece of an f-string that writes one element."""
    return f"<{item.name}>{{{_text(source, item, value, written)}}}</{item.name}>"


def _text(source: Source, item: Shape, value: str, written: dict[type, str]) -> str:
    if item.is_record:
        return f"{written[item.kind]}({value})"
    if item.kind is str:
        return f"{source.bind(escaped, 'escaped')}({value})"
    if item.kind in (date, datetime):
        return f"{value}.isoformat()"
    known = {
        int: value,
        Region: f"{value}.code",
        Money: f"{source.bind(yuan, 'yuan')}({value}.fen)",
        Month: f"{source.bind(MONTHS, 'months')}[{value}.ordinal]",
    }
    return known.get(item.kind) or f"{source.bind(texts(item.kind), 'texts')}[{value}]"
