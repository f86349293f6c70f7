"""Rows of a long list that all have the same fields, taken apart by one split of their bytes and read by columns.

Such a list is a run of bytes in which every end tag is followed by the same start tags, so that what stands between two
`</` is a fixed beginning and a value. The beginning is looked up together with the value that follows it: what was
looked up before needs no other look at it. Texts are decoded and checked a column at once, and a column that says one
thing throughout is read once. Whatever is not of that form gives None, and is read row by row.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from typing import Any

from gateway.mapping.schema import text_bounds
from gateway.mapping.typed_xml_records import rows_maker
from gateway.mapping.typed_xml_values import Remembered, reading
from gateway.mapping.xml_plain import ODD, suspect
from gateway.model.shape import Shape, shapes

_FEW = 6  # rows: so many are as quickly read one by one
_FORMS = 16  # a list is compiled for so many choices of fields; whoever sends yet another one is read row by row
_BETWEEN = b"\0"  # stands in no document, and so tells texts apart that are checked together
_NOT_IN_TEXT = ODD + b"<"

Rows = tuple[Any, ...]
Column = Callable[[Sequence[bytes]], Iterable[Any]]


class Runs:
    """Reads the rows of one list of one record, written with one prefix (with its colon, or empty)."""

    def __init__(self, item: Shape, prefix: str, row: str) -> None:
        self._item, self._prefix = item, prefix
        self._first = re.compile(row).fullmatch
        self._start, self._end = f"<{prefix}{item.name}>".encode(), f"</{prefix}{item.name}>".encode()
        self._compiled: dict[tuple[bool, ...], _Run] = {}

    def found(self, raw: bytes) -> tuple[int, int] | None:
        """From where to where the list stands in the bytes of an element; None where it has few rows or none."""
        start, end = raw.find(self._start), raw.rfind(self._end) + len(self._end)
        if start < 0 or (self._after_first(raw, start) - start) * _FEW > end - start:
            return None
        return start, end

    def __call__(self, raw: bytes) -> Rows | None:
        """The rows in `raw`, from its first tag to its last; None where they have to be read one by one."""
        try:
            first = self._first(raw[: self._after_first(raw, 0)].decode())
            if first is None:
                return None
            present = tuple([value is not None for value in first.groups()])
            run = self._compiled.get(present) or self._prepared(present)
            return run(raw) if run else None
        except (ValueError, KeyError):
            return None

    def _after_first(self, raw: bytes, start: int) -> int:
        return raw.find(self._end, start) + len(self._end)

    def _prepared(self, present: tuple[bool, ...]) -> "_Run | None":
        if len(self._compiled) >= _FORMS:
            return None
        made = self._compiled[present] = _Run(self._item, self._prefix, present)
        return made


class _Run:
    """Reads rows that have those fields of the record; ValueError or KeyError where others come in between."""

    def __init__(self, item: Shape, prefix: str, present: tuple[bool, ...]) -> None:
        items = [part for part, there in zip(shapes(item.kind), present, strict=True) if there]
        names = [field.name for field, there in zip(fields(item.kind), present, strict=True) if there]
        self._made = rows_maker(item.kind, tuple(names))
        self._end, self._last = f"</{prefix}".encode(), f"{item.name}>".encode()
        self._columns: list[Column] = []
        before = f"{item.name}><{prefix}{item.name}>"
        for part in items:
            self._columns.append(_column(part, f"{before}<{prefix}{part.name}>"))
            before = f"{part.name}>"
        self._closing, self._width = before.encode(), len(items) + 1

    def __call__(self, raw: bytes) -> Rows | None:
        pieces, width = raw.split(self._end), self._width
        if len(pieces) % width != 1 or pieces.pop() != self._last:
            return None
        pieces[0] = self._last + pieces[0]
        closing = pieces[width - 1 :: width]
        if closing.count(self._closing) != len(closing):
            return None
        return self._made([column(pieces[at::width]) for at, column in enumerate(self._columns)])


def _column(item: Shape, before: str) -> Column:
    start = before.encode()
    read = _texts(item, start) if item.kind is str else _values(item, start)

    def column(pieces: Sequence[bytes]) -> Iterable[Any]:
        first = pieces[0]
        if first == pieces[-1] and pieces.count(first) == len(pieces):
            (value,) = read([first])
            return repeat(value, len(pieces))
        return read(pieces)

    return column


def _values(item: Shape, before: bytes) -> Column:
    """The values of a column that is no text, by their text together with the tags in front of it."""
    values, length = reading(item), len(before)

    def make(piece: bytes) -> Any:
        if not piece.startswith(before):
            raise KeyError(before)
        return values[piece[length:].decode()]

    known = Remembered(make).__getitem__

    def found(pieces: Sequence[bytes]) -> Iterable[Any]:
        return map(known, pieces)

    return found


def _texts(item: Shape, before: bytes) -> Column:
    """The texts of a column, checked as one. Letters and digits are never markup and never forbidden."""
    bounds, between = text_bounds(item), (_BETWEEN + before).decode()
    fits = re.compile(bounds.pattern).fullmatch if bounds.pattern else None

    def texts(pieces: Sequence[bytes]) -> list[str]:
        # Zeros stand nowhere else: so many parts begin with the tags as there are pieces.
        first, *found = (_BETWEEN + _BETWEEN.join(pieces)).decode().split(between)
        whole, lengths = "".join(found), set(map(len, found))
        if first or len(found) != len(pieces) or min(lengths) < bounds.min or max(lengths) > bounds.max:
            raise ValueError(before)
        if not (whole.isalnum() or _is_plain(whole.encode())) or (fits and not all(map(fits, found))):
            raise ValueError(before)
        return found

    return texts


def _is_plain(raw: bytes) -> bool:
    return len(raw.translate(None, _NOT_IN_TEXT)) == len(raw) and not suspect(raw)
