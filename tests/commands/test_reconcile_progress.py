"""How far a reconciliation is: a bar on a terminal, a line a step in a log."""

import io
import sys

import pytest

from commands.reconcile_progress import progress_shown
from gateway.model.run_progress import Progress, RunStep

AT = [
    Progress("tax-hunan", "collected", "2026-11-20", "rec_1", RunStep.SOURCES, 500, 1000, 0.1),
    Progress("tax-hunan", "collected", "2026-11-20", "rec_1", RunStep.SOURCES, 1000, 1000, 0.2),
    Progress("tax-hunan", "collected", "2026-11-20", "rec_1", RunStep.CLOSED, 0, 0, 1.0),
]


class Terminal(io.StringIO):
    """Standard error that people look at."""

    def isatty(self) -> bool:
        return True


def shown(error: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", error)
    with progress_shown(as_json=False) as tell:
        for each in AT:
            tell(each)
    return error.getvalue()


def test_on_a_terminal_it_is_one_line_that_grows_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(Terminal(), monkeypatch)
    drawn = said.split("\r\x1b[K")
    assert "\n" not in said
    assert drawn[0] == drawn[-1] == ""
    assert drawn[1].startswith(
        f"[{'#' * 3}{'-' * 27}] tax-hunan collected 2026-11-20: step 1 of 5 (sources), 500 of 1000"
    )
    assert drawn[3].startswith(f"[{'#' * 30}]")


def test_elsewhere_each_step_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(io.StringIO(), monkeypatch).splitlines() == [
        "tax-hunan collected 2026-11-20: step 1 of 5 (sources), 500 of 1000 rows, 10%",
        "tax-hunan collected 2026-11-20: step 5 of 5 (closed), 100%",
    ]
