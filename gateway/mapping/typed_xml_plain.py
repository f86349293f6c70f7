"""Records out of elements that are written plainly: the schema's rules and the reading of values in one pass.

Nearly every element that systems send each other is plain: no attributes, nothing between the elements, one prefix or
none. Such a one is taken as libxml2 writes it, matched against patterns made from the same shapes as the published
schema, and its values are built and checked on the way. What a plain reader accepts is valid by the schema (a law in
the tests). Whatever it does not accept it leaves alone: the schema and the ordinary reader then say what is wrong, or
read it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from itertools import groupby
from typing import Any

from lxml import etree

from gateway.mapping.compile import Source
from gateway.mapping.schema import text_bounds
from gateway.mapping.typed_xml_records import maker, open_class
from gateway.mapping.typed_xml_runs import Runs
from gateway.mapping.typed_xml_values import reading
from gateway.mapping.xml_plain import plain_text
from gateway.model.shape import Shape, shapes

_PREFIXES = 8  # a record is compiled for so many prefixes; whoever uses yet another one is read in the ordinary way


@dataclass(frozen=True, slots=True)
class _Group:
    """A value that a pattern captures: one field's text, or (`item` None) whether an optional record is there."""

    item: Shape | None


class PlainReader:
    """Reads a plain element as a record and gives None for every other element.

    The name and namespace of the element itself have been seen to; those of everything in it are seen to here.
    """

    def __init__(self, record: type) -> None:
        self._record, self._supported = record, _supported(record)
        self._list = next((item for item in shapes(record) if item.many and item.is_record), None)
        self._compiled: dict[str, tuple[Callable[..., Any], Runs | None]] = {}

    def of_element(self, element: etree._Element) -> Any:
        """The record in a parsed element."""
        if not self._supported or element.keys():
            return None
        raw = etree.tostring(element, encoding="UTF-8", with_tail=False)
        return self.of_bytes(raw, f"{element.prefix}:" if element.prefix else "")

    def of_bytes(self, raw: bytes, prefix: str) -> Any:
        """The record in an element as it is written in UTF-8, without attributes; `prefix` with its colon, or empty."""
        inside, runs = self._compiled.get(prefix) or self._prepared(prefix)
        if inside is None:
            return None
        try:
            return (runs and _with_run(raw, inside, runs)) or _alone(raw, inside)
        except (ValueError, KeyError):
            return None

    def _prepared(self, prefix: str) -> tuple[Callable[..., Any] | None, Runs | None]:
        if not self._supported or len(self._compiled) >= _PREFIXES:
            return None, None
        runs = Runs(self._list, prefix, _pattern(self._list, prefix, [], alone=True)) if self._list else None
        made = self._compiled[prefix] = _compiled(self._record, prefix, self._list), runs
        return made


def _alone(raw: bytes, inside: Callable[..., Any]) -> Any:
    text = plain_text(raw)
    return None if text is None else inside(text)


def _with_run(raw: bytes, inside: Callable[..., Any], runs: Runs) -> Any:
    """What is read where the long list is taken out and read by its columns; None where that is not its form."""
    found = runs.found(raw)
    if found is None or (rows := runs(raw[found[0] : found[1]])) is None:
        return None
    before, after = plain_text(raw[: found[0]]), plain_text(raw[found[1] :])
    return None if before is None or after is None else inside(before + after, len(before), rows)


@cache
def plain_reader(record: type) -> PlainReader:
    """The plain reader of a record."""
    return PlainReader(record)


def _supported(record: type) -> bool:
    """Whether a record is within what is compiled here: lists at the top only, and of rows without records in them."""
    for item, field in zip(shapes(record), fields(record), strict=True):
        if not item.required and field.default not in (None, ()):
            return False
        if item.is_record and not (_is_row(item.kind) if item.many else _is_flat(item.kind)):
            return False
    return True


def _is_flat(record: type) -> bool:
    return all(not item.many and (not item.is_record or _is_flat(item.kind)) for item in shapes(record))


def _is_row(record: type) -> bool:
    return all(not item.many and not item.is_record for item in shapes(record)) and not hasattr(record, "__post_init__")


def _compiled(record: type, prefix: str, taken: Shape | None) -> Callable[..., Any]:
    """The function that reads the text of a plain element.

    Where `taken`, the rows of that list have been read and taken out of the text: `rows`, from the place `cut`.
    """
    source, values = Source(f"Plain XML reader of {record.__name__}"), []
    with source.block("def read(s, cut=None, rows=()):"):
        source.line("at = s.find('>') + 1")
        for number, (many, run) in enumerate(groupby(shapes(record), key=lambda item: item.many)):
            if not many:
                values += _run(source, list(run), prefix, f"r{number}_")
                continue
            for item in run:
                values.append(f"many_{item.name}")
                if item is taken:
                    _taken(source, values[-1])
                    with source.block("if cut is None:"):
                        _list(source, item, prefix, values[-1])
                else:
                    _list(source, item, prefix, values[-1])
        # The text ends with the end tag of the element, whatever its name is: it is well-formed.
        with source.block("if s.find('>', at) != len(s) - 1 or s[at : at + 2] != '</':"):
            source.line("return None")
        source.line(f"return {source.bind(maker(record), 'make')}({', '.join(values)})")
    return source.compiled("read")


def _run(source: Source, items: list[Shape], prefix: str, to: str) -> list[str]:
    """Lines that match neighbours of which none is a list; the expressions of their values."""
    groups: list[_Group] = []
    pattern = "".join(_pattern(item, prefix, groups) for item in items)
    match = source.bind(re.compile(pattern).match, "match")
    source.line(f"found = {match}(s, at)")
    with source.block("if found is None:"):
        source.line("return None")
    names = [f"{to}{number}" for number in range(len(groups))]
    source.line(f"{', '.join(names)}, = found.groups()")
    source.line("at = found.end()")
    each = iter(names)
    return [_value(source, item, each) for item in items]


def _value(source: Source, item: Shape, names: Iterator[str]) -> str:
    if not item.is_record:
        name = next(names)
        return name if item.kind is str else f"{source.bind(reading(item), 'values')}[{name}]"
    there = None if item.required else next(names)
    parts = ", ".join(_value(source, part, names) for part in shapes(item.kind))
    made = f"{source.bind(maker(item.kind), 'make')}({parts})"
    return made if there is None else f"None if {there} is None else {made}"


def _taken(source: Source, to: str) -> None:
    """Lines that put the rows that were read in their place, if that is where they stood."""
    source.line(f"{to} = rows")
    with source.block("if cut is not None and cut != at:"):
        source.line("return None")


def _list(source: Source, item: Shape, prefix: str, to: str) -> None:
    """Lines that read a list, one item after the other."""
    groups: list[_Group] = []
    one = _pattern(item, prefix, groups, alone=True)
    closing = f"</{prefix}{item.name}>"
    source.line(f"end = s.rfind({source.bind(closing, 'closing')}, at)")
    with source.block("if end < 0:"):
        source.line("return None" if item.required else f"{to} = ()")
    with source.block("else:"):
        source.line(f"end += {len(closing)}")
        source.line("piece = s[at:end]")
        _one_by_one(source, item, one, groups, to)
        source.line("at = end")


def _one_by_one(source: Source, item: Shape, one: str, groups: list[_Group], to: str) -> None:
    """Lines that read the items in `piece` by their pattern. What lies between two comes out too: nothing may."""
    source.line(f"found = {source.bind(re.compile(one).split, 'split')}(piece)")
    step = len(groups) + 1
    with source.block(f"if any(found[::{step}]):"):
        source.line("return None")
    columns = [_column(source, group.item, number, step) for number, group in enumerate(groups, 1) if group.item]
    if item.is_record:
        source.line(f"{to} = tuple(map({source.bind(open_class(item.kind), 'Open')}, {', '.join(columns)}))")
        with source.block(f"for row in {to}:"):
            source.line(f"row.__class__ = {source.bind(item.kind, 'Record')}")
    else:
        source.line(f"{to} = tuple({columns[0]})")
        with source.block(f"if len(set({to})) != len({to}):"):
            source.line("return None")


def _column(source: Source, item: Shape, number: int, step: int) -> str:
    texts = f"found[{number}::{step}]"
    return texts if item.kind is str else f"map({source.bind(reading(item), 'values')}.__getitem__, {texts})"


def _pattern(item: Shape, prefix: str, groups: list[_Group], *, alone: bool = False) -> str:
    """The pattern of one field; `alone`: that of one item of a list. What it captures is added to `groups`."""
    name = re.escape(prefix + item.name)
    optional = not (item.required or alone)
    if not item.is_record:
        groups.append(_Group(item))
        one = f"<{name}>({_text(item)})</{name}>"
        return f"(?:{one})?+" if optional else one
    if optional:
        groups.append(_Group(None))
    inside = "".join(_pattern(part, prefix, groups) for part in shapes(item.kind))
    return f"(?:(<{name}>){inside}</{name}>)?+" if optional else f"<{name}>{inside}</{name}>"


def _text(item: Shape) -> str:
    """What the text of a field may be, up to the next tag; values of all but texts are checked by what reads them."""
    if item.kind is not str:
        return "[^<]*+"
    bounds = text_bounds(item)
    length = f"[^<]{{{bounds.min},{bounds.max}}}"
    return f"(?=(?:{bounds.pattern})<){length}" if bounds.pattern else length + "+"
