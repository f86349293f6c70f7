from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.mapping.syntax_typed_soap import TypedSoap
from gateway.ports import Document

OPTIONS: dict[str, Any] = {
    "namespace": "urn:t",
    "qualified": True,
    "operations": {"find": {"request": "find", "reply": "findResponse", "action": "urn:find"}},
    "elements": {
        "find": ["who", "page", "kinds*"],
        "find.who": ["name", "number"],
        "findResponse": ["code", "rows"],
        "findResponse.rows": ["row*"],
        "findResponse.rows.row": ["a", "b"],
    },
    "credentials": ["pwd"],
}
TYPED = TypedSoap(OPTIONS)
ENCODED = TypedSoap({**OPTIONS, "qualified": False, "encoded": True, "types": {"find.page": "int"}})


def envelope(inner: str) -> Document:
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    text = f'<s:Envelope xmlns:s="{soap}" xmlns:xsi="{xsi}"><s:Body>{inner}</s:Body></s:Envelope>'
    return Document(text.encode(), "text/xml;charset=UTF-8")


def rows(count: int) -> str:
    row = "<row><a>1</a></row>" * count
    return f'<findResponse xmlns="urn:t"><code>0</code><rows>{row}</rows></findResponse>'


def test_elements_stand_in_the_order_of_the_contract_whatever_the_order_of_the_lines() -> None:
    form = {
        "call": {"operation": "find"},
        "request": {"kinds": ["1", "2"], "page": "3", "who": {"number": "4", "name": "<周>"}},
    }
    text = TYPED.text(form, reply=False)
    places = [
        text.index(part) for part in ("<ns:who>", "<ns:name>", "<ns:number>", "<ns:page>", "<ns:kinds>1", "<ns:kinds>2")
    ]
    assert places == sorted(places)
    assert "&lt;周&gt;" in text
    document = TYPED.document(text.encode(), form, reply=False)
    assert document.headers == {"SOAPAction": '"urn:find"'}
    assert TYPED.parse(document) == form


@pytest.mark.parametrize("count", [0, 1, 2])
def test_however_many_rows_there_are_they_are_a_list(count: int) -> None:
    form = TYPED.parse(envelope(rows(count)))
    assert form["reply"]["rows"] == {"row": [{"a": "1"}] * count}


def test_a_list_that_is_left_out_is_an_empty_one() -> None:
    form = TYPED.parse(envelope('<findResponse xmlns="urn:t"><code>0</code></findResponse>'))
    assert form["reply"] == {"code": "0", "rows": {"row": []}}


def test_what_is_nil_is_absent_and_what_is_empty_is_empty() -> None:
    form = TYPED.parse(envelope('<find xmlns="urn:t"><who><name xsi:nil="true"/><number/></who></find>'))
    assert form["request"] == {"kinds": [], "who": {"number": ""}}


def test_an_encoded_call_says_the_type_of_every_value_and_is_read_again() -> None:
    form = {"call": {"operation": "find"}, "request": {"who": {"name": "a"}, "page": "3", "kinds": []}}
    text = ENCODED.text(form, reply=False)
    assert '<name xsi:type="xsd:string">a</name>' in text
    assert '<page xsi:type="xsd:int">3</page>' in text
    assert "encodingStyle" in text
    assert ENCODED.parse(ENCODED.document(text.encode(), form, reply=False)) == form


def test_a_fault_is_read_and_written() -> None:
    form = {"fault": {"text": "系统繁忙"}}
    text = TYPED.text(form, reply=True)
    assert TYPED.parse(TYPED.document(text.encode(), form, reply=True)) == form


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ('<find xmlns="urn:t"><page>1</page><page>2</page></find>', "stands twice"),
        ('<find xmlns="urn:t"><who href="#id0"/></find>', "outside of the call"),
        ('<find xmlns="urn:t"><page xmlns="urn:other">1</page></find>', "not in the namespace"),
        ('<find xmlns="urn:other"/>', "not an element of the calls"),
        ('<drop xmlns="urn:t"/>', "not an element of the calls"),
        ('<find xmlns="urn:t"><who>text<name/></who></find>', "beside its elements"),
        ('<findResponse xmlns="urn:t"><rows/><rows/></findResponse>', "stands twice"),
        ('<find xmlns="urn:t"/><find xmlns="urn:t"/>', "one element in its body"),
        ("", "one element in its body"),
    ],
)
def test_what_would_lose_something_is_refused(inner: str, reason: str) -> None:
    with pytest.raises(GatewayError) as raised:
        TYPED.parse(envelope(inner))
    assert reason in raised.value.params["reason"]


def test_credentials_are_blanked_and_nothing_else() -> None:
    blank = TYPED.blank(envelope('<find xmlns="urn:t"><pwd>secret</pwd><page>1</page></find>'))
    assert b"secret" not in blank
    assert b"<page>1</page>" in blank


def test_in_soap_12_the_action_stands_in_the_media_type() -> None:
    newer = TypedSoap({**OPTIONS, "soap": "1.2"})
    form = {"call": {"operation": "find"}, "request": {"page": "3", "kinds": [], "who": {"name": "周"}}}
    text = newer.text(form, reply=False)
    document = newer.document(text.encode(), form, reply=False)
    assert "http://www.w3.org/2003/05/soap-envelope" in text
    assert (document.media_type, document.headers) == ('application/soap+xml;charset=UTF-8;action="urn:find"', {})
    assert newer.parse(document) == form == TYPED.parse(document)


def test_a_fault_says_the_same_in_both_versions() -> None:
    for syntax in (TYPED, TypedSoap({**OPTIONS, "soap": "1.2"})):
        form = {"fault": {"text": "不行 <&>"}}
        body = syntax.text(form, reply=True).encode()
        for reader in (TYPED, syntax):
            assert reader.parse(syntax.document(body, form, reply=True)) == form


def test_there_is_no_third_version_of_soap() -> None:
    with pytest.raises(ValueError, match=r"neither 1\.1 nor 1\.2"):
        TypedSoap({**OPTIONS, "soap": 1.3})
