import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.syntax_rows import layout, lines_of

COLUMNS = ["aac001", "aac003", "aae180"]
TABS = layout({"columns": COLUMNS})
WIDTHS = layout({"widths": {"aac001": 6, "aac003": 12, "aae180": 8}})
PLAIN = st.text(st.characters(codec="gb18030", exclude_characters="\t\r\n"), max_size=20)
NARROW = st.text("ab 周远航䶮·9", max_size=3).map(str.strip)


def refused(call: object) -> str:
    with pytest.raises(GatewayError) as raised:
        call()  # type: ignore[operator]  # a lambda of the test's own
    return raised.value.kind.code


@given(st.lists(st.lists(PLAIN, min_size=3, max_size=3), max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_rows_come_back_as_they_were_whatever_ends_a_line(rows: list[list[str]], end: str) -> None:
    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    text = "".join(TABS.line(row) + end for row in named)
    assert [TABS.row(line) for line in lines_of(text)] == named


@given(st.lists(NARROW, min_size=3, max_size=3))
def test_columns_of_a_fixed_width_count_bytes_of_the_party_and_not_characters(values: list[str]) -> None:
    row = dict(zip(COLUMNS, values, strict=True))
    line = WIDTHS.line(row)
    assert len(line.encode("gb18030")) == 26
    assert WIDTHS.row(line) == row


@pytest.mark.parametrize("odd", ["\t", "\r", "\n"])
def test_a_value_that_would_be_two_columns_or_two_rows_is_refused_naming_the_character(odd: str) -> None:
    with pytest.raises(GatewayError) as raised:
        TABS.line({"aac003": f"a{odd}b"})
    assert raised.value.params["character"] == f"U+{ord(odd):04X}"


def test_a_value_wider_than_its_column_is_refused_and_so_is_filling_that_would_be_lost() -> None:
    assert refused(lambda: WIDTHS.line({"aac003": "欧阳周远航甲乙"})) == "too_long_for_party"
    assert refused(lambda: WIDTHS.line({"aac003": "周 "})) == "bad_character"


@pytest.mark.parametrize("line", ["a\tb", "a\tb\tc\td", ""])
def test_a_row_with_another_number_of_columns_is_refused(line: str) -> None:
    assert refused(lambda: TABS.row(line)) == "xml_refused"


@pytest.mark.parametrize("line", ["1" * 25, "1" * 5 + "周" * 10 + "1"])
def test_a_row_that_is_too_short_or_cuts_a_character_in_two_is_refused(line: str) -> None:
    assert refused(lambda: WIDTHS.row(line)) == "xml_refused"


def test_the_end_of_the_last_line_may_be_missing_and_an_empty_text_has_no_line() -> None:
    assert lines_of("a\r\nb") == ["a", "b"]
    assert lines_of("") == []
    assert lines_of("a\u2028b\x0bc\n") == ["a\u2028b\x0bc"]
