"""`reconcile run|show|sheet`, as an operator uses them."""

import csv
import io
from datetime import UTC, datetime

import pytest

from gateway.services.runtime import Runtime
from gateway.services.statements import take_in
from tests.commands.conftest import Terminal
from tests.gateway.mapping.statements import DAY, KEY, layout, row, written

PARTY = "tax-zhejiang"
ASKED = ("--day", DAY.isoformat(), "--party", PARTY)


@pytest.fixture
def runtime(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The morning after a day on which the bureau collected three payments that nobody told us of."""
    monkeypatch.setenv("PARTY_TAX_ZHEJIANG_STATEMENT_SECRET", KEY.decode())
    clock = datetime(2026, 11, 21, 1, tzinfo=UTC)
    (terminal.var.parent / "clock").write_text(clock.isoformat(), encoding="ascii")
    return terminal.runtime()


@pytest.fixture
def stated(runtime: Runtime) -> Runtime:
    body = written([row(1), row(2), row(3)], layout(PARTY))
    take_in(runtime, PARTY, [body], "upload")
    return runtime


def test_what_was_compared_is_shown_run_by_run_and_line_by_line(terminal: Terminal, stated: Runtime) -> None:
    collected, posted = terminal.json("reconcile", "run", *ASKED)
    assert (collected["pairing"], collected["state"], collected["explained"]) == ("collected", "done", True)
    assert (collected["here"], collected["there"]) == ("0: 0.00", "3: 2880.06")
    assert (collected["in_transit"], posted["matched"]) == ("0 / 3", "3 / 3")
    assert terminal.json("reconcile", "run", *ASKED) == [collected, posted]
    shown = terminal.json("reconcile", "show", collected["run"])
    assert shown["totals"]["there"]["transit"] == {"count": 3, "amount": "2880.06"}
    assert [each["expected_on"] for each in shown["in_transit"]] == ["2026-11-21"]
    assert {each["reconciliation"] for each in terminal.json("reconcile", "show", *ASKED)} == {
        collected["run"],
        posted["run"],
    }
    head, *lines = terminal.says("reconcile", "show", *ASKED).splitlines()
    assert head.split()[:4] == ["PARTY", "PAIRING", "STATE", "RUN"]
    assert len(lines) == 2


def test_the_sheet_ties_out_for_people_for_machines_and_as_csv(terminal: Terminal, stated: Runtime) -> None:
    assert terminal.says("reconcile", "sheet", *ASKED) == "nothing was reconciled\n"
    terminal.says("reconcile", "run", *ASKED)
    sheets = terminal.json("reconcile", "sheet", *ASKED)
    assert [(each["pairing"], each["fund"], each["ties_out"]) for each in sheets] == [
        ("collected", "pension", True),
        ("posted", "pension", True),
    ]
    assert (sheets[0]["their_balance"], sheets[0]["their_transit"]) == ("2880.06", "2880.06")
    read = list(csv.DictReader(io.StringIO(terminal.says("reconcile", "sheet", *ASKED, "--csv"))))
    assert [each["our_balance"] for each in read] == ["0.00", "2880.06"]


def test_what_waits_for_a_statement_is_named_and_the_exit_code_says_so(terminal: Terminal, runtime: Runtime) -> None:
    said = terminal.refuses("reconcile", "run", *ASKED, "--pairing", "collected", code=1)
    assert "reconciliation_waits" in said
    assert f"{PARTY} 2026-11-20 (absent)" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--party", "tax-nowhere"), "not_found"),
        (("run", "--pairing", "nothing"), "pairing nothing"),
        (("run", "--day", "yesterday"), "--day"),
        (("show", "rec_nothing"), "not_found"),
    ],
)
def test_what_there_is_not_is_said(terminal: Terminal, runtime: Runtime, arguments: tuple[str, ...], said: str) -> None:
    assert said in terminal.refuses("reconcile", *arguments)
