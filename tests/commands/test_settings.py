"""`settings` and `check`: what a machine would run with, and whether its rules and tables hold together."""

import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import app
from adapters import directory
from adapters.matrix import matrix
from commands import inspect
from gateway.settings import documented
from tests.commands.conftest import Terminal


def test_the_settings_are_printed_with_no_secret_among_them(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://gateway:hunter2@db.example/gateway")
    for said in (terminal.says("settings"), terminal.says("settings", "--json")):
        assert "hunter2" not in said
        assert "zhejiang-secret" not in said
        assert "db.example/gateway" in said
    assert terminal.json("settings")["PARTY_ZHEJIANG_SECRET"] == "***"


def test_every_setting_is_explained(terminal: Terminal) -> None:
    rows = terminal.json("settings", "--documented")
    assert {row["name"]: (row["default"], row["purpose"]) for row in rows} == documented()
    assert "LEASE_SECONDS" in terminal.says("settings", "--documented")


@pytest.mark.parametrize(
    "command", [("settings",), ("case", "list"), ("migrate",), ("token", "demo-platform")], ids=" ".join
)
def test_a_wrong_setting_is_a_sentence_in_every_command(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PORT", "http")
    assert terminal.refuses(*command).startswith("setting_invalid: The setting PORT is not usable: ")


def test_a_folder_of_rules_that_is_not_there_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULES_DIR", str(terminal.var / "nowhere"))
    assert "nowhere" in terminal.refuses("case", "list")


@pytest.mark.parametrize(("name", "value"), [("PARTY_ZHEJIANG_URL", "zhejiang"), ("PARTY_ZHEJIANG_SECRET", "")])
def test_a_party_that_is_half_configured_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert name in terminal.refuses("party", "list")


def test_the_rules_and_tables_that_are_shipped_hold_together(terminal: Terminal) -> None:
    said = terminal.says("check")
    assert "0 fault(s)" in said
    for party in ("zhejiang", "hunan", "tax-hunan", "card-hubei", "demo-platform"):
        assert f"{party}: " in said


def test_one_party_is_checked_for_itself_with_where_each_field_goes(terminal: Terminal) -> None:
    said = terminal.says("check", "hunan", "--coverage")
    assert "hunan: molss 1.0" in said
    assert "tax-hunan: " not in said
    assert "EnrolWorker" in said


def test_a_party_that_does_not_exist_is_named(terminal: Terminal) -> None:
    assert "atlantis" in terminal.refuses("check", "atlantis")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the mappings, to be spoilt."""
    return Path(shutil.copytree(app.MAPPINGS, tmp_path / "mappings"))


def checked(mappings: Path) -> tuple[int, str]:
    @click.group(cls=app.Commands)
    def cli() -> None:
        pass

    cli.add_command(inspect.check(mappings, directory.described, matrix))
    done = CliRunner().invoke(cli, ["check"])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done.exit_code, done.output


def test_a_table_that_misses_a_code_fails_the_check_and_is_named(copied: Path) -> None:
    codes = copied / "dialects" / "molss" / "1.0" / "codes.yaml"
    codes.write_text(codes.read_text("utf-8").replace("employee_pension", "employee_pensoin"), encoding="utf-8")
    code, said = checked(copied)
    assert code == 1
    assert "codes.yaml" in said


def test_a_sample_that_is_not_listed_fails_the_check(copied: Path) -> None:
    (copied / "dialects" / "card-rpc" / "1.0" / "samples" / "forgotten.xml").write_text("<a/>", encoding="ascii")
    code, said = checked(copied)
    assert code == 1
    assert "forgotten.xml" in said


@pytest.mark.parametrize("file", ["demo-rules/amounts.yaml", "rules/overlap.yaml", "provinces/hunan/party.yaml"])
def test_a_file_that_cannot_be_read_is_a_sentence_with_its_line(copied: Path, file: str) -> None:
    with (copied / file).open("a", encoding="utf-8") as spoilt:
        spoilt.write("\n  - {: nonsense\n")
    code, said = checked(copied)
    assert code in {1, 2}
    assert Path(file).name in said
