"""YAML files of dated data: read strictly, so that every error names its file and line.

Numbers with a fraction, dates and months stay text until the type that wants them reads them: no float is ever made.
A key that stands twice is an error.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from gateway.errors import GatewayError
from gateway.mapping.rulefile_words import right, right_yaml

T = TypeVar("T")

_STEP = re.compile(r"\.([^.\[`]+)|\[(\d+)\]")
_UNKNOWN = re.compile("unknown field `(.+?)`")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)$")


class _Loader(yaml.CSafeLoader):
    """Plain scalars are whole numbers, true, false, null or text; nothing else is guessed."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the library's own class attribute


_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true$|false$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("null$|~$|$"), ["n", "~", ""])


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One parsed file: its plain data, and where each part of it stands."""

    path: Path
    data: Any
    node: yaml.Node

    def line(self, *steps: str | int) -> int:
        """The line (from 1) of the part that `steps` lead to, or of the last part that is there."""
        node, line = self.node, self.node.start_mark.line
        for step in steps:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line + 1

    def invalid(self, reason: str, *steps: str | int) -> GatewayError:
        """The error that says what is wrong with the part that `steps` lead to."""
        return GatewayError("data_invalid", file=str(self.path), line=str(self.line(*steps)), reason=reason)

    def convert(self, data: Any, kind: type[T], *steps: str | int) -> T:
        """`data`, found at `steps`, as `kind`; GatewayError `data_invalid` where it does not fit."""
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$")
            inner = [int(number) if number else name for name, number in _STEP.findall(path)]
            raise self.invalid(right(reason, kind, inner), *steps, *inner, *_UNKNOWN.findall(reason)) from None


def read(path: Path) -> RuleFile:
    """Parse a file; GatewayError `data_invalid` for what is not YAML, for an empty file and for a repeated key."""
    try:
        return RuleFile(path, *parsed(path.read_bytes()))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise GatewayError(
            "data_invalid", file=str(path), line=str(line), reason=right_yaml(f"{error.problem}")
        ) from None


def parsed(content: bytes) -> tuple[Any, yaml.Node]:
    """The plain data of a document, and its nodes; yaml.MarkedYAMLError."""
    loader = _Loader(content)
    try:
        node = loader.get_single_node()
        if node is None:
            raise yaml.MarkedYAMLError(problem="the file is empty")
        _refuse_repeated(node)
        return loader.construct_document(node), node
    finally:
        loader.dispose()


def _child(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = ((key, value) for key, value in node.value if key.value == step)
        return next(((key.start_mark.line, value) for key, value in pairs), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None


def _refuse_repeated(node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f'the key "{key.value}" stands twice', problem_mark=key.start_mark)
            seen.add(key.value)
            _refuse_repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeated(child)
