"""What a superseding statement changes: rows only before, rows only after, rows with other content.

Memory is bounded: of each row a keyed digest of its key and one of each field are compared, sorted in runs on disk.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from typing import Any

from gateway.mapping.statement_runs import SortedRuns
from gateway.model.shape import shapes, text_of
from gateway.model.statement import StatementRow

LISTED = 1000
_RUN = 100_000
_KEY, _PART = 16, 4
_BEFORE, _AFTER = b"a", b"b"
_IN_KEY = ("number", "voucher_number", "item", "month", "sequence")
_COMPARED = tuple(shape.name for shape in shapes(StatementRow) if shape.name not in _IN_KEY)


class Differences:
    """Takes the rows of two files and says in what they differ; line numbers, names of fields, never a value."""

    def __init__(self, run: int = _RUN) -> None:
        self._secret = os.urandom(32)
        self._runs = SortedRuns(_KEY + 1 + 8 + _PART * len(_COMPARED), lambda entry: entry, run)

    def before(self, line: int, row: StatementRow) -> None:
        """Take in a row of the file that is superseded."""
        self._runs.add(self._entry(_BEFORE, line, row))

    def after(self, line: int, row: StatementRow) -> None:
        """Take in a row of the superseding file."""
        self._runs.add(self._entry(_AFTER, line, row))

    def sheet(self) -> dict[str, Any]:
        """How many rows differ in which way, and the first of them, by key in no order; the files are then let go."""
        counts = {"only_before": 0, "only_after": 0, "changed": 0}
        rows: list[dict[str, Any]] = []
        for found in self._found():
            counts[found["kind"]] += 1
            if len(rows) < LISTED:
                rows.append(found)
        self._runs.close()
        rows.sort(key=lambda row: (row["line_after"] or 0, row["line_before"] or 0))
        return {**counts, "rows": rows, "more": sum(counts.values()) > len(rows)}

    def _found(self) -> Iterator[dict[str, Any]]:
        for _, same in groupby(self._runs.sorted(), key=lambda entry: entry[:_KEY]):
            sides = {entry[_KEY : _KEY + 1]: entry for entry in same}
            before, after = sides.get(_BEFORE), sides.get(_AFTER)
            if before is None or after is None:
                yield _row("only_after" if before is None else "only_before", before, after, [])
            elif fields := _changed(before, after):
                yield _row("changed", before, after, fields)

    def _entry(self, side: bytes, line: int, row: StatementRow) -> bytes:
        parts = (self._digest(text_of(getattr(row, name)), _PART) for name in _COMPARED)
        return b"".join((self._digest(row.key, _KEY), side, line.to_bytes(8), *parts))

    def _digest(self, text: str, size: int) -> bytes:
        return blake2b(text.encode(), digest_size=size, key=self._secret).digest()


def _changed(before: bytes, after: bytes) -> list[str]:
    start = _KEY + 1 + 8
    places = range(start, start + _PART * len(_COMPARED), _PART)
    return [
        name for name, at in zip(_COMPARED, places, strict=True) if before[at : at + _PART] != after[at : at + _PART]
    ]


def _row(kind: str, before: bytes | None, after: bytes | None, fields: list[str]) -> dict[str, Any]:
    return {"kind": kind, "line_before": _line(before), "line_after": _line(after), "fields": fields}


def _line(entry: bytes | None) -> int | None:
    return None if entry is None else int.from_bytes(entry[_KEY + 1 : _KEY + 9])
