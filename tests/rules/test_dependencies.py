import re
from collections.abc import Mapping

import pytest

from tests.rules.tree import ROOT

REQUIREMENTS = ROOT / "requirements"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>\S+)", re.MULTILINE)
DIRECT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)", re.MULTILINE)
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<version>[^ |]+) \|(?P<rest>.*)\|$", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> Mapping[str, str]:
    text = (REQUIREMENTS / f"{lock}.txt").read_text(encoding="ascii")
    return {canonical(match["name"]): match["version"] for match in PIN.finditer(text)}


def direct(lock: str) -> set[str]:
    text = (REQUIREMENTS / f"{lock}.in").read_text(encoding="ascii")
    return {canonical(match["name"]) for match in DIRECT.finditer(text) if not match["name"].startswith("-")}


def test_every_direct_dependency_is_locked() -> None:
    assert direct("runtime") - pins("runtime").keys() == set()
    assert direct("dev") - pins("dev").keys() == set()
    assert direct("spark") - pins("spark").keys() == set()


def test_the_tests_run_on_exactly_what_is_run() -> None:
    assert pins("runtime").items() - pins("dev").items() == set()


def test_what_comes_on_top_does_not_change_what_is_run() -> None:
    assert pins("spark").keys() & pins("dev").keys() == set()


@pytest.mark.parametrize("lock", ["runtime", "dev", "spark"])
def test_every_locked_release_is_locked_by_hash_and_nothing_else_stands_in_the_lock(lock: str) -> None:
    text = (REQUIREMENTS / f"{lock}.txt").read_text(encoding="ascii")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    releases = [index for index, line in enumerate(lines) if not line.startswith(" ")]
    assert [lines[index] for index in releases if not PIN.match(lines[index])] == []
    assert [lines[index] for index in releases if "--hash=sha256:" not in lines[index + 1]] == []
    rest = [line for line in lines if line.startswith(" ")]
    assert [line for line in rest if not re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)] == []


def test_the_decision_record_names_every_direct_dependency_in_its_locked_version() -> None:
    text = (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")
    recorded = {canonical(row["name"]): row["version"] for row in ROW.finditer(text)}
    names = direct("runtime") | direct("dev") | direct("spark")
    locked = {**pins("dev"), **pins("spark")}
    assert recorded == {name: version for name, version in locked.items() if name in names}


def test_every_row_of_the_decision_record_says_why_and_under_which_licence() -> None:
    text = (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")
    assert [row["name"] for row in ROW.finditer(text) if not all(map(str.strip, row["rest"].split("|")))] == []
