import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from adapters.transport.exchange import Answer, Call, UnsentError
from adapters.transport.soap import SoapTransport, blank_token, username_token
from gateway.mapping.soap import envelope
from gateway.ports import Document
from gateway.security.xml import parse
from tests.adapters.memory import NOW

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BODY = "<a:FindCover xmlns:a='urn:a'><a:name>吴䶮</a:name></a:FindCover>"
ENVELOPE = (
    f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body>{BODY}</s:Body></s:Envelope>'.encode()
)
CALL = Call("FindCover", NOW)


@dataclass
class Inner:
    """A transport that keeps what it was given."""

    posted: list[Document] = field(default_factory=list)

    def post(self, document: Document, call: Call) -> Answer:
        self.posted.append(document)
        return Answer(200, {}, b"raw")

    def reach(self, deadline: datetime) -> None:
        raise NotImplementedError


def part(name: str, body: bytes) -> str:
    (found,) = re.findall(rf"<ws(?:se|u):{name}\b[^>]*>([^<]*)<", body.decode())
    return str(found)


def beijing() -> datetime:
    return NOW.astimezone(timezone(timedelta(hours=8)))


def test_the_action_of_the_contract_is_sent_in_quotes_whatever_the_dialect_wrote() -> None:
    inner = Inner()
    transport = SoapTransport(inner, {"FindCover": "urn:a/FindCover"})
    assert transport.post(Document(ENVELOPE, "text/xml", {"soapaction": "other", "Cookie": "c"}), CALL).body == b"raw"
    assert inner.posted == [Document(ENVELOPE, "text/xml", {"Cookie": "c", "SOAPAction": '"urn:a/FindCover"'})]


def test_without_a_contract_the_action_of_the_dialect_stays() -> None:
    inner = Inner()
    document = Document(ENVELOPE, "text/xml", {"SOAPAction": "mainservlet"})
    SoapTransport(inner, {}).post(document, CALL)
    assert inner.posted == [document]


def test_the_token_carries_the_digest_of_nonce_instant_and_secret() -> None:
    inner = Inner()
    SoapTransport(inner, {}, username_token("gateway", "口令", beijing)).post(Document(ENVELOPE, "text/xml"), CALL)
    body = inner.posted[0].body
    assert part("Username", body) == "gateway"
    assert part("Created", body) == "2026-01-15T08:00:00Z"
    nonce = base64.b64decode(part("Nonce", body))
    digest = hashlib.sha1(nonce + b"2026-01-15T08:00:00Z" + "口令".encode(), usedforsecurity=False).digest()
    assert part("Password", body) == base64.b64encode(digest).decode()
    assert b"#PasswordDigest" in body
    assert "口令".encode() not in body


def test_the_body_that_the_dialect_wrote_is_carried_unchanged() -> None:
    inner = Inner()
    SoapTransport(inner, {}, username_token("gateway", "secret", beijing)).post(Document(ENVELOPE, "text/xml"), CALL)
    assert BODY.replace("'", '"').encode() in inner.posted[0].body


def test_an_envelope_of_ours_keeps_every_byte_and_gains_one_header_block() -> None:
    written = envelope("1.2", "<block xmlns='urn:b'/>", BODY)
    inner = Inner()
    SoapTransport(inner, {}, username_token("a<b", "secret", beijing)).post(Document(written, "text/xml"), CALL)
    sent = inner.posted[0].body
    before, _, after = written.partition(b"<block")
    assert sent.startswith(before + b"<wsse:Security ")
    assert sent.endswith(b"</wsse:Security><block" + after)
    assert part("Username", sent) == "a&lt;b"
    assert parse(sent)[0][0][0][0].text == "a<b"


def test_a_nonce_serves_once() -> None:
    inner = Inner()
    transport = SoapTransport(inner, {}, username_token("gateway", "secret", beijing))
    for _ in range(2):
        transport.post(Document(ENVELOPE, "text/xml"), CALL)
    assert len({part("Nonce", document.body) for document in inner.posted}) == 2


def test_blanking_takes_digest_and_nonce_and_nothing_else() -> None:
    inner = Inner()
    SoapTransport(inner, {}, username_token("gateway", "secret", beijing)).post(Document(ENVELOPE, "text/xml"), CALL)
    sent = inner.posted[0].body
    blanked = blank_token(inner.posted[0])
    assert (part("Password", blanked), part("Nonce", blanked)) == ("", "")
    for name in ("Password", "Nonce"):
        sent = sent.replace(f">{part(name, sent)}<".encode(), b"><")
    assert blanked == sent


@pytest.mark.parametrize("envelope", [b"", b"<s:Envelope", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_cannot_be_signed_is_not_sent(envelope: bytes) -> None:
    inner = Inner()
    with pytest.raises(UnsentError):
        SoapTransport(inner, {}, username_token("g", "s", beijing)).post(Document(envelope, "text/xml"), CALL)
    assert inner.posted == []
