"""`journal verify` says by its exit code whether the record of what crossed the border is whole."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from commands.bootstrap import Keys
from gateway.ports import Crossing
from gateway.security.signing import load_signing_keys
from gateway.store.journal_sealer import Sealer
from tests.commands.conftest import Terminal

VERIFY = ("journal", "verify")
# Each is done with the table of a stopped gateway, by somebody who has the database and not the keys.
DAMAGES = {
    "changed": "UPDATE journal_records SET party = 'hunan' WHERE number = 2",
    "removed": "DELETE FROM journal_records WHERE number = 2",
    "tail removed": "DELETE FROM journal_records WHERE number = 3",
    "all removed": "DELETE FROM journal_records",
    "reordered": "UPDATE journal_records SET number = CASE number WHEN 1 THEN 12 WHEN 2 THEN 11 ELSE number END",
    "seals removed": "DELETE FROM journal_seals",
}


def sealed(terminal: Terminal) -> None:
    """Three documents, kept and sealed as the worker seals them."""
    runtime = terminal.runtime()
    for number in range(3):
        runtime.journal.record(Crossing("in", "zhejiang", "FindCover", "text/xml", b"<a/>", runtime.now(), str(number)))
    keys = Keys(runtime.settings.var)
    key = load_signing_keys(keys.seals)[0].private
    Sealer(runtime.store.engine, key, runtime.now, keys.outside_seal).seal()  # type: ignore[arg-type]  # it is Ed25519


def damage(terminal: Terminal, statement: str) -> None:
    with terminal.runtime().store.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # SQLite's own
        connection.execute(text(statement))
        connection.commit()


def test_a_journal_never_used_is_in_order(terminal: Terminal) -> None:
    assert terminal.json(*VERIFY) == {
        "ok": True,
        "records": 0,
        "streams": 0,
        "seals": 0,
        "unsealed": 0,
        "problems": [],
    }


def test_a_journal_in_order_is_said_to_be(terminal: Terminal) -> None:
    sealed(terminal)
    said = terminal.json(*VERIFY)
    assert (said["ok"], said["records"], said["seals"], said["unsealed"]) == (True, 3, 1, 0)
    assert "ok: True" in terminal.says(*VERIFY)


@pytest.mark.parametrize("how", DAMAGES)
def test_whatever_was_done_to_it_is_found_and_ends_with_code_one(terminal: Terminal, how: str) -> None:
    sealed(terminal)
    damage(terminal, DAMAGES[how])
    said = json.loads(terminal.refuses(*VERIFY, "--json", code=1))
    assert said["ok"] is False
    assert said["problems"]
    assert "ok: False" in terminal.refuses(*VERIFY, code=1)


def test_the_record_that_was_changed_is_named(terminal: Terminal) -> None:
    sealed(terminal)
    damage(terminal, DAMAGES["changed"])
    (problem,) = json.loads(terminal.refuses(*VERIFY, "--json", code=1))["problems"]
    assert (problem["kind"], problem["number"]) == ("changed", 2)


def test_a_seal_that_was_taken_away_outside_is_missed(terminal: Terminal) -> None:
    sealed(terminal)
    Keys(terminal.var).outside_seal.unlink()
    assert "outside_missing" in terminal.refuses(*VERIFY, code=1)


def test_a_database_without_its_tables_is_told_apart_from_a_journal_that_was_damaged(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    for command in (VERIFY, ("case", "list"), ("case", "list", "--stuck"), ("case", "show", "case_1")):
        assert "migrate" in terminal.refuses(*command)
    assert terminal.says("migrate") == "the database has the newest shape\n"
    assert terminal.says("migrate") == "the database has the newest shape\n", "again: nothing to do is fine"
    assert terminal.json(*VERIFY)["ok"]


def test_a_sealing_key_of_the_wrong_kind_is_named(terminal: Terminal) -> None:
    keys = Keys(terminal.runtime().settings.var)
    keys.seals.unlink()
    keys.tokens.rename(keys.seals)
    assert "Ed25519" in terminal.refuses(*VERIFY, code=1)
    assert "Ed25519" in terminal.refuses("worker")


def test_a_damaged_vault_is_named(terminal: Terminal) -> None:
    vault = Keys(terminal.runtime().settings.var).vault
    vault.write_text("{}", encoding="ascii")
    assert str(vault) in terminal.refuses(*VERIFY)
    vault.chmod(0o644)
    assert "600" in terminal.refuses(*VERIFY)
