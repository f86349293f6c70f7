"""Long lists of rows with the same fields are read column by column, and say what they say row by row."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.mapping import contract, typed_xml
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.schema import UNSAFE
from gateway.mapping.typed_xml_plain import plain_reader
from gateway.mapping.typed_xml_writer import escaped, writer
from gateway.model.province_records import ContributionLine, ContributionsFound
from gateway.model.shape import shapes
from gateway.security.xml import parse_text, schema, validate
from tests.strategies.records import records

SCHEMA = schema(contract.xsd(NEWEST))
NAME = "GetContributionsAnswer"
OPTIONAL = [item.name for item in shapes(ContributionLine) if not item.required]
NEVER_SPECIAL = "".join(character for character in map(chr, range(0x110000)) if character.isalnum())
PIECES = st.sampled_from(
    ("", " ", "0", "-", "<", "</", "<a/>", "<lines>", "</lines>", "</region>", "<state>", "中", "x" * 101, "2026-01")
)


def document(message: ContributionsFound, prefix: str) -> str:
    content = writer(ContributionsFound)(message)
    if prefix:
        content = content.replace("</", f"</{prefix}:").replace("<", f"<{prefix}:").replace(f"<{prefix}:/", "</")
    start = f"{prefix}:{NAME}" if prefix else NAME
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    return f'<{start} {declared}="{NEWEST.namespace}">{content}</{start}>'


@st.composite
def runs(draw: st.DrawFn) -> ContributionsFound:
    """Answers of 6 to 40 rows, each with the same fields but those of a row here and there."""
    absent: dict[str, Any] = dict.fromkeys(draw(st.sets(st.sampled_from(OPTIONAL))))
    pool = [replace(row, **absent) for row in draw(st.lists(records(ContributionLine), min_size=1, max_size=3))]
    rows = draw(st.lists(st.sampled_from(pool), min_size=6, max_size=40))
    return ContributionsFound(known=True, person_number="1", lines=tuple(rows))


@settings(max_examples=200)
@given(runs(), st.sampled_from(["", "ns0"]))
def test_a_run_of_rows_comes_back_as_it_was_written(message: ContributionsFound, prefix: str) -> None:
    text = document(message, prefix)
    read = plain_reader(ContributionsFound).of_bytes(text.encode(), f"{prefix}:" if prefix else "")
    assert read == (None if "&" in text else message)
    if read is not None:
        assert {type(row) for row in read.lines} == {ContributionLine}
        assert all(getattr(row, field.name) is None or row != "" for row in read.lines for field in fields(row))


@settings(max_examples=400)
@given(runs(), st.data())
def test_whatever_is_changed_in_a_run_it_is_read_only_if_it_is_valid(message: ContributionsFound, data: Any) -> None:
    text = document(message, "")
    for _ in range(data.draw(st.integers(1, 3))):
        at, end = (data.draw(st.integers(0, len(text))) for _ in range(2))
        text = text[:at] + data.draw(PIECES) + text[max(at, min(end, at + 9)) :]
    try:
        element = parse_text(text)
    except Exception:  # noqa: BLE001 - whatever the parser says, there is no element to compare with
        return
    if element.tag != typed_xml.qname(NAME, NEWEST.namespace):
        return
    read = plain_reader(ContributionsFound).of_element(element)
    if read is not None:
        assert validate(SCHEMA, element) == []
        assert read == typed_xml.reader(ContributionsFound, NEWEST.namespace)(element)


ROW = (
    "<lines><scheme>employee_pension</scheme><region>330106</region><first>2026-01</first><state>paid</state>"
    "<base>4812.00</base><unit_name>杭州示例</unit_name></lines>"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-01", "2026-13"),
        ("4812.00", "4812.0"),
        ("<state>paid</state>", "<state>Paid</state>"),
        ("<base>4812.00</base>", "<base>4812.00</base ><base>4812.00</base>"),
        ("杭州示例", ""),
        ("杭州示例", "x" * 101),
        ("杭州示例", "杭州<b/>示例"),
        ("</lines>", "</lines>text"),
        ("<lines>", "text<lines>"),
    ],
)
@pytest.mark.parametrize("at", [0, 5, 9])
def test_one_wrong_row_among_ten_is_left_to_the_schema(old: str, new: str, at: int) -> None:
    rows = [ROW] * 10
    rows[at] = ROW.replace(old, new, 1)
    text = f'<{NAME} xmlns="{NEWEST.namespace}"><known>true</known>{"".join(rows)}</{NAME}>'
    element = parse_text(text)
    assert plain_reader(ContributionsFound).of_element(element) is None
    assert validate(SCHEMA, element)


@pytest.mark.parametrize(
    "text", ["a&amp;b", "a\tb", "a\nb", "a&#13;b", "a·b", "é", "a>b", "a]]&gt;b", "a&#0;b", "&#x85;"]
)
@pytest.mark.parametrize("at", [0, 5, 9])
def test_a_text_with_anything_special_among_ten_rows_is_what_the_schema_and_the_parser_say(text: str, at: int) -> None:
    rows = [ROW] * 10
    rows[at] = ROW.replace("杭州示例", text, 1)
    written = f'<{NAME} xmlns="{NEWEST.namespace}"><known>true</known>{"".join(rows)}</{NAME}>'.encode()
    read = plain_reader(ContributionsFound).of_bytes(written, "")
    if read is None:
        assert "&" in text
    else:
        assert read == typed_xml.reader(ContributionsFound, NEWEST.namespace)(parse_text(written.decode()))


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("<known>true</known>", "", 1),
        lambda text: text.replace("<known>", "<lines/><known>", 1),
        lambda text: text.replace(ROW, f"<other>{ROW}", 1).replace(f"</{NAME}>", f"</other></{NAME}>"),
        lambda text: text.replace(ROW, f"<!-- {ROW}", 1).replace(f"</{NAME}>", f" --></{NAME}>"),
        lambda text: text.replace(f"</{NAME}>", f"<known>true</known></{NAME}>"),
        lambda text: text.replace("<known>true</known>", "").replace(f"</{NAME}>", f"<known>true</known></{NAME}>"),
    ],
)
def test_a_list_that_stands_elsewhere_is_left_to_the_schema(changed: Callable[[str], str]) -> None:
    text = f'<{NAME} xmlns="{NEWEST.namespace}"><known>true</known>{ROW * 10}</{NAME}>'
    assert plain_reader(ContributionsFound).of_bytes(text.encode(), "") is not None
    assert changed(text) != text
    assert plain_reader(ContributionsFound).of_bytes(changed(text).encode(), "") is None


def test_rows_with_different_fields_are_read_all_the_same() -> None:
    rows = [ROW, ROW.replace("<base>4812.00</base>", "")] * 8
    text = f'<{NAME} xmlns="{NEWEST.namespace}"><known>true</known>{"".join(rows)}</{NAME}>'
    read = plain_reader(ContributionsFound).of_element(etree.fromstring(text))
    assert [line.base is None for line in read.lines] == [False, True] * 8


def test_letters_and_digits_of_every_script_are_written_as_they_stand() -> None:
    assert UNSAFE(NEVER_SPECIAL) is None
    assert escaped(NEVER_SPECIAL) == NEVER_SPECIAL
