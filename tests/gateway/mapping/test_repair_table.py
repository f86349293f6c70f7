"""Which repairs fit which class: complete, and read strictly."""

import shutil
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.repair_table import FILE, repair_table
from gateway.model.breaks import Repair
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import REPAIRS, RepairCode
from tests.rules.tree import ROOT

MAPPINGS = ROOT / "mappings"


def test_every_class_has_a_repair_and_every_one_may_stand_with_a_reason() -> None:
    table = repair_table(MAPPINGS)
    assert set(table.fitting) == {each.value for each in BreakClass}
    assert [kind for kind, fitting in table.fitting.items() if RepairCode.NONE not in fitting] == []


def test_every_repair_does_something_different_and_is_used() -> None:
    assert set(REPAIRS) == set(RepairCode)
    used = {code for fitting in repair_table(MAPPINGS).fitting.values() for code in fitting}
    assert used == set(RepairCode)


def test_a_proposal_becomes_a_repair_that_fits_the_class() -> None:
    table = repair_table(MAPPINGS)
    assert table.proposed("amount", Repair.BOOK_DIFFERENCE.value) is RepairCode.ACCEPT_THEIRS
    assert table.proposed("list_missing", Repair.BOOK_DIFFERENCE.value) is RepairCode.ASK_BUREAU
    for kind, fitting in table.fitting.items():
        assert {table.proposed(kind, each.value) for each in Repair} <= set(fitting)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("  list_missing: [ask_bureau, none]\n", "", "list_missing has no repair"),
        ("list_missing: [ask_bureau, none]", "list_missing: []", "list_missing has no repair"),
        ("list_missing: [ask_bureau, none]", "list_missing: [none, none]", "stands twice"),
        ("list_missing: [ask_bureau, none]", "list_missing: [edit]", "edit"),
        ("  ask_bureau: 5\n", "", "for each repair that asks somebody"),
        ("  ask_bureau: 5\n", "  ask_bureau: 0\n", "for each repair that asks somebody"),
        ("  ask_bureau: 5\n", "  ask_bureau: 5\n  refund: 5\n", "for each repair that asks somebody"),
        ("  ask_list: ask_bureau\n", "", "the proposal ask_list is not there"),
    ],
)
def test_a_table_with_a_gap_does_not_load(tmp_path: Path, before: str, after: str, reason: str) -> None:
    shutil.copytree(MAPPINGS / "reconciliation", tmp_path / "reconciliation")
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / FILE).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(GatewayError) as raised:
        repair_table(tmp_path)
    assert raised.value.kind.code == "data_invalid"
    assert reason in raised.value.params["reason"]
