"""Whatever the plain reader takes is valid by the schema and reads as the ordinary reader reads it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.mapping import contract, typed_xml
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.typed_xml import qname
from gateway.mapping.typed_xml_plain import PlainReader, plain_reader
from gateway.mapping.typed_xml_writer import writer
from gateway.security.xml import parse_text, schema, validate
from tests.strategies.records import records

SCHEMA = schema(contract.xsd(NEWEST))
ELEMENTS = contract.elements(NEWEST)
NAMESPACE = NEWEST.namespace
every_element = pytest.mark.parametrize("name", sorted(ELEMENTS))
# What stands in a text, or around it, that the schema or XML itself treats in a way of its own.
PIECES = st.one_of(
    st.sampled_from(("", " ", "\n", "\t", "&amp;", "&#13;", "&lt;", "<!-- -->", "<![CDATA[1]]>", "]]&gt;")),
    st.sampled_from(("<a/>", ' a="1"', ' xmlns="u"', "0", "-", "+", ".", "1", "a", "X", "中", "·", "é", "２")),
    st.sampled_from(("T", "24:00:00", "02-30", "paid", "true", "e1")),
)


def written(name: str, message: Any, prefix: str = "") -> str:
    content = writer(ELEMENTS[name])(message)
    if not prefix:
        return f'<{name} xmlns="{NAMESPACE}">{content}</{name}>'
    root = etree.fromstring(written(name, message))
    other = etree.Element(root.tag, nsmap={prefix: NAMESPACE})
    other.extend(list(root))
    etree.cleanup_namespaces(other)
    return etree.tostring(other, encoding="unicode")


@every_element
def test_what_the_engine_writes_is_read_at_once_unless_it_is_empty_or_a_text_holds_references(name: str) -> None:
    @settings(max_examples=40)  # of each of some thirty elements
    @given(records(ELEMENTS[name]), st.sampled_from(["", "ns0", "甲"]))
    def law(message: Any, prefix: str) -> None:
        text = written(name, message, prefix)
        element = parse_text(text)
        read = plain_reader(ELEMENTS[name]).of_element(element)
        assert read == (None if "&" in text or not len(element) else message)
        assert read is None or type(read) is ELEMENTS[name]

    law()


@every_element
def test_whatever_is_read_at_once_is_valid_by_the_schema_and_reads_the_same_in_the_ordinary_way(name: str) -> None:
    @settings(max_examples=40)  # of each of some thirty elements
    @given(records(ELEMENTS[name]), st.sampled_from(["", "ns0"]), st.data())
    def law(message: Any, prefix: str, data: st.DataObject) -> None:
        text = written(name, message, prefix)
        for _ in range(data.draw(st.integers(1, 3))):
            at, end = (data.draw(st.integers(0, len(text))) for _ in range(2))
            text = text[:at] + data.draw(PIECES) + text[max(at, min(end, at + 3)) :]
        try:
            element = etree.fromstring(text, etree.XMLParser(remove_comments=True, resolve_entities=False))
        except etree.XMLSyntaxError:
            return
        if element.tag != qname(name, NAMESPACE):
            return
        read = plain_reader(ELEMENTS[name]).of_element(element)
        if read is not None:
            assert validate(SCHEMA, element) == []
            assert read == typed_xml.reader(ELEMENTS[name], NAMESPACE)(element)

    law()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-02-28", "2026-02-30"),
        ("4812.00", "4812.0"),
        ("4812.00", "-0.0"),
        ("<state>paid</state>", "<state>Paid</state>"),
        ("330106", "030106"),
        ("2026-01", "2026-13"),
        ("<scheme>", "<scheme a='1'>"),
        ("<scheme>employee_pension</scheme>", ""),
        ("<region>330106</region>", "<region>330106</region><region>330106</region>"),
        (
            "<scheme>employee_pension</scheme><region>330106</region>",
            "<region>330106</region><scheme>employee_pension</scheme>",
        ),
        ("</lines>", "</lines>text"),
        ("<known>true</known>", "<known>1</known>"),
    ],
)
def test_a_row_against_the_schema_is_left_to_the_schema(old: str, new: str) -> None:
    text = (
        f'<GetContributionsAnswer xmlns="{NAMESPACE}"><known>true</known>'
        + "<lines><scheme>employee_pension</scheme><region>330106</region><first>2026-01</first><state>paid</state>"
        "<base>4812.00</base><paid_on>2026-02-28</paid_on></lines>" * 2 + "</GetContributionsAnswer>"
    )
    read = plain_reader(ELEMENTS["GetContributionsAnswer"]).of_element
    assert len(read(parse_text(text)).lines) == 2
    assert old in text
    element = parse_text(text.replace(old, new, 1))
    assert read(element) is None
    assert validate(SCHEMA, element)


def test_a_ninth_prefix_is_read_in_the_ordinary_way() -> None:
    read = PlainReader(ELEMENTS["Problem"]).of_element  # not the one of the whole process, which would be full then
    told = "".join(
        f"<{{0}}{name}>{text}</{{0}}{name}>"
        for name, text in (("code", "a"), ("text", "b"), ("side", "law"), ("retry_safe", "true"))
    )
    found = []
    for number in range(12):
        text = f'<p{number}:Problem xmlns:p{number}="{NAMESPACE}">{told.format(f"p{number}:")}</p{number}:Problem>'
        found.append(read(parse_text(text)) is not None)
    assert found == [True] * 8 + [False] * 4
