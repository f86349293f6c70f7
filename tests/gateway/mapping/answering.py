"""Answers to differences, as a bureau writes them."""

from collections.abc import Sequence
from datetime import date

from gateway.mapping.difference_writer import DifferenceLayout
from gateway.mapping.statement_forms import FOOT, HEAD, ROW
from gateway.mapping.statement_signature import Signature, written
from gateway.model.difference import AnswerRow, Verdict


def answer(
    layout: DifferenceLayout, day: date, rows: Sequence[AnswerRow], key: bytes, sequence: int = 1, **foot: int
) -> bytes:
    """A whole answer, signed as the bureau signs its statements."""
    form = layout.answers
    said_on = layout.statement.values[ROW]["collected_on"].write(day)
    agreed = sum(row.verdict is Verdict.AGREED for row in rows)
    cells = [(HEAD, {"version": "1", "party": layout.statement.party, "day": said_on, "sequence": str(sequence)})]
    for row in rows:
        said = {"number": str(row.number), "reference": row.reference, "verdict": row.verdict.value}
        cells.append((ROW, {**said, "reason": row.reason or ""}))
    counted = {"count": len(rows), "agreed": agreed} | foot
    cells.append((FOOT, {name: str(value) for name, value in counted.items()}))
    texts = [*form.opening, *(form.line(kind, each) for kind, each in cells)]
    lines = [text.encode(layout.statement.encoding) for text in texts]
    return b"".join(line + b"\n" for line in (*_signed(lines, layout, key), *(text.encode() for text in form.closing)))


def _signed(lines: list[bytes], layout: DifferenceLayout, key: bytes) -> list[bytes]:
    signature, before, made = Signature(key), b"", []
    for line in lines:
        if layout.statement.sign == "line":
            whole = line + layout.answers.glue.encode()
            before = signature.of_line(whole, before)
            made.append(whole + written(before).encode())
        else:
            signature.add(line)
            made.append(line)
    return [*made, written(signature.whole()).encode()] if layout.statement.sign == "trailer" else made
