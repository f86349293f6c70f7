import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rules.tree import code_files, shown

LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def too_long_file(name: str, source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > LONGEST_FILE:
        yield f"{name}: {lines} lines, at most {LONGEST_FILE}"


def too_long_functions(name: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{name}:{node.lineno} {node.name}: {lines} lines, at most {LONGEST_FUNCTION}"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    assert [fault for path in code_files() for fault in too_long_file(shown(path), read(path))] == []


def test_no_function_is_longer_than_a_screen() -> None:
    assert [fault for path in code_files() for fault in too_long_functions(shown(path), read(path))] == []


def test_an_offender_is_found_and_named() -> None:
    body = "    pass\n" * LONGEST_FUNCTION
    assert list(too_long_functions("a.py", f"class A:\n  def short(self): pass\n  async def long(self):\n{body}")) == [
        "a.py:3 long: 41 lines, at most 40"
    ]
    assert list(too_long_functions("a.py", f"def long():\n{body[9:]}")) == []
    assert list(too_long_file("a.py", "\n" * LONGEST_FILE)) == []
    assert list(too_long_file("a.py", "\n" * (LONGEST_FILE + 1))) == ["a.py: 301 lines, at most 300"]
