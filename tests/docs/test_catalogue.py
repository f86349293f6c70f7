"""The error catalogue against the code that raises it: the type checker does not see the codes."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from gateway.errors import KINDS
from tests.rules.tree import ROOT, project_files, shown

WORDS = {"GatewayError": 0, "Fault": 1}


def ours() -> list[Path]:
    roots = ("gateway", "adapters", "commands")
    return [path for path in project_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in roots]


def raised(source: str) -> Iterator[str]:
    """Codes that stand as literals where an error or a fault is made."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORDS:
            place = WORDS[node.func.id]
            for literal in ast.walk(node.args[place]) if len(node.args) > place else ():
                if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                    yield literal.value


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_code_that_is_raised_stands_in_the_catalogue() -> None:
    found = [
        f"{shown(path)}: {code}" for path in ours() for code in raised(path.read_text("utf-8")) if code not in KINDS
    ]
    assert found == []


@pytest.mark.parametrize("code", KINDS)
def test_both_languages_tell_the_same(code: str) -> None:
    kind = KINDS[code]
    assert kind.en.strip()
    assert kind.zh.strip()
    assert parameters(kind.en) == parameters(kind.zh)


def test_a_misspelt_code_would_be_found() -> None:
    source = 'raise GatewayError("not_fuond")\nFault("/a", "odd" if x else "even")\n'
    assert sorted(raised(source)) == ["even", "not_fuond", "odd"]
