"""`journal verify` says by its exit code whether the record of what crossed the border is whole."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from commands.bootstrap import Keys
from gateway.ports import Crossing
from gateway.security.seal_keys import load_seal_keys
from gateway.store.journal_sealer import Sealer
from gateway.store.journal_tables import journal_records
from tests.commands.conftest import Terminal

VERIFY = ("journal", "verify")
ROTATE = ("journal", "rotate-key", "--because", "yearly change")
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
    Sealer(runtime.store.engine, load_seal_keys(keys.seals).private, runtime.now, keys.outside_seal).seal()


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
        "keys": [],
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
    assert "Ed25519" in terminal.refuses(*VERIFY)
    assert "Ed25519" in terminal.refuses("worker")
    assert "Ed25519" in terminal.refuses(*ROTATE)


def test_a_damaged_vault_is_named(terminal: Terminal) -> None:
    vault = Keys(terminal.runtime().settings.var).vault
    vault.write_text("{}", encoding="ascii")
    assert str(vault) in terminal.refuses(*VERIFY)
    vault.chmod(0o644)
    assert "600" in terminal.refuses(*VERIFY)


def test_a_replaced_key_still_verifies_its_seals_and_cannot_sign_any_more(terminal: Terminal) -> None:
    sealed(terminal)
    file = Keys(terminal.var).seals
    before = file.read_bytes()
    said = [terminal.says(*ROTATE) for _ in range(2)]
    assert ["1 key(s)" in said[0], "2 key(s)" in said[1]] == [True, True]
    found = terminal.json(*VERIFY)
    assert found["ok"], found
    assert [(key["first"], key["last"], key["seals"]) for key in found["keys"]] == [(1, 1, 1), (2, 2, 1), (3, 3, 1)]
    assert [key["key"] in line for key, line in zip(found["keys"][1:], said, strict=True)] == [True, True]
    assert file.read_bytes().count(b"PRIVATE KEY") == 2, "the head and the foot of one key"
    assert before not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_whoever_kept_a_replaced_key_can_seal_nothing_with_it(terminal: Terminal) -> None:
    sealed(terminal)
    keys, runtime = Keys(terminal.var), terminal.runtime()
    stolen = load_seal_keys(keys.seals).private
    terminal.says(*ROTATE)
    later = runtime.now() + timedelta(minutes=5)
    assert Sealer(runtime.store.engine, stolen, lambda: later, keys.outside_seal).seal() == 3
    (problem,) = json.loads(terminal.refuses(*VERIFY, "--json", code=1))["problems"]
    assert (problem["kind"], problem["number"]) == ("seal_forged", 3)


def test_a_rotation_says_why_and_stands_in_the_journal(terminal: Terminal) -> None:
    assert "--because" in terminal.refuses("journal", "rotate-key")
    terminal.says(*ROTATE)
    with terminal.runtime().store.reading() as tx:
        rows = tx.connection.execute(select(journal_records.c.party, journal_records.c.message)).all()
    assert [tuple(row) for row in rows] == [("operator", "rotate-key")]
