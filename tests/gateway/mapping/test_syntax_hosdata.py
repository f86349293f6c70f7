import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.dialect_reading import Form
from gateway.mapping.syntax import escaped
from gateway.mapping.syntax_hosdata import Hosdata, in_cycle
from gateway.ports import Document

XML = "text/xml;charset=UTF-8"
HOSDATA = Hosdata({})
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.sampled_from("<>&\"' \n\t"),
    min_size=1,
    max_size=20,
)
NAMES = st.from_regex("[A-Z]{3}[0-9]{3}", fullmatch=True)
HEAD = (
    "AAE140",
    "AAC001",
    "MSGNO",
    "MSGID",
    "GRANTID",
    "ORGMSGNO",
    "ORGMSGID",
    "OPERID",
    "OPERNAME",
    "BATNO",
    "OPTTIME",
)
EMPTY = dict.fromkeys((*HEAD, "KC21XML", "KC22XML"), "")


def carried(form: Form, *, reply: bool) -> Form:
    return HOSDATA.parse(Document(HOSDATA.text(form, reply=reply).encode(), XML))


def answered(text: str) -> Document:
    start = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    call = '<n:Business_HandleResponse xmlns:n="urn:hosdata"><OutputData>{}</OutputData></n:Business_HandleResponse>'
    return Document(f"{start}{call.format(text)}</soap:Body></soap:Envelope>".encode(), XML)


@given(st.dictionaries(NAMES, TEXTS | st.lists(TEXTS, min_size=2, max_size=3), min_size=1, max_size=5))
def test_a_request_comes_back_as_it_was_and_its_head_is_always_whole(values: dict[str, str | list[str]]) -> None:
    form = {"REQUESTDATA": {"MSGNO": "7110", "INPUT": values}}
    assert carried(form, reply=False) == {"REQUESTDATA": {**EMPTY, "MSGNO": "7110", "INPUT": values}}


@given(st.lists(st.dictionaries(NAMES, TEXTS, max_size=4), max_size=4))
def test_a_list_has_one_shape_for_none_one_and_many_rows(rows: list[dict[str, str]]) -> None:
    form = {"RESPONSEDATA": {"RETURNNUM": "1", "OUTPUT": {"HS": str(len(rows)), "AC02XML": rows}}}
    assert carried(form, reply=True) == form


def test_an_output_that_is_empty_or_missing_says_the_same() -> None:
    for output in ("", "<OUTPUT/>", "<OUTPUT></OUTPUT>"):
        text = f"<HOSDATA><RESPONSEDATA><RETURNNUM>-1</RETURNNUM>{output}</RESPONSEDATA></HOSDATA>"
        assert HOSDATA.parse(answered(escaped(text))) == {"RESPONSEDATA": {"RETURNNUM": "-1"}}


@pytest.mark.parametrize("declared", ["GBK", "GB2312", "UTF-8"])
def test_the_string_may_be_cdata_and_declare_an_encoding_that_is_not_its_own(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><HOSDATA><RESPONSEDATA><A>周䶮𠮷</A></RESPONSEDATA></HOSDATA>'
    assert HOSDATA.parse(answered(f"<![CDATA[{text}]]>")) == {"RESPONSEDATA": {"A": "周䶮𠮷"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "系统异常",
        "<HOSDATA/>",
        "<HOSDATA><REQUESTDATA/></HOSDATA>",
        "<OTHER><RESPONSEDATA/></OTHER>",
        "<HOSDATA><RESPONSEDATA><A><B/></A></RESPONSEDATA></HOSDATA>",
        "<HOSDATA><RESPONSEDATA><OUTPUT/><OUTPUT/></RESPONSEDATA></HOSDATA>",
        "<HOSDATA><RESPONSEDATA><OUTPUT><AXML><BROW/></AXML></OUTPUT></RESPONSEDATA></HOSDATA>",
        "<HOSDATA><RESPONSEDATA><OUTPUT><AXML/><AXML/></OUTPUT></RESPONSEDATA></HOSDATA>",
        "<HOSDATA><RESPONSEDATA><RETURNNUM>1</RETURNNUM>",
        '<!DOCTYPE a [<!ENTITY b "c">]><HOSDATA><RESPONSEDATA/></HOSDATA>',
    ],
)
def test_a_string_that_is_not_hosdata_is_refused(text: str) -> None:
    with pytest.raises(GatewayError):
        HOSDATA.parse(answered(escaped(text)))


def test_a_fault_is_told_from_an_answer() -> None:
    assert carried({"fault": {"text": "系统繁忙"}}, reply=True) == {"fault": {"text": "系统繁忙"}}


def test_a_cycle_is_given_to_a_request_that_leaves_room_for_it_and_to_no_other() -> None:
    written = Document(HOSDATA.text({"REQUESTDATA": {"MSGNO": "7110"}}, reply=False).encode(), XML)
    given_ = in_cycle(written, "C<1>")
    assert HOSDATA.parse(given_)["REQUESTDATA"]["BATNO"] == "C<1>"
    with pytest.raises(ValueError, match="only to a request"):
        in_cycle(given_, "C2")


@pytest.mark.parametrize("secret", ["plain", 'c<d&"', "授权码"])
def test_the_authorisation_code_is_blanked_and_nothing_else(secret: str) -> None:
    def body(code: str) -> bytes:
        return HOSDATA.text({"REQUESTDATA": {"MSGNO": "7110", "GRANTID": code}}, reply=False).encode()

    assert HOSDATA.blank(Document(body(secret), XML)) == body("")


def test_the_authorisation_code_is_blanked_in_cdata_too() -> None:
    document = Document(b"<![CDATA[<GRANTID>code</GRANTID><A>b</A>]]>", XML)
    assert HOSDATA.blank(document) == b"<![CDATA[<GRANTID></GRANTID><A>b</A>]]>"
