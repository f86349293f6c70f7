"""The decision table as data: read strictly, complete, and published as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.break_table import FILE, break_table
from gateway.model.reconciliation import BreakClass, Finding
from tests.gateway.batch.breaks_page import PAGE, page
from tests.rules.tree import ROOT

MAPPINGS = ROOT / "mappings"


def test_the_published_page_is_the_table_that_is_executed() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.gateway.batch.breaks_page"


def test_every_class_stands_in_the_table_in_its_order() -> None:
    assert [rule.break_class for rule in break_table(MAPPINGS).rules] == list(BreakClass)
    assert {rule.finding for rule in break_table(MAPPINGS).rules} == set(Finding)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("class: date", "class: amount"), "every class"),
        (lambda text: text.replace("columns: [state]", "columns: [stat]"), "no column stat"),
        (lambda text: text.replace("columns: [region]", "columns: [person]"), "stands twice"),
        (lambda text: text.replace("  columns: [state]\n", ""), "columns belong"),
        (lambda text: text.replace("finding: absent_here", "finding: absent_there"), "every finding"),
        (lambda text: text.replace("finding: list_absent", "finding: odd"), "odd"),
    ],
)
def test_a_table_that_would_leave_something_out_is_refused(
    tmp_path: Path, change: Callable[[str], str], reason: str
) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(change((MAPPINGS / FILE).read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(GatewayError, match=reason):
        break_table(tmp_path)
