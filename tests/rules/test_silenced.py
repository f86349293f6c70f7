import io
import re
import tokenize
import tomllib
from collections.abc import Iterator

import pytest

from tests.rules.tree import ROOT, code_files, shown

MARK = re.compile(r"#\s*(?:ruff:\s*)?(?:noqa|type:\s*ignore|pragma:\s*no\s*cover|nosec|pylint:|mypy:)", re.IGNORECASE)
# Codes first, then at least two words of reason, after a dash or another #. The type checker knows the latter only.
WITH_REASON = re.compile(
    r"#\s*(?:ruff:\s*)?(?:noqa:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])\s*(?:#|-)\s*\S+\s+\S+"
)
ENTRY = re.compile(r'^\s*"(?P<code>[A-Z]+\d*)",?(?P<rest>.*)$')


def comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unreasoned(name: str, source: str) -> Iterator[str]:
    for line, comment in comments(source):
        if MARK.search(comment) and not WITH_REASON.search(comment):
            yield f"{name}:{line}: {comment}"


def unreasoned_entries(text: str) -> Iterator[str]:
    for line in text.splitlines():
        entry = ENTRY.match(line)
        if entry and entry["code"] != "ALL" and not re.search(r"#\s*\S+\s+\S+", entry["rest"]):
            yield entry["code"]


def silenced_in_configuration() -> set[str]:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    return {*lint["ignore"], *(code for codes in lint["per-file-ignores"].values() for code in codes)}


def test_every_silenced_line_says_why() -> None:
    found: list[str] = []
    for path in code_files():
        found.extend(unreasoned(shown(path), path.read_text(encoding="utf-8")))
    assert found == []


def test_every_silenced_rule_stands_on_a_line_of_its_own_and_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert list(unreasoned_entries(text)) == []
    on_own_line = {entry["code"] for entry in map(ENTRY.match, text.splitlines()) if entry}
    assert silenced_in_configuration() - on_own_line == set()


def test_every_tolerated_warning_and_untyped_library_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tolerated = [
        line for line in text.splitlines() if re.search(r'^\s*"(?:ignore|default):|ignore_missing_imports', line)
    ]
    assert [line for line in tolerated if not re.search(r"#\s*\S+\s+\S+", line)] == []


@pytest.mark.parametrize(
    "comment",
    [
        "# " + "noqa",
        "# " + "noqa: S603",
        "# " + "type: ignore",
        "# " + "type: ignore[misc]",
        "# " + "noqa: S603 - why",
        "# " + "pragma: no cover",
    ],
)
def test_silence_without_a_reason_is_found(comment: str) -> None:
    assert list(unreasoned("a.py", f"x = 1  {comment}\n")) == [f"a.py:1: {comment}"]


@pytest.mark.parametrize(
    "comment",
    [
        "# " + "noqa: S603, S607 - only our own programs",
        "# " + "type: ignore[misc]  # the library ships no types",
        "# an ordinary remark",
    ],
)
def test_silence_with_a_reason_is_not(comment: str) -> None:
    assert list(unreasoned("a.py", f"x = 1  {comment}\n")) == []
