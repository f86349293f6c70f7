"""Writes the differences of a day as the bureau lays out its statements: the same form, signature, codes and dates.

The columns stand in `mappings/differences/<layout>.yaml`, by the name of the layout that the bureau's `statement.yaml`
names; a bureau whose statements are taken can be told of differences without a file of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.statement_forms import FOOT, HEAD, ROW, CsvForm, FixedForm, LineForm, SeparatedForm, XmlForm
from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_signature import Signature, written
from gateway.model.codes import Insurance
from gateway.model.difference import AnswerFoot, AnswerHead, AnswerRow, DifferenceFoot, DifferenceHead, DifferenceRow
from gateway.model.shape import Shape, shapes
from gateway.model.values import ZERO, Month, Region

RECORDS: Mapping[str, type] = {HEAD: DifferenceHead, ROW: DifferenceRow, FOOT: DifferenceFoot}
ANSWERS: Mapping[str, type] = {HEAD: AnswerHead, ROW: AnswerRow, FOOT: AnswerFoot}
_KEYS = {HEAD: "head", ROW: "row", FOOT: "foot"}
_ELEMENT, _ANSWERED = "differences", "answers"
# The bureau writes such a value in this column of its statements.
_WRITTEN_AS: Mapping[type, str] = {Insurance: "insurance", Region: "agency", Month: "month", date: "collected_on"}
_Columns = list[str] | dict[str, int | str]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`mappings/differences/<layout>.yaml`: columns by name, with widths (fixed), or with attribute names (XML)."""

    head: _Columns
    row: _Columns
    foot: _Columns


@dataclass(frozen=True, slots=True)
class DifferenceLayout:
    """How one bureau is told, and answers. `statement`: how its own statements are laid out."""

    statement: Layout
    form: LineForm
    shapes: Mapping[str, tuple[Shape, ...]]
    answers: LineForm
    answered: Mapping[str, tuple[Shape, ...]]


def difference_layout(mappings: Path, statement: Layout) -> DifferenceLayout:
    """The layout for a bureau; GatewayError `data_invalid` naming file and line."""
    told = _columns(mappings / "differences" / f"{statement.name}.yaml", RECORDS)
    answered = _columns(mappings / "difference_answers" / f"{statement.name}.yaml", ANSWERS)
    return DifferenceLayout(
        statement,
        _form(statement, told, _ELEMENT),
        {kind: shapes(each) for kind, each in RECORDS.items()},
        _form(statement, answered, _ANSWERED),
        {kind: shapes(each) for kind, each in ANSWERS.items()},
    )


def difference_layouts(mappings: Path, statements: Mapping[str, Layout]) -> Mapping[str, DifferenceLayout]:
    """The layout for each party that sends statements; GatewayError `data_invalid` naming file and line."""
    return {party: difference_layout(mappings, layout) for party, layout in statements.items()}


def _columns(path: Path, records: Mapping[str, type]) -> dict[str, Any]:
    file = rulefile.read(path)
    given = file.convert(file.data, _File)
    columns: dict[str, Any] = {kind: getattr(given, key) for kind, key in _KEYS.items()}
    for kind, record in records.items():
        if list(columns[kind]) != [shape.name for shape in shapes(record)]:
            raise file.invalid("the columns are the fields of the record, in its order", _KEYS[kind])
    return columns


def write_differences(
    head: DifferenceHead, rows: Iterable[DifferenceRow], layout: DifferenceLayout, key: bytes = b""
) -> Iterator[bytes]:
    """The file, a line at a time, signed as the bureau signs; the foot's sums are those of the rows.

    GatewayError `bad_character`, `too_long_for_party`, `no_place` where the layout cannot say a value.
    """
    sign = layout.statement.sign
    signature, before = Signature(key) if sign != "none" else None, b""
    for text in _lines(head, rows, layout):
        line = text.encode(layout.statement.encoding)
        if signature is not None and sign == "line":
            line += layout.form.glue.encode()
            before = signature.of_line(line, before)
            line += written(before).encode()
        elif signature is not None:
            signature.add(line)
        yield line + b"\n"
    if signature is not None and sign == "trailer":
        yield written(signature.whole()).encode() + b"\n"
    for text in layout.form.closing:
        yield text.encode() + b"\n"


def _lines(head: DifferenceHead, rows: Iterable[DifferenceRow], layout: DifferenceLayout) -> Iterator[str]:
    yield from layout.form.opening
    yield _line(HEAD, head, layout)
    count, ours, theirs = 0, ZERO, ZERO
    for row in rows:
        count, ours, theirs = count + 1, ours + row.our_total, theirs + row.their_total
        yield _line(ROW, row, layout)
    yield _line(FOOT, DifferenceFoot(count, ours, theirs), layout)


def _line(kind: str, record: Any, layout: DifferenceLayout) -> str:
    return layout.form.line(kind, {shape.name: _written(shape, record, layout) for shape in layout.shapes[kind]})


def _written(shape: Shape, record: Any, layout: DifferenceLayout) -> str:
    value = getattr(record, shape.name, None) if shape.name != "class" else record.class_
    if value is None:
        return ""
    column = _WRITTEN_AS.get(shape.kind)
    if column is None:
        return str(value)
    try:
        return layout.statement.values[ROW][column].write(value)
    except ValueError as error:
        party = layout.statement.party
        raise GatewayError(
            "no_place", party=party, message="differences", field=shape.name, reason=str(error)
        ) from None


def _form(statement: Layout, columns: dict[str, Any], element: str) -> LineForm:
    """The bureau's form with our columns; its class says which form that is."""
    if isinstance(statement.form, FixedForm):
        return FixedForm(columns, statement.encoding)
    if isinstance(statement.form, CsvForm):
        return CsvForm(columns, statement.encoding)
    if isinstance(statement.form, SeparatedForm):
        return SeparatedForm(columns, statement.form.glue, statement.encoding)
    made = XmlForm(columns, statement.encoding)
    made.opening, made.closing = (made.opening[0], f"<{element}>"), (f"</{element}>",)
    return made
