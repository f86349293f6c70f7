"""Reads what a bureau answers to the differences that it was told: the form, codes and signature of its statements."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NoReturn

from gateway.errors import GatewayError
from gateway.mapping.difference_writer import DifferenceLayout
from gateway.mapping.statement_forms import FOOT, HEAD, ROW, MisfitError
from gateway.mapping.statement_signature import SIGNATURE, SIGNATURE_BYTES, Signature, same
from gateway.mapping.statement_values import shown, value_of
from gateway.model.difference import AnswerFoot, AnswerHead, AnswerRow, Verdict
from gateway.model.shape import Shape

_MAKES: Mapping[str, type] = {HEAD: AnswerHead, ROW: AnswerRow, FOOT: AnswerFoot}
_SHAPE_OF_NUMBER = re.compile(r"0|[1-9][0-9]*")


def read_answers(body: bytes, layout: DifferenceLayout, key: bytes = b"") -> tuple[AnswerHead, list[AnswerRow]]:
    """Head and rows of an answer; GatewayError `difference_answer_refused` with the first line that is wrong."""
    texts = list(_texts(body, layout, key))
    form = layout.answers
    opening = len(form.opening)
    if tuple(texts[:opening]) != form.opening:
        _refuse(1, "the opening lines of the form", "other lines")
    records = [_record(number, text, layout) for number, text in enumerate(texts[opening:], opening + 1)]
    rows = [each for each in records[1:-1] if isinstance(each, AnswerRow)]
    head, foot = (records[0], records[-1]) if len(records) > 1 else (None, None)
    if not isinstance(head, AnswerHead) or not isinstance(foot, AnswerFoot) or len(rows) != len(records) - 2:
        _refuse(len(texts), "one head, rows, one foot", "records in another order")
    _check(head, rows, foot, opening, layout)
    return head, rows


def _texts(body: bytes, layout: DifferenceLayout, key: bytes) -> Iterator[str]:
    lines = body.split(b"\n")
    if lines.pop() != b"":
        _refuse(len(lines) + 1, "an end of line", "the end of the file")
    closing = [text.encode() for text in layout.answers.closing]
    if closing and lines[-len(closing) :] != closing:
        _refuse(len(lines), "the closing lines of the form", "other lines")
    del lines[len(lines) - len(closing) :]
    for number, line in enumerate(_signed(lines, layout, key), 1):
        try:
            yield line.decode(layout.statement.encoding)
        except UnicodeDecodeError:
            _refuse(number, f"text in {layout.statement.encoding}", "other bytes")


def _signed(lines: list[bytes], layout: DifferenceLayout, key: bytes) -> Sequence[bytes]:
    """The lines without their signatures, each of which is right."""
    sign, signature, before = layout.statement.sign, Signature(key), b""
    if sign == "none":
        return lines
    if sign == "trailer":
        for line in lines[:-1]:
            signature.add(line)
        _check_signature(len(lines), lines[-1] if lines else b"", signature.whole())
        return lines[:-1]
    for number, line in enumerate(lines, 1):
        before = signature.of_line(line[:-SIGNATURE_BYTES], before)
        _check_signature(number, line[-SIGNATURE_BYTES:], before)
    glue = len(layout.answers.glue)
    return [line[: len(line) - SIGNATURE_BYTES - glue] for line in lines]


def _check_signature(number: int, given: bytes, right: bytes) -> None:
    found = SIGNATURE.fullmatch(given)
    if found is None or not same(right, found[1]):
        _refuse(number, "the signature of the bytes before it", "another one, or none")


def _record(number: int, text: str, layout: DifferenceLayout) -> Any:
    kind = layout.answers.kind(text)
    if kind not in _MAKES:
        _refuse(number, "a record H, D or T", shown(kind))
    try:
        cells = layout.answers.cells(kind, text)
    except MisfitError as error:
        _refuse(number, error.expected, error.found)
    values = {}
    for shape in layout.answered[kind]:
        try:
            values[shape.name] = _value(shape, cells.get(shape.name, "").rstrip(" "), layout)
        except ValueError:
            _refuse(number, f"{shape.name} as the format says", shown(cells.get(shape.name, "")))
    return _MAKES[kind](**values)


def _value(shape: Shape, text: str, layout: DifferenceLayout) -> Any:
    if not text:
        if shape.required:
            raise ValueError(shape.name)
        return None
    if shape.kind is Verdict:
        return Verdict(text)
    if shape.kind is date:
        return layout.statement.values[ROW]["collected_on"].read(text)
    if shape.kind is int and not _SHAPE_OF_NUMBER.fullmatch(text):
        raise ValueError(text)
    return value_of(shape).read(text)


def _check(
    head: AnswerHead, rows: Sequence[AnswerRow], foot: AnswerFoot, opening: int, layout: DifferenceLayout
) -> None:
    """What one record says of another; GatewayError."""
    first, last = opening + 1, opening + len(rows) + 2
    if head.party != layout.statement.party:
        _refuse(first, f"party {layout.statement.party}", "another party")
    numbers: set[int] = set()
    for line, row in enumerate(rows, first + 1):
        if row.number in numbers:
            _refuse(line, "each row answered once", f"row {row.number} twice")
        numbers.add(row.number)
        if row.verdict is Verdict.NOT_AGREED and not row.reason:
            _refuse(line, "a reason, where it is not agreed", "none")
    counted = (len(rows), sum(row.verdict is Verdict.AGREED for row in rows))
    if (foot.count, foot.agreed) != counted:
        _refuse(last, f"{counted[0]} rows, {counted[1]} agreed", f"{foot.count} rows, {foot.agreed} agreed")


def _refuse(line: int, expected: str, found: str) -> NoReturn:
    raise GatewayError("difference_answer_refused", line=str(line), expected=expected, found=found)
