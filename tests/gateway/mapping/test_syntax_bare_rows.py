"""Documents that are rows and nothing else: what they are is told by the shape of their lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.syntax_bare_rows import BareRows
from gateway.ports import Document

ASKED = {"columns": ["aac058", "aac002", "aac003"], "separator": ","}
SAID = {"widths": {"aac001": 6, "aac003": 12, "aac301": 6}}
OPTIONS = {"requests": {"find": ASKED}, "replies": {"find": SAID}}
ROWS = BareRows(OPTIONS)
CELL = st.text("ab周远航䶮·9", max_size=3)


def document(text: str) -> Document:
    return Document(text.encode("gb18030"), "text/plain")


@given(st.fixed_dictionaries({"aac058": CELL, "aac002": CELL, "aac003": CELL}))
def test_a_request_comes_back_with_the_name_of_its_layout(row: dict[str, str]) -> None:
    form = {"call": {"rows": "find"}, "asked": row}
    assert ROWS.parse(document(ROWS.text(form, reply=False))) == form


@given(st.lists(st.fixed_dictionaries({"aac001": CELL.filter(str.isascii), "aac003": CELL, "aac301": st.just("63")})))
def test_an_answer_comes_back_with_its_rows_whatever_bytes_their_characters_take(rows: list[dict[str, str]]) -> None:
    form = {"row": rows}
    assert ROWS.parse(document(ROWS.text(form, reply=True))) == form


def test_the_bytes_that_are_written_are_gbk_and_lines_end_as_agreed() -> None:
    row = {"aac001": "42", "aac003": "周远航", "aac301": "630102"}
    assert ROWS.text({"row": [row]}, reply=True).encode("gb18030") == "42    周远航      630102\r\n".encode("gb18030")
    assert ROWS.document(b"", {}, reply=True).media_type == "text/plain;charset=GBK"
    other = BareRows({**OPTIONS, "encoding": "utf-8", "ends": "lf"})
    assert other.text({"row": [row]}, reply=True) == "42    周远航   630102\n"


@pytest.mark.parametrize("text", ["a,b", "a,b,c,d", "42    630102", "x" * 25, "a,b,c\r\nd,e,f\r\n"])
def test_lines_of_no_layout_are_refused(text: str) -> None:
    with pytest.raises(GatewayError) as raised:
        ROWS.parse(document(text))
    assert raised.value.kind.code == "xml_refused"


@pytest.mark.parametrize("body", [b"\x81", b"\xff,\xff,\xff", b"a,b,\x81\r\n"])
def test_bytes_that_are_no_text_are_refused_by_name(body: bytes) -> None:
    with pytest.raises(GatewayError):
        ROWS.parse(Document(body, "text/plain"))


def test_an_answer_without_a_line_is_one_without_a_row() -> None:
    assert ROWS.parse(document("")) == {"row": []}
    assert ROWS.text({"row": []}, reply=True) == ""


@pytest.mark.parametrize("replies", [{"find": ASKED}, {"find": SAID, "cover": {"widths": {"x": 24}}}])
def test_layouts_that_cannot_be_told_apart_are_no_dialect(replies: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="cannot be told apart"):
        BareRows({"requests": {"find": ASKED}, "replies": replies})
