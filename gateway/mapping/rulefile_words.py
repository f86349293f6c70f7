"""What would be right where a value of a YAML file does not fit its type: known fields, known words, quotes, spaces."""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import EnumMeta
from typing import Any, Union

import msgspec

_WANTS_TEXT = "Expected `str`, got `int`"
_TAB = "cannot start any token"


def right(reason: str, kind: Any, steps: Sequence[str | int]) -> str:
    """`reason`, as msgspec words it, with what would be right at `steps` within `kind`."""
    if reason.startswith("Object contains unknown field"):
        known = sorted({name for each in _at(kind, steps) for name in getattr(each, "__struct_encode_fields__", ())})
        return f"{reason}; known are {', '.join(known)}" if known else reason
    if reason.startswith("Invalid enum value"):
        words = [str(value) for each in _at(kind, steps) for value in _words(each)]
        return f"{reason}; there are {', '.join(words)}" if words else reason
    return f"{reason}: write it in quotes" if reason == _WANTS_TEXT else reason


def right_yaml(problem: str) -> str:
    """The problem of a document that is not YAML, as the parser words it, with what it most often is."""
    return f"{problem}: lines are indented by spaces, never by tabs" if problem.endswith(_TAB) else problem


def _at(kind: Any, steps: Sequence[str | int]) -> list[Any]:
    """The types that may stand at `steps`."""
    found = list(_alternatives(kind))
    for step in steps:
        found = [inner for each in found for one in _inside(each, step) for inner in _alternatives(one)]
    return found


def _inside(kind: Any, step: str | int) -> Iterator[Any]:
    arguments = typing.get_args(kind)
    if isinstance(step, int):
        yield from (each for each in arguments[:1] if typing.get_origin(kind) in (list, tuple))
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
        yield from (typing.get_type_hints(kind)[name] for written, name in fields if written == step)
    elif typing.get_origin(kind) is dict:
        yield arguments[1]


def _alternatives(kind: Any) -> Iterator[Any]:
    if typing.get_origin(kind) in (Union, types.UnionType):
        for each in typing.get_args(kind):
            yield from _alternatives(each)
    else:
        yield kind


def _words(kind: Any) -> Sequence[Any]:
    if isinstance(kind, EnumMeta):
        members: Mapping[str, Any] = kind.__members__
        return [member.value for member in members.values()]
    return typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else ()
