"""YAML as people write it: flow lines, quotes only where they are needed, marks where somebody must decide."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

UNDECIDED = "?"
"""How a value begins that a person has to put in; the check lists every one."""

_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff/_][\w\u4e00-\u9fff ./()+*;=-]*(?<! )")
_SPECIAL = frozenset(("true", "false", "null", "~"))


def scalar(value: object) -> str:
    """A value as it stands in YAML; text that YAML would take for something else, or that holds marks, is quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text not in _SPECIAL else json.dumps(text, ensure_ascii=False)


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(name)}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def item(value: Mapping[str, Any], indent: int, remark: str = "") -> str:
    """An item of a list in one line, with a remark behind it."""
    return f"{' ' * indent}- {flow(value)}" + (f" # {remark}" if remark else "")


def block(value: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """A mapping, a line each; mappings inside it too, and lists of mappings with their items one below the other."""
    before = " " * indent
    for name, inner in value.items():
        if isinstance(inner, Mapping) and inner:
            yield f"{before}{scalar(name)}:"
            yield from block(inner, indent + 2)
        elif isinstance(inner, Sequence) and inner and isinstance(inner[0], Mapping):
            yield f"{before}{scalar(name)}:"
            for each in inner:
                yield from _listed(each, indent + 2)
        else:
            yield f"{before}{scalar(name)}: {flow(inner)}"


def _listed(value: Mapping[str, Any], indent: int) -> Iterator[str]:
    for count, (name, inner) in enumerate(value.items()):
        yield f"{' ' * indent}{'  ' if count else '- '}{scalar(name)}: {flow(inner)}"
