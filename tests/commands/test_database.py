"""What commands say where the database is none, is not there, or is newer than they are."""

import sqlite3
from pathlib import Path

import pytest

from tests.commands.conftest import Terminal

COMMANDS = ("case", "list"), ("migrate",), ("party", "pause", "zhejiang", "--because", "they are away")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_database_that_does_not_answer_is_named_with_what_the_driver_says(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, free_port: int, arguments: tuple[str, ...]
) -> None:
    terminal.says("party", "list")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hidden@127.0.0.1:{free_port}/none")
    said = terminal.refuses(*arguments)
    assert said.startswith("unavailable: The gateway cannot take this now: the ")
    if arguments[0] != "party":
        assert f"  DATABASE_URL postgresql+psycopg://***@127.0.0.1:{free_port}/none: connection failed" in said
    assert "hidden" not in said


@pytest.mark.parametrize("arguments", COMMANDS[:2], ids=" ".join)
def test_a_file_that_is_no_database_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    terminal.says("party", "list")
    none = tmp_path / "none.db"
    none.write_text("this is a text of some length, and no database at all\n" * 40, encoding="ascii")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{none}")
    assert f"  DATABASE_URL sqlite:///{none}: file is not a database" in terminal.refuses(*arguments)


def test_a_database_of_a_newer_version_is_left_as_it_is(terminal: Terminal, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    said = terminal.refuses("migrate")
    assert "the database was brought to its shape by another version of this program; run that one" in said


def test_a_party_is_not_blamed_for_our_database(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    terminal.says("party", "list")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me@127.0.0.1:{free_port}/none")
    assert "not as agreed" not in terminal.refuses("party", "check", "zhejiang", code=1)
