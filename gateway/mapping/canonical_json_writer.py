"""Generates the function that writes one kind of record as plain JSON values."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from gateway.mapping.compile import Source
from gateway.mapping.schema import FORMS, texts
from gateway.model.shape import Shape, shapes


def compiled(record: type) -> Callable[[Any], dict[str, Any]]:
    """The writer of `record`."""
    source = Source(f"JSON writer of {record.__name__}")
    written: dict[type, str] = {}
    return source.compiled(_writer(source, record, written))


def _writer(source: Source, record: type, written: dict[type, str]) -> str:
    if record in written:
        return written[record]
    items = [(item, field.name) for item, field in zip(shapes(record), fields(record), strict=True)]
    for item, _ in items:
        if item.is_record:
            _writer(source, item.kind, written)
    name = written[record] = f"write_{record.__name__}"
    with source.block(f"def {name}(r):"):
        required = ", ".join(
            f"{item.name!r}: {_value(source, item, f'r.{at}', written)}" for item, at in items if item.required
        )
        source.line(f"d = {{{required}}}")
        for item, at in items:
            if not item.required:
                source.line(f"v = r.{at}")
                with source.block("if v:" if item.many else "if v is not None:"):
                    source.line(f"d[{item.name!r}] = {_value(source, item, 'v', written)}")
        source.line("return d")
    return name


def _value(source: Source, item: Shape, value: str, written: dict[type, str]) -> str:
    if item.many:
        return f"[{_one(source, item, 'x', written)} for x in {value}]"
    return _one(source, item, value, written)


def _one(source: Source, item: Shape, value: str, written: dict[type, str]) -> str:
    if item.is_record:
        return f"{written[item.kind]}({value})"
    if item.kind in (date, datetime):
        return f"{value}.isoformat()"
    if item.kind in FORMS:
        return f"str({value})"
    return value if item.kind in (str, int, bool) else f"{source.bind(texts(item.kind), 'texts')}[{value}]"
