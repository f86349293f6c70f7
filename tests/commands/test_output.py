import json
from typing import Any

import pytest

from commands.output import done, show, show_one

ROWS: list[dict[str, Any]] = [
    {"case": "case_1", "status": "waiting", "reason": None},
    {"case": "case_22", "status": "等待", "reason": "补正"},
]


def test_rows_are_a_table_whose_columns_begin_one_below_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["CASE", "STATUS", "REASON"],
        ["case_1", "waiting", "None"],
        ["case_22", "等待", "补正"],
    ]
    assert {line.index(word) for line, word in zip(lines, ("STATUS", "waiting", "等待"), strict=True)} == {9}


def test_a_row_stays_one_line_and_says_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"reason": "请核对\n\x1b[31m户籍\u3000地", "rule": "a"}], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("  ") == ["请核对\\n\\x1b[31m户籍\u3000地", "a"]


def test_rows_are_json_for_machines_with_nothing_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=True)
    said = capsys.readouterr().out
    assert json.loads(said) == ROWS
    assert "补正" in said


@pytest.mark.parametrize(("as_json", "said"), [(False, "no leg waits\n"), (True, "[]\n")])
def test_no_rows_are_said_to_be_none(capsys: pytest.CaptureFixture[str], as_json: bool, said: str) -> None:
    show([], as_json=as_json, empty="no leg waits")
    assert capsys.readouterr().out == said


def test_a_document_is_a_line_per_field_and_a_table_per_list(capsys: pytest.CaptureFixture[str]) -> None:
    show_one({"case": "case_1", "items": ROWS, "links": {"self": "/v1"}, "none": []}, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "case: case_1"
    assert lines[1] == "items:"
    assert lines[2].split() == ["CASE", "STATUS", "REASON"]
    assert lines[-1] == "none: []"


def test_a_document_is_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    show_one({"case": "case_1", "items": ROWS}, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"case": "case_1", "items": ROWS}


def test_rows_that_do_not_have_the_same_fields_are_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    show_one({"items": [{"a": 1, "more": []}, {"a": 2, "more": {}}]}, as_json=False)
    assert capsys.readouterr().out.split() == ["items:", "A", "1", "2"]


def test_numbers_inside_a_row_are_shown_and_long_texts_stand_behind_them(capsys: pytest.CaptureFixture[str]) -> None:
    levy = {
        "explanation": "base " * 20,
        "numbers": {"levy": "3301", "notice": None},
        "history": [{"details": {"a": {}}}],
    }
    show_one({"levies": [levy, {"explanation": "short", "paid": "960.00"}]}, as_json=False)
    head, first, second = capsys.readouterr().out.splitlines()[1:]
    assert head.split() == ["NUMBERS", "PAID", "EXPLANATION"]
    assert first.split()[:2] == ["levy=3301", "base"]
    assert second.split() == ["960.00", "short"]


def test_short_lists_and_records_are_no_code(capsys: pytest.CaptureFixture[str]) -> None:
    show_one({"allowed_actions": ["end", "withdraw"], "links": {"self": "/v1/cases/1"}}, as_json=False)
    assert capsys.readouterr().out == "allowed_actions: end; withdraw\nlinks: self=/v1/cases/1\n"


@pytest.mark.parametrize(("as_json", "said"), [(False, "leg_1 is due now\n"), (True, '{"leg": "leg_1"}\n')])
def test_an_act_is_a_sentence_or_what_it_left_behind(
    capsys: pytest.CaptureFixture[str], as_json: bool, said: str
) -> None:
    done("leg_1 is due now", as_json=as_json, leg="leg_1")
    assert capsys.readouterr().out == said
