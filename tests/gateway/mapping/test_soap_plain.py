"""Reading an envelope as text says what reading it through the parser says, whatever the bytes are."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.soap_plain import plain_envelope
from gateway.mapping.typed_xml_plain import plain_reader
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import FindWorker
from gateway.ports import Control, Document
from tests.strategies.records import records

DIALECT = GatewayDialect(NEWEST)
CONTROL = Control("m-1", "zhejiang", "gateway", datetime(2026, 1, 31, tzinfo=UTC))
ASKED = FindWorker(Identity(IdType.RESIDENT_ID, "11010119900307109X", "示例甲"), Warrant(Purpose.BENEFIT))
PLAIN = DIALECT.write(ASKED, CONTROL)
ROOT = b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
PIECES = st.sampled_from(
    (
        *(
            "",
            " ",
            "\n",
            "\r\n",
            "\t",
            "&amp;",
            "&lt;",
            "<!-- -->",
            "<![CDATA[1]]>",
            "]]>",
            "<",
            ">",
            '"',
            "'",
            "/",
            "=",
            ":",
        ),
        *(
            "<a/>",
            ' a="1"',
            ' xmlns="u"',
            "<?x y?>",
            "<!DOCTYPE a>",
            "\x00",
            "\x0b",
            "\x7f",
            "\x85",
            "\ufffe",
            "·",
            "中",
        ),
        *(
            "</soap:Header><soap:Body>",
            "</soap:Body></soap:Envelope>",
            "soap",
            "xml",
            "Exchange",
            "Envelope",
            "1.2",
            "0",
        ),
    )
)


def said(read: Any) -> tuple[Any, ...]:
    """The answer of a reading, or the code of its error."""
    try:
        return ("read", *read())
    except GatewayError as error:
        return ("refused", error.kind.code)


def through_the_parser(document: Document) -> tuple[Any, ...]:
    return said(lambda: DIALECT.understand(DIALECT.open(document)))


def test_what_we_write_is_plain() -> None:
    found = plain_envelope(PLAIN.body, PLAIN.media_type)
    assert found is not None
    assert (found.version, found.block.name, found.payload.name) == ("1.1", "Exchange", "FindWorker")
    assert DIALECT.read(PLAIN) == (ASKED, CONTROL) == DIALECT.understand(DIALECT.open(PLAIN))


@pytest.mark.parametrize("exchange", NEWEST.exchanges, ids=lambda exchange: exchange.name)
def test_whatever_is_changed_in_a_request_is_read_or_refused_as_through_the_parser(exchange: Any) -> None:
    @settings(max_examples=60)  # of each of some thirty messages
    @given(records(exchange.request), st.data())
    def law(message: Any, data: st.DataObject) -> None:
        text = DIALECT.write(message, CONTROL).body.decode()
        for _ in range(data.draw(st.integers(0, 3))):
            at, end = (data.draw(st.integers(0, len(text))) for _ in range(2))
            text = text[:at] + data.draw(PIECES) + text[max(at, min(end, at + 4)) :]
        document = Document(text.encode(), PLAIN.media_type)
        assert said(lambda: DIALECT.read(document)) == through_the_parser(document)

    law()


@pytest.mark.parametrize("exchange", NEWEST.exchanges, ids=lambda exchange: exchange.name)
def test_an_answer_says_the_same_with_a_comment_in_front_of_its_header(exchange: Any) -> None:
    @settings(max_examples=30)  # of each of some thirty messages
    @given(records(exchange.request), records(exchange.reply))
    def law(asked: Any, reply: Any) -> None:
        document = DIALECT.write(reply, CONTROL, asked)
        commented = Document(document.body.replace(ROOT, ROOT + b"<!-- -->", 1), document.media_type)
        assert plain_envelope(commented.body, commented.media_type) is None
        assert DIALECT.read(document, asked) == DIALECT.read(commented, asked) == (reply, CONTROL)

    law()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"soap:", b"SOAP-ENV:"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n', b""),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n', b'<?xml version="1.0" encoding="utf-8"?>'),
        (b"<FindWorker xmlns", b"<ns0:FindWorker xmlns:ns0"),
    ],
)
def test_prefixes_and_declarations_differ_and_the_document_stays_plain(old: bytes, new: bytes) -> None:
    body = PLAIN.body.replace(old, new)
    if b"ns0" in new:
        start = body.index(b"<ns0:FindWorker")
        payload = body[start:].replace(b"<soap:", b"<_:").replace(b"</soap:", b"</_:")
        payload = payload.replace(b"<", b"<ns0:").replace(b"<ns0:/", b"</ns0:")
        payload = payload.replace(b"ns0:ns0:", b"ns0:").replace(b"ns0:_:", b"soap:")
        body = body[:start] + payload
    if b"SOAP" in new:
        body = body.replace(b"xmlns:soap=", b"xmlns:SOAP-ENV=")
    document = Document(body, PLAIN.media_type)
    assert plain_envelope(document.body, document.media_type) is not None
    assert DIALECT.read(document) == (ASKED, CONTROL)
    assert through_the_parser(document) == ("read", ASKED, CONTROL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"UTF-8", b"GBK"),
        (b"UTF-8", b"UTF-16"),
        (b'="http://schemas.xmlsoap.org/soap/envelope/"', b'="urn:other"'),
        (b"<soap:Header>", b"<soap:Header> "),
        (b"<soap:Body>", b"<soap:Body a='1'>"),
        (b"<Exchange", b"<Security xmlns='u'/><Exchange"),
        (b"</soap:Envelope>", b"</soap:Envelope><!-- -->"),
        (b"</soap:Envelope>", b""),
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(old: bytes, new: bytes) -> None:
    assert old in PLAIN.body
    document = Document(PLAIN.body.replace(old, new, 1), PLAIN.media_type)
    assert plain_envelope(document.body, document.media_type) is None
    assert said(lambda: DIALECT.read(document)) == through_the_parser(document)


@pytest.mark.parametrize(
    "name",
    [
        "示例甲".encode("gb18030"),
        b"<!-- -->A",
        b"A&#65;",
        b"A\r",
        b"A\x7f",
        b"A\xc2\x85",
        b"A\xef\xbf\xbf",
        b"A]]>",
        b"\xffA",
    ],
)
def test_a_text_that_does_not_stand_for_itself_is_left_to_the_parser(name: bytes) -> None:
    document = Document(PLAIN.body.replace("示例甲".encode(), name, 1), PLAIN.media_type)
    found = plain_envelope(document.body, document.media_type)
    assert found is not None
    payload = found.payload
    assert plain_reader(FindWorker).of_bytes(payload.raw, payload.prefix) is None
    assert said(lambda: DIALECT.read(document)) == through_the_parser(document)
