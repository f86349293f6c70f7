from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.dialect_replies import Troubles
from gateway.mapping.syntax import escaped
from gateway.mapping.syntax_string_soap import StringSoap
from gateway.mapping.tables import Trouble
from gateway.ports import Document
from tests.mappings.folders import MAPPINGS
from tests.mappings.samples import made

XML = "text/xml;charset=UTF-8"
OPTIONS = {
    "namespace": "http://webservice.common.yinhai.com/",
    "header": "http://yinhai.com",
    "operations": ["callBusiness", "getJylsh"],
    "parameter": "inputxml",
    "answer": "return",
    "request": "input",
    "reply": "result",
    "status": "code",
    "rows": ["list"],
    "credentials": ["passWord"],
}
PLAIN = StringSoap(OPTIONS)
CDATA = StringSoap({**OPTIONS, "wrap": "cdata", "declares": "GBK"})
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")) | st.sampled_from("<>&\"' \n\t]"),
    max_size=20,
)
NAMES = st.from_regex("[a-z]{3}[0-9]{3}", fullmatch=True)
CALL = {"operation": "callBusiness"}


def document(text: str) -> Document:
    return Document(text.encode(), XML)


def answered(inner: str) -> Document:
    return document(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<n:callBusinessResponse xmlns:n="http://webservice.common.yinhai.com/">'
        f"<return>{inner}</return></n:callBusinessResponse></s:Body></s:Envelope>"
    )


def called(inner: str, system: str = "") -> Document:
    return document(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<s:Header><in:system xmlns:in="http://yinhai.com">{system}</in:system></s:Header><s:Body>'
        '<n:callBusiness xmlns:n="http://webservice.common.yinhai.com/">'
        f"<inputxml>{inner}</inputxml></n:callBusiness></s:Body></s:Envelope>"
    )


@pytest.mark.parametrize("syntax", [PLAIN, CDATA], ids=["escaped", "cdata"])
@given(fields=st.dictionaries(NAMES, TEXTS | st.lists(TEXTS, min_size=2, max_size=3), min_size=1, max_size=5))
def test_what_the_string_holds_comes_back_as_it_was_escaped_or_as_cdata(
    syntax: StringSoap, fields: dict[str, Any]
) -> None:
    form = {"call": CALL, "system": {"userName": "gateway", "jybh": "CX01"}, "input": fields}
    assert syntax.parse(document(syntax.text(form, reply=False))) == form


@pytest.mark.parametrize("syntax", [PLAIN, CDATA], ids=["escaped", "cdata"])
@given(rows=st.lists(st.dictionaries(NAMES, TEXTS, max_size=4), max_size=4))
def test_no_row_one_row_and_many_rows_have_one_shape(syntax: StringSoap, rows: list[dict[str, str]]) -> None:
    form = {"call": CALL, "result": {"code": "1", "list": {"row": rows}}}
    assert syntax.parse(document(syntax.text(form, reply=True))) == form


def test_the_string_is_escaped_as_the_three_code_bases_write_it() -> None:
    text = PLAIN.text({"call": CALL, "system": {"jybh": "CX01"}, "input": {"aac003": "甄&凡"}}, reply=False)
    assert "<inputxml>&lt;input&gt;&lt;aac003&gt;甄&amp;amp;凡&lt;/aac003&gt;&lt;/input&gt;</inputxml>" in text


def test_an_encoding_declared_inside_means_nothing() -> None:
    inner = '<?xml version="1.0" encoding="GB2312"?><INPUT><AAC003>欧阳䶮𠮷</AAC003></INPUT>'
    for held in (escaped(inner), f"<![CDATA[{inner}]]>"):
        assert PLAIN.parse(called(held))["input"] == {"aac003": "欧阳䶮𠮷"}


@pytest.mark.parametrize(
    "inner",
    [
        "<input><a>1</a></input>",
        escaped("<output><a>1</a></output>"),
        escaped("<input><a>1</a>"),
        escaped("<input>text<a>1</a></input>"),
        escaped("<input><a><b>1</b></a></input>"),
        escaped("<input><list><line/></list></input>"),
        escaped("<input><list/><list/></input>"),
        escaped("<input><list><row><a/><A/></row></list></input>"),
        escaped('<!DOCTYPE input [<!ENTITY a "b">]><input>&a;</input>'),
        "",
    ],
)
def test_what_is_not_one_document_in_a_string_is_refused(inner: str) -> None:
    with pytest.raises(GatewayError):
        PLAIN.parse(called(inner))


def test_a_signed_header_that_repeats_another_document_is_refused() -> None:
    inner = escaped("<input><a>1</a></input>")
    assert PLAIN.parse(called(inner, f"<systemKey>k</systemKey><source>{inner}</source>"))["system"] == {
        "systemKey": "k"
    }
    with pytest.raises(GatewayError, match="source"):
        PLAIN.parse(called(inner, f"<source>{escaped('<input><a>2</a></input>')}</source>"))


def test_a_bare_word_is_told_from_a_document_and_a_document_without_a_code_is_no_answer() -> None:
    assert PLAIN.parse(answered("success"))["bare"] == {"text": "success"}
    assert PLAIN.parse(answered(" "))["bare"] == {"text": "empty"}
    with pytest.raises(GatewayError, match="code"):
        PLAIN.parse(answered(escaped("<result><message>success</message></result>")))


def test_the_password_is_blanked_and_nothing_else() -> None:
    sent = called(escaped("<input/>"), "<userName>gateway</userName><passWord>s&amp;cret</passWord>")
    blanked = PLAIN.blank(sent)
    assert b"s&amp;cret" not in blanked
    assert blanked == sent.body.replace(b"s&amp;cret", b"")


def test_a_fault_of_ours_is_a_soap_fault_with_its_status_and_no_decision() -> None:
    refused = made()["yinhai/1.0"].refuse(GatewayError("deadline_passed", party="hunan"))
    assert refused.headers[":status"] == "500"
    assert PLAIN.parse(refused) == {"fault": {"text": "hunan 未在时限内答复。"}}


@pytest.mark.parametrize("error", ["authentication_needed", "unsupported", "faults"])
def test_a_refusal_is_said_as_a_failure_that_the_other_side_reads(error: str) -> None:
    spoken = made()["yinhai/1.0"]
    refused = spoken.refuse(GatewayError(error, party="gateway", message="FindCover", alternative=""))
    form = spoken._syntax.parse(refused)
    assert form["result"]["code"] == "-1"
    assert form["result"]["message"]


def test_the_words_of_a_place_count_only_where_another_place_says_so() -> None:
    trouble = Trouble(there="result.message", when={"result.code": "-1"}, otherwise="party_refused")
    file = rulefile.read(MAPPINGS / "dialects" / "yinhai" / "1.0" / "dialect.yaml")
    check = Troubles([trouble], file).check
    check({"result": {"code": "1", "message": "办理成功"}}, "party", "message")
    with pytest.raises(GatewayError) as raised:
        check({"result": {"code": "-1", "message": "不符合条件"}}, "party", "message")
    assert raised.value.kind.code == "party_refused"
