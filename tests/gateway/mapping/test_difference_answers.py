"""What bureaus answer is read in every layout, whole, or refused with the line that is wrong."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.mapping.difference_answers import read_answers
from gateway.mapping.difference_writer import difference_layout, difference_layouts
from gateway.mapping.statement_layout import layouts
from gateway.model.difference import AnswerRow, Verdict
from tests.gateway.mapping.answering import answer
from tests.rules.tree import ROOT

DAY = date(2026, 11, 20)
KEY = b"example-statement-key"
LAYOUTS = difference_layouts(ROOT / "mappings", layouts(ROOT / "mappings"))
ROWS = [
    AnswerRow(1, "brk_1m80k9v6ewbg4yewewj3b33md", Verdict.AGREED),
    AnswerRow(2, "brk_1m80k9vcs64fhcqmj2cpgbv8y", Verdict.NOT_AGREED, "我方已于当日退回"),
]
PLAIN = difference_layout(ROOT / "mappings", replace(layouts(ROOT / "mappings")["tax-tianjin"], sign="none"))


@pytest.mark.parametrize("party", LAYOUTS)
def test_an_answer_is_read_in_the_form_of_every_bureau(party: str) -> None:
    layout = LAYOUTS[party]
    head, rows = read_answers(answer(layout, DAY, ROWS, KEY), layout, KEY)
    assert (head.party, head.day, head.sequence, rows) == (party, DAY, 1, ROWS)
    assert read_answers(answer(layout, DAY, [], KEY), layout, KEY)[1] == []


@pytest.mark.parametrize("party", [party for party, layout in LAYOUTS.items() if layout.statement.sign != "none"])
def test_an_answer_that_was_changed_or_signed_with_another_key_is_refused(party: str) -> None:
    layout = LAYOUTS[party]
    whole = answer(layout, DAY, ROWS, KEY)
    for body, key in ((whole, b"another"), (whole.replace(b"not_agreed", b"agreed"), KEY)):
        with pytest.raises(GatewayError) as raised:
            read_answers(body, layout, key)
        assert raised.value.kind.code == "difference_answer_refused"
        assert "signature" in raised.value.params["expected"]


@pytest.mark.parametrize(
    ("before", "after", "line", "expected"),
    [
        ("|agreed|", "|yes|", "2", "verdict"),
        ("D|1|", "D|0|", "2", "number"),
        ("D|1|", "D|2|", "3", "each row answered once"),
        ("|我方已于当日退回", "|", "3", "a reason"),
        ("T|2|1", "T|2|2", "4", "2 rows, 1 agreed"),
        ("T|2|1", "T|3|1", "4", "2 rows, 1 agreed"),
        ("T|2|1\n", "", "3", "one head, rows, one foot"),
        ("|tax-tianjin|", "|tax-hunan|", "1", "party tax-tianjin"),
        ("D|1|", "X|1|", "2", "a record H, D or T"),
        ("D|1|", "D|1|1|", "2", "columns"),
        ("20261120", "20261320", "1", "day"),
        ("T|2|1\n", "T|2|1", "4", "an end of line"),
    ],
)
def test_the_first_wrong_line_is_named_and_nothing_is_read(before: str, after: str, line: str, expected: str) -> None:
    text = answer(PLAIN, DAY, ROWS, b"").decode(PLAIN.statement.encoding)
    assert before in text
    with pytest.raises(GatewayError) as raised:
        read_answers(text.replace(before, after).encode(PLAIN.statement.encoding), PLAIN)
    assert raised.value.params["line"] == line
    assert expected in raised.value.params["expected"]


def test_bytes_that_are_no_text_of_the_bureau_are_refused() -> None:
    body = answer(PLAIN, DAY, ROWS, b"").replace("我方".encode(PLAIN.statement.encoding), b"\xff\xff")
    with pytest.raises(GatewayError) as raised:
        read_answers(body, PLAIN)
    assert raised.value.params["line"] == "3"
