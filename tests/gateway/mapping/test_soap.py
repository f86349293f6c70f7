from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Fault, GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.soap import ENVELOPES, MEDIA_TYPES, with_block
from gateway.model.codes import IdType, Insurance, Purpose
from gateway.model.messages import carried_by
from gateway.model.person import Identity, Warrant
from gateway.model.province import FindCover, FindWorker, WorkerFound
from gateway.model.values import Month
from gateway.ports import Control, Document

DIALECT = GatewayDialect(NEWEST)
PROVINCE = list(carried_by("province").values())
CONTROL = Control("m-1", "zhejiang", "gateway", datetime(2026, 1, 31, tzinfo=UTC))
PERSON = Identity(IdType.RESIDENT_ID, "11010119900307109X", "示例甲")
ASKED = FindWorker(PERSON, Warrant(Purpose.BENEFIT))
MONTH = Month.parse("2026-01")
NS = NEWEST.namespace


def damaged(old: str, new: str) -> GatewayError:
    written = DIALECT.write(ASKED, CONTROL)
    assert old in written.body.decode()
    with pytest.raises(GatewayError) as raised:
        DIALECT.read(Document(written.body.decode().replace(old, new).encode(), written.media_type))
    return raised.value


def test_a_wrong_check_digit_is_a_fault_at_its_place_without_the_number() -> None:
    error = damaged("11010119900307109X", "110101199003071091")
    assert error.faults == (Fault("/person/id_number", "bad_check_digit"),)
    assert "11010119900307109" not in error.text("zh") + DIALECT.write_fault(error).body.decode()


def test_a_value_against_the_schema_is_refused_without_repeating_it() -> None:
    error = damaged("<name>示例甲</name>", "<name>" + "示例" * 99 + "</name>")
    assert error.kind.code == "soap_invalid"
    assert "name" in error.text("en")
    assert "示例" not in error.text("en")


def test_a_code_given_twice_is_a_fault_at_its_second_place() -> None:
    asked = FindCover(PERSON, (Insurance.PENSION, Insurance.MEDICAL), MONTH, MONTH, ASKED.warrant)
    body = DIALECT.write(asked, CONTROL).body.replace(b">medical<", b">pension<")
    with pytest.raises(GatewayError) as raised:
        DIALECT.read(Document(body, "text/xml"))
    assert raised.value.faults == (Fault("/insurances/1", "repeated_item", {"item": "pension"}),)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (ENVELOPES["1.1"], "http://example.org/soap", "soap_version_mismatch"),
        ("soap:Envelope", "soap:Letter", "soap_invalid"),
        ("soap:Body", "soap:Belly", "soap_invalid"),
        ("</soap:Body>", "</soap:Body><soap:Body/>", "soap_invalid"),
        ("</FindWorker>", "</FindWorker><GetProgress/>", "soap_invalid"),
        ("</FindWorker>", "</FindWorker>text", "soap_invalid"),
        ("FindWorker", "FindWorkerAnswer", "soap_invalid"),
        (f'<FindWorker xmlns="{NS}">', '<FindWorker xmlns="urn:other">', "soap_invalid"),
        ("<message_id>m-1</message_id>", "", "soap_invalid"),
        ("2026-01-31T", "2026-02-30T", "soap_invalid"),
        ("<soap:Header>", f'<soap:Header><Exchange xmlns="{NS}"/>', "soap_invalid"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE x>", "xml_refused"),
    ],
)
def test_what_is_not_a_message_of_the_contract_is_refused_by_the_book(old: str, new: str, code: str) -> None:
    assert damaged(old, new).kind.code == code


@pytest.mark.parametrize("body", [b"", b" \r\n", b"\xef\xbb\xbf", b"hello", b'{"a": 1}'])
def test_an_empty_or_non_xml_body_is_an_invalid_message(body: bytes) -> None:
    with pytest.raises(GatewayError) as raised:
        DIALECT.read(Document(body, "text/xml"))
    assert raised.value.kind.code == "soap_invalid"


def test_an_empty_soap_body_is_an_invalid_message() -> None:
    body = f'<e:Envelope xmlns:e="{ENVELOPES["1.2"]}"><e:Body/></e:Envelope>'.encode()
    with pytest.raises(GatewayError, match="the Body is empty"):
        DIALECT.read(Document(body, "application/soap+xml"))


def test_a_message_without_its_exchange_header_is_refused() -> None:
    body = f'<e:Envelope xmlns:e="{ENVELOPES["1.1"]}"><e:Body><GetProgress xmlns="{NS}"/></e:Body></e:Envelope>'
    with pytest.raises(GatewayError, match="Exchange is missing"):
        DIALECT.read(Document(body.encode(), "text/xml"))


@pytest.mark.parametrize("media_type", ["", "text/html", "application/json", "multipart/related; type=text/xml"])
def test_another_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(GatewayError) as raised:
        DIALECT.read(Document(DIALECT.write(ASKED, CONTROL).body, media_type))
    assert raised.value.kind.code == "unsupported_media_type"


def with_header(attributes: str, version: str = "1.1", tag: str = "x:Priority") -> Document:
    written = DIALECT.write(ASKED, Control("m-1", "a", "b", CONTROL.sent_at, {"soap": version}))
    block = f'<{tag} xmlns:x="urn:x" {attributes}/>'.encode()
    return Document(with_block(written.body, block), written.media_type)


@pytest.mark.parametrize(
    ("attributes", "version"),
    [
        ('soap:mustUnderstand="1"', "1.1"),
        ('soap:mustUnderstand="1" soap:actor="http://schemas.xmlsoap.org/soap/actor/next"', "1.1"),
        ('soap:mustUnderstand="true"', "1.2"),
        ('soap:mustUnderstand=" true " soap:role="http://www.w3.org/2003/05/soap-envelope/role/next"', "1.2"),
        ('soap:mustUnderstand="1" soap:role="http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"', "1.2"),
    ],
)
def test_an_unknown_header_that_must_be_understood_is_named_in_the_fault(attributes: str, version: str) -> None:
    with pytest.raises(GatewayError) as raised:
        DIALECT.read(with_header(attributes, version))
    assert (raised.value.kind.code, raised.value.params["name"]) == ("soap_must_understand", "{urn:x}Priority")


@pytest.mark.parametrize(
    ("attributes", "version"),
    [
        ("", "1.1"),
        ('soap:mustUnderstand="0"', "1.1"),
        ('soap:mustUnderstand="false"', "1.2"),
        ('soap:mustUnderstand="1" soap:actor="urn:somebody-else"', "1.1"),
        ('soap:mustUnderstand="true" soap:role="http://www.w3.org/2003/05/soap-envelope/role/none"', "1.2"),
    ],
)
def test_other_unknown_headers_are_left_alone(attributes: str, version: str) -> None:
    assert DIALECT.read(with_header(attributes, version))[0] == ASKED


def test_a_security_header_is_understood_and_can_be_reached_before_anything_is_read() -> None:
    namespace = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    block = f'<s:Security xmlns:s="{namespace}" soap:mustUnderstand="1"><s:UsernameToken/></s:Security>'
    opened = DIALECT.open(Document(with_block(DIALECT.write(ASKED, CONTROL).body, block.encode()), "text/xml"))
    assert (opened.version, opened.name) == ("1.1", "FindWorker")
    assert opened.block(f"{{{namespace}}}Security") is not None
    assert DIALECT.understand(opened) == (ASKED, CONTROL)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_document_carries_media_type_and_action_of_its_soap_version(version: str) -> None:
    document = DIALECT.write(ASKED, Control("m-1", "a", "b", CONTROL.sent_at, {"soap": version}))
    assert document.media_type.startswith(MEDIA_TYPES[version])  # type: ignore[index]  # the child is there
    action = document.headers.get("SOAPAction") or document.media_type.partition("action=")[2]
    assert action == f'"{NS}/FindWorker"'


WRITTEN = DIALECT.write(ASKED, CONTROL).body
ANSWERED = DIALECT.write(WorkerFound(known=False), CONTROL, ASKED).body


SPITE = [
    b"<",
    b"</",
    b"&x;",
    b"<!DOCTYPE a [",
    b"<?php",
    b"]]>",
    b"<![CDATA[",
    b' a="1"',
    b"&#0;",
    b"xmlns:soap=",
    b"\xff\xfe",
]


@given(
    st.data(), st.sampled_from([None, ASKED]), st.sampled_from(["text/xml", "application/soap+xml; charset=gbk", "x"])
)
def test_any_bytes_give_a_message_or_an_error_of_the_catalogue(
    data: st.DataObject, about: Any, media_type: str
) -> None:
    body = bytearray(WRITTEN if about is None else ANSWERED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6) | st.sampled_from(SPITE))
    for document in (bytes(body), data.draw(st.binary(max_size=80))):
        try:
            message, control = DIALECT.read(Document(document, media_type), about)
        except GatewayError:
            continue
        assert isinstance(message, WorkerFound if about else tuple(item.request for item in PROVINCE))
        assert isinstance(control, Control)
