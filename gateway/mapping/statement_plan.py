"""Compiles the layout of a party's statements into a plan for reading them in bulk, where it has one.

A plan takes nothing that the strict reader would not take; it may take less. What it does not take is read strictly.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.mapping.statement_faults import Faults
from gateway.mapping.statement_forms import FOOT, HEAD, ROW, CsvForm, MisfitError, SeparatedForm
from gateway.mapping.statement_layout import RECORDS, Layout
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_record import Record, text_of_line
from gateway.mapping.statement_rules import When, check_head, last_month
from gateway.mapping.statement_values import Value
from gateway.model.codes import Insurance
from gateway.model.shape import Shape, Text, Whole, shapes
from gateway.model.statement import StatementFoot, StatementHead, StatementRow
from gateway.model.statement_plan import StatementPlan
from gateway.model.values import Money, Month, Region

_SAMPLE = date(2026, 1, 20)
_DAYS = {
    "20260120": ("%Y%m%d", "[1-9][0-9]{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"),
    "2026-01-20": ("%Y-%m-%d", "[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"),
}
_YES = True
_SEPARATORS, _ENCODINGS = frozenset("|,;\t^~"), ("gb18030", "utf-8")
_MONTH = "[1-9][0-9]{3}(?:0[1-9]|1[0-2])"
_MONEY = r"(?:(?:0|-?[1-9][0-9]{0,11})\.[0-9]{2}|-0\.(?:[1-9][0-9]|0[1-9]))"


def statement_plan(layout: Layout) -> StatementPlan | None:
    """The plan of a layout; None where there is none.

    That is: other forms, signed lines, values of no known pattern, a separator that a value may hold, and a name that
    does not stand last, behind which a byte of it would pass for a separator.
    """
    if not isinstance(layout.form, SeparatedForm | CsvForm) or layout.sign == "line":
        return None
    if layout.form.glue not in _SEPARATORS or layout.encoding not in _ENCODINGS or [*layout.values[ROW]][-1] != "name":
        return None
    values, fields = layout.values[ROW], {shape.name: shape for shape in shapes(StatementRow)}
    patterns = [_pattern(fields[name], value) for name, value in values.items()]
    day_form = _DAYS.get(values["collected_on"].write(_SAMPLE))
    if day_form is None or None in patterns:
        return None
    return StatementPlan(
        party=layout.party,
        encoding=layout.encoding,
        separator=layout.form.glue,
        longest=layout.longest,
        signed=layout.sign == "trailer",
        quotes=isinstance(layout.form, CsvForm),
        record=ROW,
        columns=tuple(values),
        patterns=tuple(pattern for pattern in patterns if pattern is not None),
        optional=frozenset(name for name, value in values.items() if not value.required),
        day_form=day_form[0],
        codes=tuple(_codes(values["insurance"])),
        first=layout.first,
        last_month=last_month,
        yes=values["adjustment"].write(_YES) if "adjustment" in values else "",
        head=lambda line, today: _head(layout, line, today),
        foot=lambda line: _foot(layout, line),
        is_name=lambda text: _is_name(layout, values["name"], text),
    )


def _pattern(shape: Shape, value: Value) -> str | None:  # noqa: PLR0911 - a line for each kind of value
    """What a text of the field looks like; None where nothing can be said."""
    if shape.kind is date:
        return _DAYS.get(value.write(_SAMPLE), (None, None))[1]
    if shape.kind is Month:
        return _MONTH if value.write(Month.of(_SAMPLE)) == "202601" else None
    if shape.kind is Money:
        return _MONEY
    if shape.kind is bool:
        return "|".join(re.escape(value.write(flag)) for flag in (False, True))
    if shape.kind is Insurance:
        return "|".join(re.escape(code) for code, _ in _codes(value))
    if shape.kind is Region:
        return "[1-9][0-9]{5}"
    if isinstance(shape.bounds, Whole):
        return f"[1-9][0-9]{{0,{len(str(shape.bounds.max + 1)) - 2}}}" if shape.bounds.min == 1 else None
    if isinstance(shape.bounds, Text) and shape.bounds.pattern:
        return shape.bounds.pattern.removesuffix("+") + f"{{1,{shape.bounds.max}}}"
    return ".+" if shape.name == "name" else None


def _codes(value: Value) -> list[tuple[str, str]]:
    found = []
    for insurance in Insurance:
        try:
            found.append((value.write(insurance), insurance.value))
        except ValueError:
            continue  # the party has no code for it
    return found


def _head(layout: Layout, body: bytes, today: date) -> StatementHead | None:
    record, faults = _record(layout, HEAD, body), Faults(1)
    if record is None:
        return None
    head = check_head(Line(1, 0, body), record, layout.party, When(layout.first, today), faults)
    return None if faults.listed else head


def _foot(layout: Layout, body: bytes) -> StatementFoot | None:
    record = _record(layout, FOOT, body)
    return record.value if record is not None else None


def _record(layout: Layout, kind: str, body: bytes) -> Record | None:
    text = text_of_line(Line(1, 0, body), body, layout.encoding, Faults(1))
    if text is None or layout.form.kind(text) != kind:
        return None
    record = Record(kind, text, layout)
    try:
        record.value = RECORDS[kind](**_made(layout.values[kind], layout.form.cells(kind, text)))
    except (MisfitError, ValueError, TypeError):  # of a required value that is not there, too
        return None
    return record


def _made(values: Mapping[str, Value], cells: Mapping[str, str]) -> dict[str, Any]:
    return {name: value.read(cells[name]) for name, value in values.items() if cells[name] or value.required}


def _is_name(layout: Layout, value: Value, text: str) -> bool:
    """Whether a name is one, and was not written in another encoding than the one agreed."""
    body = text.encode(layout.encoding, errors="replace")
    if text_of_line(Line(1, 0, body), body, layout.encoding, Faults(1)) != text:
        return False
    try:
        value.read(text)
    except ValueError:
        return False
    return True
