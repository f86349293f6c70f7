"""`statement`: what a bureau that is to produce statements tries its files with."""

import json
from collections.abc import Iterable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import app
from gateway.mapping.statement_writer import write_statement
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
    form = "an amount in yuan with two decimals, such as 1024.80; no leading zero, no -0.00"
    assert f'3     295   late_fee  {form}  "9,9.9"' in said
    done = terminal.run("statement", "check", str(wrong), *KEY, "--json")
    assert done.exit_code == 1
    assert [fault["byte"] for fault in json.loads(done.stdout)["faults"]][:1] == [295]


def test_a_wrong_count_says_which_number_is_the_foots(terminal: Terminal, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_bytes((FOLDER / "treasury-hunan-20260120-01.txt").read_bytes().replace(b"\nT|4|", b"\nT|5|"))
    said = terminal.refuses("statement", "check", str(wrong), code=1)
    assert "count  5 as the foot says  4 in the rows" in said


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "found an empty file"),
        (b"\xef\xbb\xbfH|1|tax-hunan|20260120|1|1|1\n", "found a byte order mark"),
        (b"PK\x03\x04", "found a compressed one"),
        (b"D|1|343012601000000001\n", 'found a line that begins with "A|9|'),
    ],
)
def test_a_file_whose_party_cannot_be_told_is_told_what_it_begins_with(
    terminal: Terminal, tmp_path: Path, content: bytes, found: str
) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_bytes(content)
    said = terminal.refuses("statement", "check", str(wrong), *KEY)
    assert "Line 1, byte 0" in said
    assert found in said


def test_a_row_that_cannot_be_written_is_named_by_its_line_and_nothing_comes_out(
    terminal: Terminal, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.ndjson"
    good, *_ = (FOLDER / "rows.ndjson").read_text(encoding="utf-8").splitlines()
    rows.write_text(f"{good}\n{good.replace('960.00', '960.0')}\n", encoding="utf-8")
    done = terminal.run("statement", "make", str(rows), "--party", "tax-hunan", "--day", "2026-01-20", *KEY)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "line 2: /amount" in done.stderr


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("湘小骑", "湘\\n骑", "end of a line"),
        ("2025-12", "1899-12", "Line 4, byte"),
        ('"number": 1,', '"number": 2,', "Line 4"),
    ],
)
def test_what_check_would_refuse_is_not_made(
    terminal: Terminal, tmp_path: Path, before: str, after: str, told: str
) -> None:
    rows = tmp_path / "rows.ndjson"
    given = (FOLDER / "rows.ndjson").read_text(encoding="utf-8")
    assert before in given
    rows.write_text(given.replace(before, after, 1), encoding="utf-8")
    done = terminal.run("statement", "make", str(rows), "--party", "tax-beijing", "--day", "2026-01-20", *KEY)
    assert done.exit_code != 0
    assert done.stdout == ""
    assert told in done.stderr


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


def test_a_statement_is_made_a_line_at_a_time_and_of_a_pipe_too(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, ahead = [0, 0], []

    def counted(*given: object) -> Iterator[bytes]:
        made[0] += 1
        for line in write_statement(*given):  # type: ignore[arg-type]  # as the command gives them
            made[1] += made[0] > 1
            yield line

    class Buffer(BytesIO):
        def writelines(self, lines: Iterable[Any], /) -> None:
            for number, line in enumerate(lines, 1):
                ahead.append(made[1] - number)
                self.write(line)

    given = ["make", str(FOLDER / "rows.ndjson"), "--party", "tax-hunan", "--day", "2026-01-20", *KEY]
    piped = CliRunner().invoke(app.cli, ["statement", given[0], "-", *given[2:]], input=Path(given[1]).read_bytes())
    monkeypatch.setattr("commands.statement.write_statement", counted)
    buffer = Buffer()
    monkeypatch.setattr("sys.stdout", TextIOWrapper(buffer))
    app.cli.main(["statement", *given], standalone_mode=False)
    assert (made[0], set(ahead)) == (2, {0})
    assert buffer.getvalue() == piped.stdout_bytes


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
    assert (done.exit_code, states.pop("tax-hunan"), set(states.values())) == (1, "there", {"absent", "unconnected"})
    assert {row["state"] for row in terminal.json("statement", "due", "--day", "2026-11-10")} == {
        "expected",
        "unconnected",
    }
    assert "2026-01-31" in terminal.refuses("statement", "due", "--day", "soon")


def test_only_a_party_that_can_be_asked_is_asked(terminal: Terminal) -> None:
    assert "party tax-x with statements" in terminal.refuses("statement", "ask", "--party", "tax-x")
    said = terminal.refuses("statement", "ask", "--party", "tax-hunan", "--day", "2026-01-20")
    assert "docs/protocols/statements.md" in said
