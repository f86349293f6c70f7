"""What the schemas of our answers are made of."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DATE: Schema = {"type": "string", "format": "date"}
MONTH: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
MONEY: Schema = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["1024.80"]}
OPTIONAL_COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
OPTIONAL_TEXT: Schema = {"type": ["string", "null"]}


def ref(name: str) -> Schema:
    """A schema of ours by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def some(one: Schema) -> Schema:
    """A list of one kind."""
    return {"type": "array", "items": one}


def code(kind: type) -> Schema:
    """One of the words of a StrEnum."""
    return {"type": "string", "enum": [member.value for member in kind]}  # type: ignore[attr-defined]  # a StrEnum's class


def record(optional: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    """An object with these members, all there but the optional ones; a final `_` keeps a keyword apart."""
    named = {name.rstrip("_"): member for name, member in members.items()}
    required = [name for name in named if name not in optional]
    return {"type": "object", "properties": named, "required": required, "additionalProperties": False}


def page_of(name: str, one: str) -> Schema:
    """A page of a list: `name` holds the lines, `next` where it goes on."""
    return record(**{name: some(ref(one)), "next": {"oneOf": [record(cursor=TEXT, href=TEXT), {"type": "null"}]}})
