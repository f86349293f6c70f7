"""`break` and `reconcile report|differences`, as an accountant without a browser uses them."""

from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.services.runtime import Runtime
from gateway.store import breaks
from gateway.store.journal_tables import journal_records
from tests.commands.conftest import Terminal
from tests.gateway.services.broken import DAY, PARTY, amount_break, one_of, run_of

BECAUSE = ("--because", "the bureau showed the voucher")
KEY = Path(__file__).resolve().parents[2] / "docs" / "examples" / "statements" / "example-key.txt"


@pytest.fixture
def runtime(terminal: Terminal) -> Runtime:
    """One break about 960.00 and 950.00 yuan."""
    made = terminal.runtime()
    run_of(made, amount_break())
    return made


def handle(runtime: Runtime) -> str:
    return one_of(runtime).id


def history(runtime: Runtime) -> list[str]:
    with runtime.store.reading() as tx:
        return [entry.action for entry in breaks.entries_of(tx, handle(runtime))]


def test_breaks_are_listed_for_people_and_for_machines(terminal: Terminal, runtime: Runtime) -> None:
    head, line = terminal.says("break", "list").splitlines()
    assert head.split()[:4] == ["BREAK", "PARTY", "PAIRING", "CLASS"]
    assert line.split()[:8] == [handle(runtime), PARTY, "collected", "amount", "open", "430103", "pension", "10.00"]
    assert terminal.json("break", "list", "--class", "duplicate") == []
    assert terminal.says("break", "list", "--overdue") == "no break\n"
    assert "collected" in terminal.says("break", "show", handle(runtime), "--language", "zh")


def test_a_break_is_claimed_commented_resolved_and_reopened(terminal: Terminal, runtime: Runtime) -> None:
    one = handle(runtime)
    assert terminal.says("break", "claim", one) == f"{one} is claimed by tester\n"
    assert "break_claimed" in terminal.refuses("break", "claim", one, "--as", "wang")
    terminal.says("break", "claim", one, "--as", "wang", "--instead-of", "tester")
    terminal.says("break", "comment", one, "--because", "asked by telephone")
    said = terminal.says("break", "resolve", one, "--repair", "accept_theirs", *BECAUSE, "--as", "wang")
    assert said == f"{one} is resolved: accept_theirs\n"
    assert "break_not_allowed" in terminal.refuses("break", "claim", one)
    terminal.says("break", "reopen", one, "--because", "the wrong voucher")
    assert history(runtime) == ["found", "claimed", "claimed", "commented", "resolved", "reopened"]


def test_above_the_amount_it_waits_for_somebody_else(
    terminal: Terminal, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECOND_PERSON_ABOVE", "100.00")
    one = handle(runtime)
    resolve = ("break", "resolve", one, "--repair", "ask_bureau", *BECAUSE)
    assert terminal.says(*resolve) == f"{one} awaits a second person: ask_bureau\n"
    assert "second_person_needed" in terminal.refuses(*resolve)
    said = terminal.says(*resolve, "--as", "wang")
    assert said == f"{one} waits for tax-hunan until {one_of(runtime).waits_until}: ask_bureau\n"
    assert (one_of(runtime).resolved_by, one_of(runtime).agreed_by) == ("tester", "wang")


def test_an_act_is_in_the_journal_before_it_is_done(terminal: Terminal, runtime: Runtime) -> None:
    assert "repair_not_fitting" in terminal.refuses("break", "resolve", handle(runtime), "--repair", "refund", *BECAUSE)
    terminal.runtime().journal.flush()
    with runtime.store.engine.connect() as connection:
        rows = connection.execute(select(journal_records.c.party, journal_records.c.message)).all()
    assert [tuple(row) for row in rows] == [("operator", "resolve as refund")]
    assert history(runtime) == ["found"]


@pytest.mark.parametrize("verb", ["show", "claim"])
def test_what_does_not_exist_is_said_in_a_sentence(terminal: Terminal, verb: str) -> None:
    assert terminal.refuses("break", verb, "brk_nowhere").startswith("not_found: There is no such ")


def test_an_unknown_repair_is_refused_and_the_others_are_named(terminal: Terminal, runtime: Runtime) -> None:
    said = terminal.refuses("break", "resolve", handle(runtime), "--repair", "edit", *BECAUSE)
    assert "reverse_and_reenter" in said


def test_the_report_is_written_and_says_what_was_not_reconciled(
    terminal: Terminal, runtime: Runtime, tmp_path: Path
) -> None:
    page, sheet = tmp_path / "report.html", tmp_path / "report.csv"
    files = ("--html", str(page), "--csv", str(sheet))
    done = terminal.run("reconcile", "report", "--day", DAY.isoformat(), "--language", "zh", *files)
    assert done.exit_code == 1
    assert "not reconciled" in done.stderr
    assert "对账日报 2026-11-09" in page.read_text(encoding="utf-8")
    assert sheet.read_text(encoding="utf-8-sig").startswith("栏目,")
    assert "2026-01-31" in terminal.refuses("reconcile", "report", "--day", "today")


def test_the_differences_go_out_as_the_bureau_lays_out_its_statements(terminal: Terminal, runtime: Runtime) -> None:
    done = terminal.run(
        *("reconcile", "differences", "--party", PARTY, "--day", DAY.isoformat(), "--key-file", str(KEY))
    )
    assert done.exit_code == 0, done.output
    head, row, foot, signature = done.stdout_bytes.splitlines()
    assert head == b"H|1|tax-hunan|20261109|1"
    assert row.split(b"|")[2:5] == [handle(runtime).encode(), b"amount", b"accept_theirs"]
    assert foot == b"T|1|960.00|950.00"
    assert signature.startswith(b"<CA>")
    assert "STATEMENT_SECRET" in terminal.refuses(
        "reconcile", "differences", "--party", PARTY, "--day", DAY.isoformat()
    )
