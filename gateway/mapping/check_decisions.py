"""What a proposal left open, each with file and line: until somebody has decided it, the tables mean nothing."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from gateway.mapping import rulefile
from gateway.mapping.propose_text import UNDECIDED

_FILES = ("dialect.yaml", "codes.yaml", "messages/*.yaml", "samples/index.yaml")


def decisions(folder: Path) -> Iterator[str]:
    """Every open place in the folder of a dialect; GatewayError `data_invalid` for a file that is not YAML."""
    for pattern in _FILES:
        for path in sorted(folder.glob(pattern)):
            for line, words in _open(rulefile.read(path).node):
                yield f"{path}, line {line}: to be decided: {words}"


def _open(node: yaml.Node, name: str = "", row: str = "") -> Iterator[tuple[int, str]]:
    """Open values below a node: the line, and what is open, by the place and the name that it stands under."""
    if isinstance(node, yaml.MappingNode):
        there = _of(node, "there") or row
        # A line without a place of theirs yet is told by the field of ours that wants one.
        if there.startswith(UNDECIDED):
            there = _of(node, "here") or row
        for key, value in node.value:
            yield from _open(key, "", there)
            yield from _open(value, str(key.value), there)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _open(child, name, row)
    elif _text(node) and node.value.startswith(UNDECIDED):
        said = node.value.removeprefix(UNDECIDED).strip()
        of = f"{name} of {row}" if row and not row.startswith(UNDECIDED) else name
        yield node.start_mark.line + 1, " ".join(part for part in (of, f"({said})" if said and of else said) if part)


def _of(node: yaml.MappingNode, name: str) -> str:
    return next((str(value.value) for key, value in node.value if key.value == name and _text(value)), "")


def _text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and isinstance(node.value, str)
