"""Records as elements of our own contract: one child per field, in order, absent ones left out: the generated readers.

The readers stand behind XSD validation and trust it for order, presence and form. What a schema cannot say (check
digits, codes given twice) comes out as ValueError; `typed_xml_faults` then finds every such place.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

from lxml import etree

from gateway.mapping.compile import Source
from gateway.mapping.schema import FORMS, codes
from gateway.model.shape import Shape, shapes

Reader = Callable[[etree._Element], Any]  # noqa: SLF001 - what lxml calls the class of its elements

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
