"""Which interpreter builds the environment, and when one that stands already will do."""

import shutil
import sys
from pathlib import Path

import interpreter
import pytest
import setup

from tests.rules.tree import ROOT

OWN, OTHER = Path(sys.executable), Path("/somewhere/python3")
NAME = f"python{interpreter.MINOR}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_script_in_front_of_an_interpreter_and_the_one_that_runs_are_no_other_interpreters(folder: Path) -> None:
    (folder / NAME).write_text("#!/bin/sh\nexec python3\n")
    assert interpreter.others() == []
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(OWN.resolve())
    assert interpreter.others() == []


def test_a_program_that_is_no_python_with_all_its_parts_takes_endlessly_long(folder: Path) -> None:
    shutil.copy("/bin/true", folder / NAME)
    assert interpreter.others() == [folder / NAME]
    assert interpreter.seconds(folder / NAME) == float("inf")
    assert interpreter.seconds(folder / "absent") == float("inf")


def test_this_interpreter_can_do_the_work() -> None:
    assert 0 < interpreter.seconds(OWN) < float("inf")


@pytest.mark.parametrize(("other", "builds"), [(0.5, OTHER), (0.95, OWN), (1.5, OWN), (float("inf"), OWN)])
def test_another_builds_where_it_is_quicker_by_a_tenth(
    other: float, builds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreter, "others", lambda: [OTHER])
    monkeypatch.setattr(interpreter, "seconds", lambda python: other if python == OTHER else 1.0)
    monkeypatch.setattr(interpreter, "installer", lambda: ROOT)
    assert interpreter.quickest() == builds


def test_no_other_builds_where_this_one_has_no_pip_to_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "installer", lambda: None)
    monkeypatch.setattr(interpreter, "others", lambda: [OTHER])
    assert interpreter.quickest() == OWN


def test_an_environment_of_the_same_version_will_do_unless_an_interpreter_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTHON", raising=False)
    assert setup.suits(f"{interpreter.MINOR}.999 (main)")
    assert not setup.suits("2.7.18 (default)")
    monkeypatch.setenv("PYTHON", "python3")
    assert setup.suits(sys.version.strip())
    assert not setup.suits(f"{interpreter.MINOR}.999 (main)")
