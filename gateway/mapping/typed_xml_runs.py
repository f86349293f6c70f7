"""Rows of a long list that all have the same fields, taken apart by one split of their text and read column by column.

Such a list is one text in which every end tag is followed by the same start tags, so that what stands between two
`</` is a fixed beginning and a value. The beginning is looked up together with the value that follows it: what was
looked up before needs no other look at it. Whatever is not of that form gives None, and is read row by row.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from gateway.mapping.compile import Source
from gateway.mapping.schema import text_bounds
from gateway.mapping.typed_xml_records import open_class
from gateway.mapping.typed_xml_values import Remembered, reading
from gateway.model.shape import Shape, shapes

_FEW = 6  # rows: so many are as quickly read one by one
_FORMS = 16  # a list is compiled for so many choices of fields; whoever sends yet another one is read row by row

Rows = tuple[Any, ...]


class Runs:
    """Reads the rows of one list of one record, written with one prefix (with its colon, or empty)."""

    def __init__(self, item: Shape, prefix: str, row: str) -> None:
        self._item, self._prefix = item, prefix
        self._first = re.compile(row).match
        self._compiled: dict[tuple[bool, ...], Callable[[str], Rows | None]] = {}

    def __call__(self, text: str) -> Rows | None:
        """The rows in `text`, from its first tag to its last; None where they have to be read one by one."""
        first = self._first(text)
        if first is None or first.end() * _FEW > len(text):
            return None
        present = tuple([value is not None for value in first.groups()])
        rows = self._compiled.get(present) or self._prepared(present)
        try:
            return rows(text) if rows else None
        except (ValueError, KeyError):
            return None

    def _prepared(self, present: tuple[bool, ...]) -> Callable[[str], Rows | None] | None:
        if len(self._compiled) >= _FORMS:
            return None
        made = self._compiled[present] = _compiled(self._item, self._prefix, present)
        return made


def _compiled(item: Shape, prefix: str, present: tuple[bool, ...]) -> Callable[[str], Rows | None]:
    """The function that reads a run of rows that have those fields."""
    source = Source(f"Plain XML reader of a run of {item.kind.__name__}")
    items = [part for part, there in zip(shapes(item.kind), present, strict=True) if there]
    last = source.bind(f"{item.name}>", "last")
    with source.block("def read(s):"):
        source.line(f"p = s.split({source.bind(f'</{prefix}', 'end')})")
        with source.block(f"if len(p) % {len(items) + 1} != 1 or p.pop() != {last}:"):
            source.line("return None")
        source.line(f"p[0] = {last} + p[0]")
        before = f"{item.name}><{prefix}{item.name}>"
        columns = []
        for at, part in enumerate(items):
            columns.append(_column(source, part, f"{before}<{prefix}{part.name}>", f"p[{at}::{len(items) + 1}]", at))
            before = f"{part.name}>"
        source.line(f"c = p[{len(items)}::{len(items) + 1}]")
        with source.block(f"if c.count({source.bind(before, 'before')}) != len(c):"):
            source.line("return None")
        source.line(f"t = tuple(map({source.bind(_open(item.kind, present), 'Open')}, {', '.join(columns)}))")
        with source.block("for r in t:"):
            source.line(f"r.__class__ = {source.bind(item.kind, 'Record')}")
        source.line("return t")
    return source.compiled("read")


def _open(record: type, present: tuple[bool, ...]) -> type:
    names = [field.name for field in fields(record)]
    return open_class(record, tuple(name for name, there in zip(names, present, strict=True) if there))


def _column(source: Source, item: Shape, before: str, pieces: str, at: int) -> str:
    """The expression of a column's values, after the lines that it takes."""
    if item.kind is not str:
        return f"map({source.bind(_Following(before, item), 'values')}.__getitem__, {pieces})"
    bounds, start = text_bounds(item), source.bind(before, "before")
    source.line(f"c = {pieces}")
    # What lies between two texts that begin alike begins like them.
    with source.block(f"if not (min(c).startswith({start}) and max(c).startswith({start})):"):
        source.line("return None")
    source.line(f"c{at} = [x[{len(before)}:] for x in c]")
    source.line(f"n = set(map(len, c{at}))")
    wrong = f"min(n) < {bounds.min} or max(n) > {bounds.max} or '<' in ''.join(c{at})"
    if bounds.pattern:
        wrong += f" or not all(map({source.bind(re.compile(bounds.pattern).fullmatch, 'fits')}, c{at}))"
    with source.block(f"if {wrong}:"):
        source.line("return None")
    return f"c{at}"


class _Following(Remembered):
    """Values by their text together with the tags in front of it; KeyError for other tags."""

    def __init__(self, before: str, item: Shape) -> None:
        values = reading(item)

        def make(text: str) -> Any:
            if not text.startswith(before):
                raise KeyError(before)
            return values[text[len(before) :]]

        super().__init__(make)
