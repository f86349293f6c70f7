"""Writes statements as a party lays them out, line by line, signed as it signs them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.statement_forms import FOOT, HEAD, ROW
from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_signature import Signature, written
from gateway.mapping.statement_values import Value
from gateway.model.statement import StatementFoot, StatementHead, StatementRow
from gateway.model.values import Money


def write_statement(
    head: StatementHead,
    rows: Iterable[StatementRow],
    layout: Layout,
    key: bytes = b"",
    foot: StatementFoot | None = None,
) -> Iterator[bytes]:
    """The file, a line at a time; count and total are those of the rows, or what somebody else claims in `foot`.

    GatewayError `bad_character`, `too_long_for_party`, `no_place` where the layout cannot say a value.
    """
    signature, before = Signature(key) if layout.sign != "none" else None, b""
    for text in _lines(head, rows, layout, foot):
        line = text.encode(layout.encoding)
        if signature is not None and layout.sign == "line":
            line += layout.form.glue.encode()
            before = signature.of_line(line, before)
            line += written(before).encode()
        elif signature is not None:
            signature.add(line)
        yield line + b"\n"
    if signature is not None and layout.sign == "trailer":
        yield written(signature.whole()).encode() + b"\n"
    for text in layout.form.closing:
        yield text.encode() + b"\n"


def _lines(
    head: StatementHead, rows: Iterable[StatementRow], layout: Layout, claimed: StatementFoot | None
) -> Iterator[str]:
    yield from layout.form.opening
    yield _line(HEAD, head, layout)
    count, fen = 0, 0
    for row in rows:
        count, fen = count + 1, fen + row.total.fen
        yield _line(ROW, row, layout)
    yield _line(FOOT, claimed or StatementFoot(count, Money(fen)), layout)


def _line(kind: str, record: Any, layout: Layout) -> str:
    values: Mapping[str, Value] = layout.values[kind]
    return layout.form.line(kind, {name: _written(value, record, layout) for name, value in values.items()})


def _written(value: Value, record: Any, layout: Layout) -> str:
    given = getattr(record, value.field)
    if given is None:
        return ""
    try:
        return value.write(given)
    except ValueError as error:
        raise GatewayError(
            "no_place", party=layout.party, message="statement", field=value.field, reason=str(error)
        ) from None
