"""Canonical records as JSON Schema 2020-12, the schemas of OpenAPI 3.1: closed, bounded, in words of both languages."""

from collections.abc import Iterable
from datetime import date, datetime
from inspect import getdoc
from typing import Any

from gateway.mapping.schema import FORMS, codes, text_bounds, whole_bounds
from gateway.model.shape import Shape, shapes

COMPONENTS = "#/components/schemas/"


def json_schema(records: Iterable[type]) -> dict[str, Any]:
    """What stands under `components.schemas`: each of `records` with all that it refers to, by name."""
    made: dict[str, Any] = {}
    for record in records:
        _add(record, made)
    return made


def _add(kind: type, made: dict[str, Any]) -> None:
    if kind.__name__ in made:
        return
    made[kind.__name__] = {}  # its place in the order, before what it refers to
    if codes(kind):
        made[kind.__name__] = {"type": "string", "description": _words(kind), "enum": list(codes(kind))}
        return
    items = shapes(kind)
    for item in items:
        if item.is_record or codes(item.kind):
            _add(item.kind, made)
    made[kind.__name__] = {
        "type": "object",
        "description": _words(kind),
        "properties": {item.name: _property(item) for item in items},
        "required": [item.name for item in items if item.required],
        "additionalProperties": False,
    }


def _property(item: Shape) -> dict[str, Any]:
    one = _one(item)
    if item.many:
        one = {"type": "array", "items": one}
        one |= {"minItems": 1} if item.required else {}
        one |= {} if item.is_record else {"uniqueItems": True}
    if item.doc:
        one["description"] = f"{item.doc.en} {item.doc.zh}"
    return one


def _one(item: Shape) -> dict[str, Any]:
    if item.is_record or codes(item.kind):
        return {"$ref": COMPONENTS + item.kind.__name__}
    if item.kind in FORMS:
        return _form(item.kind)
    if item.kind is bool:
        return {"type": "boolean"}
    if item.kind is int:
        whole = whole_bounds(item)
        return {"type": "integer", "minimum": whole.min, "maximum": whole.max}
    bounds = text_bounds(item)
    text: dict[str, Any] = {"type": "string", "minLength": bounds.min, "maxLength": bounds.max}
    return text | ({"pattern": f"^(?:{bounds.pattern})$"} if bounds.pattern else {})


def _form(kind: type) -> dict[str, Any]:
    form = FORMS[kind]
    named = {"format": form.json_format} if kind in (date, datetime) else {}
    return {"type": "string", **named, "pattern": f"^(?:{form.pattern})$", "examples": [form.example]}


def _words(kind: type) -> str:
    return " ".join((getdoc(kind) or "").split())
