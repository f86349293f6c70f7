"""`statement`: what a bureau that is to produce statements tries its files with."""

import json
from pathlib import Path

import pytest

from gateway.services.statements import take_in
from tests.commands.conftest import Terminal
from tests.rules.tree import ROOT

FOLDER = ROOT / "docs" / "examples" / "statements"
KEY = ("--key-file", str(FOLDER / "example-key.txt"))
HUNAN = FOLDER / "tax-hunan-20260120-01.txt"
EXAMPLES = sorted(path.name for path in FOLDER.glob("tax-*"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_right_file_is_summed_up_and_its_party_found_in_its_head(terminal: Terminal, name: str) -> None:
    said = terminal.json("statement", "check", str(FOLDER / name), *KEY)
    assert said["ok"]
    assert name.startswith(said["party"])
    assert (said["day"], said["part"], said["count"], said["total"]) == ("2026-01-20", "1 of 1", 4, "975.60")


def test_a_wrong_file_is_told_with_line_and_byte_and_fails(terminal: Terminal) -> None:
    wrong = FOLDER / "refused-tax-hunan-20260120-01.txt"
    said = terminal.refuses("statement", "check", str(wrong), *KEY, code=1)
    assert "3 fault(s):" in said
    assert '3     295   late_fee  an amount in yuan with two decimals, such as 1024.80  "9,9.9"' in said
    done = terminal.run("statement", "check", str(wrong), *KEY, "--json")
    assert done.exit_code == 1
    assert [fault["byte"] for fault in json.loads(done.stdout)["faults"]][:1] == [295]


def test_the_key_is_a_setting_where_no_file_is_given(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PARTY_TAX_HUNAN_STATEMENT_SECRET" in terminal.refuses("statement", "check", str(HUNAN))
    monkeypatch.setenv("PARTY_TAX_HUNAN_STATEMENT_SECRET", "example-statement-key")
    assert terminal.json("statement", "check", str(HUNAN))["ok"]


def test_a_file_held_against_another_party_and_one_without_a_head_are_refused(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal.refuses("statement", "check", str(HUNAN), "--party", "tax-tianjin", *KEY, code=1)
    assert "statement_other_party" in said
    assert "(there are agency-hunan, " in terminal.refuses("statement", "check", str(HUNAN), "--party", "tax-x", *KEY)
    nothing = tmp_path / "nothing.txt"
    nothing.write_bytes(b"hello\n")
    assert "--party" in terminal.refuses("statement", "check", str(nothing), *KEY)


def test_what_is_made_is_what_is_checked(terminal: Terminal, tmp_path: Path) -> None:
    rows, day = str(FOLDER / "rows.ndjson"), ("--day", "2026-01-20", "--part", "2", "--parts", "3", "--sequence", "4")
    made = terminal.run("statement", "make", rows, "--party", "tax-zhejiang", *day, *KEY)
    assert made.exit_code == 0
    file = tmp_path / "made.dat"
    file.write_bytes(made.stdout_bytes)
    said = terminal.json("statement", "check", str(file), *KEY)
    assert (said["ok"], said["part"], said["sequence"]) == (True, "2 of 3", 4)
    assert "2026-01-31" in terminal.refuses(
        "statement", "make", rows, "--party", "tax-zhejiang", "--day", "today", *KEY
    )


def test_a_large_file_shows_how_far_it_is(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    with file.open("wb") as opened:
        opened.truncate(17 << 20)
    done = terminal.run("statement", "check", str(file), "--party", "tax-hunan", *KEY)
    assert done.exit_code == 1
    assert "at most 4096 bytes" in done.stdout
    assert "checking" in done.stderr


def test_what_is_due_is_shown_until_it_is_there(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTY_TAX_HUNAN_STATEMENT_SECRET", "example-statement-key")
    due = ("statement", "due", "--day", "2026-01-20")
    assert "absent" in terminal.refuses(*due, code=1)
    chunks = [HUNAN.read_bytes()]
    kept = take_in(terminal.runtime(), "tax-hunan", chunks, "folder")
    assert kept.state == "kept"
    done = terminal.run(*due, "--json")
    states = {each["party"]: each["state"] for each in json.loads(done.stdout)}
    assert (done.exit_code, states.pop("tax-hunan"), set(states.values())) == (1, "there", {"absent"})
    assert {row["state"] for row in terminal.json("statement", "due", "--day", "2026-11-10")} == {"expected"}
    assert "2026-01-31" in terminal.refuses("statement", "due", "--day", "soon")


def test_only_a_party_that_can_be_asked_is_asked(terminal: Terminal) -> None:
    assert "party tax-x with statements" in terminal.refuses("statement", "ask", "--party", "tax-x")
    said = terminal.refuses("statement", "ask", "--party", "tax-hunan", "--day", "2026-01-20")
    assert "docs/protocols/statements.md" in said
