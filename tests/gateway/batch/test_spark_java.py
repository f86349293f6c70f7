"""Java is found where Spark's own scripts look for it; what lacks is said with the command that helps."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.batch import spark_java
from tests.rules.tree import ROOT

VERSIONS = {
    'openjdk version "17.0.15" 2025-04-15': 17,
    'openjdk version "21" 2023-09-19': 21,
    'java version "1.8.0_402"': 8,
    'openjdk version "11.0.22" 2024-01-16': 11,
    "a shell that says something else": 0,
}
INSTALL = runpy.run_path(str(ROOT / "scripts" / "java.py"))["install"]


def program(path: Path, *lines: str) -> Path:
    """A program of a few lines of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)
    return path


def java(path: Path, said: str) -> Path:
    return program(path, f"echo '{said}' >&2")


@pytest.mark.parametrize("said", VERSIONS)
def test_the_version_is_read_from_what_java_says(tmp_path: Path, said: str) -> None:
    assert spark_java.version(java(tmp_path / "java", said)) == VERSIONS[said]


def test_without_java_the_command_that_installs_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert spark_java.lacking() == "Spark needs Java 17 or newer and there is none on the path: make setup-java"


def test_a_java_that_is_too_old_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    old = java(tmp_path / "bin" / "java", 'openjdk version "11.0.22" 2024-01-16')
    assert spark_java.lacking() == f"Spark needs Java 17 or newer, and {old} is 11: make setup-java"


def test_java_home_wins_over_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java(tmp_path / "path" / "java", 'openjdk version "11.0.22" 2024-01-16')
    java(tmp_path / "home" / "bin" / "java", 'openjdk version "21" 2023-09-19')
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert spark_java.lacking() == ""


def setup(path: Path, script: str, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of the set-up with no other programs than those in `path`."""
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "JAVA_HOME")}
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / script, *arguments],
        env={**environment, "PATH": str(path), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_set_up_goes_on_without_java_and_says_how_to_get_it(tmp_path: Path) -> None:
    done = setup(tmp_path, "setup.py", "spark", str(tmp_path / "venv"))
    assert done.returncode == 0
    assert "make setup-java" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_set_up_fails_without_java_in_continuous_integration(tmp_path: Path) -> None:
    done = setup(tmp_path, "setup.py", "spark", str(tmp_path / "venv"), CI="true")
    assert done.returncode == 1
    assert "make setup-java" in done.stderr


def test_where_there_is_no_apt_the_installer_says_what_to_install(tmp_path: Path) -> None:
    done = setup(tmp_path, "java.py")
    assert done.returncode == 1
    assert "no apt-get" in done.stderr


def test_where_there_is_a_java_nothing_is_installed(tmp_path: Path) -> None:
    java(tmp_path / "java", 'openjdk version "17.0.15" 2025-04-15')
    program(tmp_path / "apt-get", "exit 1")
    done = setup(tmp_path, "java.py")
    assert done.returncode == 0
    assert "is Java 17 or newer" in done.stderr


def test_root_installs_the_first_package_that_the_system_knows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "apt-cache", '[ "$2" = openjdk-21-jre-headless ]')
    program(tmp_path / "apt-get", 'echo "$*"')
    monkeypatch.setenv("PATH", str(tmp_path))
    INSTALL(root=True)
    assert capfd.readouterr().out == "install --yes --no-install-recommends openjdk-21-jre-headless\n"


def test_a_system_that_knows_no_package_yet_is_asked_to_look_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "apt-cache", "exit 100")
    program(tmp_path / "apt-get", 'echo "$1"')
    monkeypatch.setenv("PATH", str(tmp_path))
    INSTALL(root=True)
    assert capfd.readouterr().out == "update\ninstall\n"


def test_whoever_is_not_root_is_told_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="sudo make setup-java"):
        INSTALL(root=False)
