"""`reconcile run|show|sheet`, as an operator uses them."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from gateway.model.values import Region
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


def test_totals_stand_first_by_day_agency_fund_and_adjustment(terminal: Terminal, runtime: Runtime) -> None:
    elsewhere, adjusted = row(2, agency=Region("430200")), row(3, adjustment=True)
    take_in(runtime, PARTY, [written([row(1), elsewhere, adjusted], layout(PARTY))], "upload")
    terminal.says("reconcile", "run", *ASKED)
    totals = terminal.json("reconcile", "totals", *ASKED, "--pairing", "posted")
    assert [(each["booked_on"], each["agency"], each["fund"], each["adjustment"]) for each in totals] == [
        ("2026-11-20", "430100", "pension", False),
        ("2026-11-20", "430100", "pension", True),
        ("2026-11-20", "430200", "pension", False),
    ]
    assert {(each["our_count"], each["their_count"], each["difference"], each["agrees"]) for each in totals} == {
        (1, 1, "0.00", True)
    }
    assert [each["our_amount"] for each in totals] == ["960.01", "960.03", "960.02"]
    lonely = terminal.json("reconcile", "totals", *ASKED, "--pairing", "collected")
    assert {(each["our_count"], each["agrees"], each["in_transit"]) for each in lonely} == {(0, False, 1)}
    read = list(csv.DictReader(io.StringIO(terminal.says("reconcile", "totals", *ASKED, "--csv"))))
    assert [each["pairing"] for each in read] == ["collected"] * 3 + ["posted"] * 3
    shown = terminal.json("reconcile", "show", terminal.json("reconcile", "show", *ASKED)[0]["reconciliation"])
    assert list(shown).index("compared") < list(shown).index("lines")
    assert (len(shown["compared"]), [each["fund"] for each in shown["sheets"]]) == (3, ["pension"])
    assert shown["progress"]["share"] == 1.0


def test_progress_goes_to_standard_error_a_line_a_step_or_json(terminal: Terminal, stated: Runtime) -> None:
    asked = ("reconcile", "run", *ASKED, "--pairing", "posted")
    said = terminal.run(*asked).stderr.splitlines()
    begun = f"{PARTY} posted 2026-11-20: step "
    assert [line.removeprefix(begun).partition(",")[0] for line in said] == [
        *("1 of 5 (sources)", "2 of 5 (sides)", "3 of 5 (matched)", "4 of 5 (breaks)", "5 of 5 (closed)"),
    ]
    assert said[0].endswith("rows, 20%") or "of 6 rows" in said[0]
    assert said[-1].endswith("100%")
    again = terminal.run("reconcile", "run", *ASKED, "--pairing", "collected", "--json")
    told = [json.loads(line)["progress"] for line in again.stderr.splitlines()]
    assert {each["pairing"] for each in told} == {"collected"}
    assert (told[-1]["step"], told[-1]["share"]) == ("closed", 1.0)
    assert [each["share"] for each in told] == sorted(each["share"] for each in told)


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
