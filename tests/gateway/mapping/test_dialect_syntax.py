import base64
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.syntax import escaped
from gateway.mapping.syntax_attribute_soap import AttributeSoap
from gateway.mapping.syntax_json import JsonEnvelope
from gateway.mapping.syntax_rpc_soap import RpcSoap
from gateway.ports import Document

GBK = "text/html;charset=GBK"
MOLSS = 'xmlns:x="http://www.molss.gov.cn/"'
ATTRIBUTES = AttributeSoap({})
RPC = RpcSoap(
    {
        "namespace": "http://ws.apache.org/axis2",
        "status": "ERR",
        "credentials": ["pass"],
        "operations": {"getCard": ["user", "pass"]},
    }
)
JSON = JsonEnvelope({"api": "head.api"})
TEXTS = st.text(
    st.characters(codec="gbk", exclude_categories=("Cc", "Cs")) | st.sampled_from("<>&\"' \n\t"), max_size=20
)
NAMES = st.from_regex("[a-z]{3}[0-9]{3}", fullmatch=True)


def envelope(content: str) -> Document:
    start = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    return Document(f"{start}<soap:Body>{content}</soap:Body></soap:Envelope>".encode("gb18030"), GBK)


def called(answer: str) -> Document:
    return envelope(
        f'<n:getCardResponse xmlns:n="http://ws.apache.org/axis2"><n:return>{escaped(answer)}</n:return></n:getCardResponse>'
    )


@given(st.dictionaries(NAMES, TEXTS | st.lists(TEXTS, min_size=2, max_size=3), min_size=1, max_size=5))
def test_parameters_come_back_as_they_were_with_white_space_and_markup(business: dict[str, Any]) -> None:
    form = {"system": {"usr": "gateway"}, "business": business}
    body = ATTRIBUTES.text(form, reply=False).encode("gb18030")
    assert ATTRIBUTES.parse(Document(body, GBK)) == form


@given(st.lists(st.dictionaries(NAMES, TEXTS, max_size=4), max_size=4))
def test_no_row_one_row_and_many_rows_have_one_shape(rows: list[dict[str, str]]) -> None:
    form = {"system": {"message": ""}, "result": {"result": "", "row_count": "9"}, "querylist": {"row": rows}}
    body = ATTRIBUTES.text(form, reply=True).encode("gb18030")
    assert ATTRIBUTES.parse(Document(body, GBK)) == form


def test_names_are_read_without_regard_to_case_and_two_that_differ_only_in_it_are_refused() -> None:
    row = f'<x:business {MOLSS}><resultset name="querylist"><row AAC003="a"/></resultset></x:business>'
    assert ATTRIBUTES.parse(envelope(row))["querylist"]["row"] == [{"aac003": "a"}]
    with pytest.raises(GatewayError):
        ATTRIBUTES.parse(envelope(row.replace('AAC003="a"', 'AAC003="a" aac003="b"')))


@pytest.mark.parametrize(
    "content",
    [
        f'<x:business {MOLSS}><resultset name="system"/></x:business>',
        f'<x:business {MOLSS}><resultset name="a"/><resultset name="a"/></x:business>',
        f"<x:business {MOLSS}><resultset/></x:business>",
        f'<x:business {MOLSS}><resultset name="a"><line/></resultset></x:business>',
        f'<x:business {MOLSS}><resultset name="a"><row><b/></row></resultset></x:business>',
        f"<x:business {MOLSS}><other/></x:business>",
        "<business/>",
    ],
)
def test_what_is_not_of_the_envelope_is_refused(content: str) -> None:
    with pytest.raises(GatewayError):
        ATTRIBUTES.parse(envelope(content))


def test_gbk_that_only_gb18030_has_is_read_although_gbk_is_declared() -> None:
    body = (
        b'<?xml version="1.0" encoding="GBK"?>'
        + envelope(f'<x:business {MOLSS}><para aac003="欧阳䶮𠮷"/></x:business>').body
    )
    assert ATTRIBUTES.parse(Document(body, GBK))["business"] == {"aac003": "欧阳䶮𠮷"}


def test_a_document_that_declares_gbk_and_is_utf_8_is_not_read_as_other_characters() -> None:
    text = f'<x:business {MOLSS}><para aac003="中华人民共和国"/></x:business>'
    body = envelope(text).body.decode("gb18030").encode()
    assert ATTRIBUTES.parse(Document(body, GBK))["business"]["aac003"] == "中华人民共和国"


@given(st.lists(st.dictionaries(NAMES.map(str.upper), TEXTS, min_size=1, max_size=3), max_size=3))
def test_an_answer_without_a_root_has_one_shape_for_none_one_and_many(rows: list[dict[str, str]]) -> None:
    form = {"call": {"operation": "getCard"}, "answer": {"ERR": "OK", "ROW": rows}}
    assert RPC.parse(Document(RPC.text(form, reply=True).encode(), "text/xml;charset=UTF-8")) == form


@pytest.mark.parametrize(
    "answer",
    ["<ERR>OK", "<ERR>OK</ERR>text", "<ERR>OK</ERR><ERR>NO</ERR>", "<ROW>x<A>1</A></ROW><A><B/></A>", "<?a?><ERR/>"],
)
def test_an_answer_that_is_neither_a_sentence_nor_elements_is_refused(answer: str) -> None:
    with pytest.raises(GatewayError):
        RPC.parse(called(answer))


def test_a_bare_sentence_is_told_from_an_answer() -> None:
    assert RPC.parse(called("系统异常"))["bare"] == {"text": "系统异常"}
    assert RPC.parse(called(""))["bare"] == {"text": "empty"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e99999999999999999999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[1]",
        b'{"query": {}}',
        '{"a": "好"}'.encode("gbk"),
        b"H4sIAAAA",
        base64.b64encode(gzip.compress(b" " * (5 << 20), mtime=0)),
        base64.b64encode(gzip.compress(b'{"a": 1}', mtime=0)[:-9]),
        b"",
    ],
)
def test_json_that_says_two_things_or_too_much_is_refused(body: bytes) -> None:
    with pytest.raises(GatewayError):
        JSON.parse(Document(body, "application/json"))


def test_a_mark_before_json_is_no_reason_to_refuse_it_and_a_fraction_stays_exact() -> None:
    found = JSON.parse(Document(b'\xef\xbb\xbf{"a": 0.1}', "application/json"))
    assert str(found["a"]) == "0.1"
    assert json.loads(JSON.text(found, reply=True)) == {"a": 0.1}


@pytest.mark.parametrize("text", ["a\x00", "a\x1f", "a\ud800", "a\ufffe"])
def test_a_character_that_xml_cannot_carry_is_refused_by_name(text: str) -> None:
    with pytest.raises(GatewayError) as raised:
        escaped(text)
    assert raised.value.kind.code == "bad_character"


MARKED = "<a> & \"b\" 'c'\nd"


def test_the_marks_of_one_vendor_are_read_always_and_written_where_they_are_agreed() -> None:
    form: dict[str, Any] = {"system": {}, "business": {"thyy": MARKED}}
    plain, agreed = AttributeSoap({}), AttributeSoap({"marks": True})
    text = agreed.text(form, reply=False)
    assert 'thyy="___l_t;a___g_t; ___am_p; ___quo_t;b___quo_t; ___apo_s;c___apo_s;STEAF_NEWLIN_Ed"' in text
    assert "___" not in plain.text(form, reply=False)
    for syntax in (plain, agreed):
        assert plain.parse(Document(text.encode("gb18030"), "text/html;charset=GBK"))["business"]["thyy"] == MARKED
        with pytest.raises(GatewayError, match="___am_p;"):
            syntax.text({"business": {"thyy": "___am_p;lt;"}}, reply=False)


def test_a_mark_is_unfolded_once() -> None:
    text = AttributeSoap({}).text({"business": {"thyy": "&"}}, reply=False).replace("&amp;", "___am_p;l_t;___l_t;")
    assert AttributeSoap({}).parse(Document(text.encode(), "text/html"))["business"]["thyy"] == "&l_t;<"
