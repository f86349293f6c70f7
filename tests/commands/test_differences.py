"""`reconcile tell|told|answer`, as an accountant without a browser uses them."""

from pathlib import Path

import pytest

from gateway.mapping.difference_writer import difference_layouts
from gateway.mapping.statement_layout import layouts
from gateway.model.difference import AnswerRow, Verdict
from gateway.services.runtime import Runtime
from tests.commands.conftest import Terminal
from tests.gateway.mapping.answering import answer
from tests.gateway.services.broken import DAY, MAPPINGS, PARTY, amount_break, one_of, run_of

KEY = b"statement-key"
ASKED = ("--party", PARTY, "--day", DAY.isoformat())


@pytest.fixture
def runtime(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setenv("PARTY_TAX_HUNAN_STATEMENT_SECRET", KEY.decode())
    made = terminal.runtime()
    run_of(made, amount_break())
    return made


def test_a_day_is_told_once_shown_and_answered(terminal: Terminal, runtime: Runtime, tmp_path: Path) -> None:
    told = terminal.json("reconcile", "tell", *ASKED)
    assert (told["state"], told["way"], told["rows"], told["attempts"]) == ("sent", "folder", 1, 1)
    assert terminal.json("reconcile", "tell", *ASKED) == told
    (file,) = (terminal.var / "differences" / PARTY / "out").iterdir()
    assert file.name == told["name"]
    assert told["acknowledgement"] == f"{file.name}: {file.stat().st_size} bytes"
    said = AnswerRow(1, one_of(runtime).id, Verdict.NOT_AGREED, "税票已作废")
    layout = difference_layouts(MAPPINGS, layouts(MAPPINGS))[PARTY]
    (tmp_path / "answer.txt").write_bytes(answer(layout, DAY, [said], KEY))
    taken = terminal.json("reconcile", "answer", str(tmp_path / "answer.txt"), "--party", PARTY)
    assert (taken["file"], taken["rows"], taken["agreed"]) == (told["differences"], 1, 0)
    assert "not agreed: 税票已作废" in terminal.says("break", "show", one_of(runtime).id, "--json")
    head, line = terminal.says("reconcile", "told", "--day", DAY.isoformat()).splitlines()
    assert head.split()[:3] == ["DIFFERENCES", "PARTY", "PAIRING"]
    assert "answered" in line


def test_what_cannot_be_told_or_read_is_said(terminal: Terminal, runtime: Runtime, tmp_path: Path) -> None:
    assert "not_found" in terminal.refuses("reconcile", "tell", "--party", PARTY, "--day", "2026-11-08")
    assert "--day" in terminal.refuses("reconcile", "tell", "--party", PARTY, "--day", "yesterday")
    assert terminal.says("reconcile", "told") == "nobody was told of differences\n"
    (tmp_path / "answer.txt").write_bytes(b"H|1\n")
    said = terminal.refuses("reconcile", "answer", str(tmp_path / "answer.txt"), "--party", PARTY)
    assert said.startswith("difference_answer_refused: Line 1")


def test_a_bureau_that_is_not_reached_is_tried_again_by_the_worker(
    terminal: Terminal, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTY_TAX_HUNAN_DIFFERENCES_URL", "http://127.0.0.1:9/tax/hunan")
    said = terminal.refuses("reconcile", "tell", *ASKED, code=1)
    assert "state: waiting" in said
    assert "error: unavailable" in said
