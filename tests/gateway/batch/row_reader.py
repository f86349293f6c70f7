"""The compiled reader of a table, asked row by row: what a column plan has to agree with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.column_plan import RowFile
from gateway.mapping.column_plan_steps import ASKED
from gateway.mapping.dialect_reader import reader
from gateway.mapping.dialect_reading import Reading
from gateway.mapping.syntax_rows import layout
from gateway.model.values import Money, Month, Region

_PLACE = re.compile(r"(\S+?)(?:: | is missing$| says something else | does not say )")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Fault = tuple[int, int, str, str]


@dataclass
class Found:
    """What the lines of a file are: rows by line, faults (line, byte, column, code), and codes that are unlisted."""

    rows: dict[int, Mapping[str, object]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)


class RowReader:
    """Reads the rows of one kind of file. `outputs`: the canonical paths that are compared."""

    def __init__(self, file: RowFile, outputs: tuple[str, ...], encoding: str) -> None:
        plan, rows = file.side.row_plan, file.side.block.rows
        assert plan is not None
        assert rows is not None
        self._layout = layout(file.options)
        self._plan, self._closed, self._name = plan, file.side.closed, file.side.name
        self._read = reader(plan)
        self._details = plan.also.get((), frozenset()) if rows.take == "details" else None
        self._filled = rows.filled
        self._outputs, self._encoding = outputs, encoding

    def found(self, content: bytes) -> Found:
        """What is in a whole file."""
        made, start = Found(), 0
        lines = content.split(b"\n")
        for number, line in enumerate(lines, start=1):
            if number == len(lines) and not line.removesuffix(b"\r"):
                continue
            self._take(line.removesuffix(b"\r"), number, start, made)
            start += len(line) + 1
        return made

    def _take(self, line: bytes, number: int, start: int, made: Found) -> None:
        c = Reading(self._name, "prm", closed=self._closed)
        try:
            row: dict[str, Any] = dict(self._layout.row(line.decode(self._encoding)))
            message = self._read(self._with_details(row), c)
        except UnicodeDecodeError:
            made.faults.append((number, start, "", "unreadable"))
        except GatewayError as error:
            made.faults.append((number, start, *_told(error)))
        else:
            made.rows[number] = {here: self._value(here, message, row) for here in self._outputs}
            made.notes += [(number, place.partition("=")[0]) for place in c.odd.get("unlisted", ())]

    def _with_details(self, row: dict[str, Any]) -> dict[str, Any]:
        if self._details is None:
            return row
        detail = {name: row[name] for name in self._details}
        return row | {"*": [detail] if row[self._filled] else []}

    def _value(self, here: str, message: object, row: Mapping[str, str]) -> object:
        if here.startswith(ASKED):
            return self._asked(here.removeprefix(ASKED), row)
        found: Any = message
        for name in here.split("."):
            found = getattr(found, name, None)
            if isinstance(found, tuple):
                found = found[0] if found else None
        return plain(found)

    def _asked(self, here: str, row: Mapping[str, str]) -> object:
        step = next(step for step in self._plan.steps if ".".join(step.here) == here and step.line.about)
        assert step.converter is not None
        try:
            return plain(step.converter.read(row[step.names[0]])) if row[step.names[0]] else None
        except ValueError:
            return None


def _told(error: GatewayError) -> tuple[str, str]:
    if error.kind.code == "xml_refused":  # of the layout; the reading of a document makes `unreadable` of it
        return "", "unreadable"
    if error.kind.code == "unmapped":
        return error.params["field"], "unmapped"
    place = _PLACE.match(error.params["reason"])
    assert place is not None, error.params["reason"]
    return place[1], error.kind.code


def plain(value: object) -> object:
    """A canonical value as it stands in a column."""
    match value:
        case Money():
            return value.fen
        case Month():
            return value.ordinal
        case Region():
            return value.code
        case StrEnum():
            return value.value
        case datetime():
            return (value - _EPOCH) // timedelta(microseconds=1)
        case date() | bool() | str() | int() | None:
            return value
    raise TypeError(type(value).__name__)
