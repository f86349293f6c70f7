"""Envelopes as a province writes them, by hand: none of our code has a part in them."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from lxml import etree
from werkzeug.test import TestResponse

from tests.gateway.web.door import NUMBER, Gate

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
OURS = "urn:shebao:gateway:1.1"
MEDIA_TYPE = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_numbers = count(1)

FIND_WORKER = (
    f'<FindWorker xmlns="{OURS}"><person><id_type>resident_id</id_type><id_number>{NUMBER}</id_number>'
    "<name>湘小骑</name></person><warrant><purpose>transfer</purpose><consent>c-1</consent></warrant></FindWorker>"
)


WITHDRAW = (
    f'<WithdrawEnrolment xmlns="{OURS}"><reference>r</reference><person><id_type>resident_id</id_type>'
    f"<id_number>{NUMBER}</id_number><name>湘小骑</name></person><insurance>pension</insurance><start>2026-11</start><reason>r</reason>"
    "</WithdrawEnrolment>"
)


def decided(number: str = "SL-1") -> str:
    return (
        f'<EnrolmentDecided xmlns="{OURS}"><decision>accepted</decision><acceptance_number>{number}</acceptance_number>'
        "<person_number>Z1</person_number><registration_number>R1</registration_number><notice_number>N1</notice_number></EnrolmentDecided>"
    )


def exchange(message_id: str = "", sender: str = "zhejiang") -> str:
    number = message_id or f"m-{next(_numbers)}"
    return (
        f'<Exchange xmlns="{OURS}"><message_id>{number}</message_id><sender>{sender}</sender>'
        "<receiver>gateway</receiver><sent_at>2026-11-10T12:00:00+08:00</sent_at></Exchange>"
    )


def security(created: datetime, user: str = "zhejiang", secret: str = "zhejiang-secret") -> str:
    nonce, at = secrets.token_bytes(16), created.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(hashlib.sha1(nonce + at.encode() + secret.encode()).digest()).decode()  # noqa: S324 - the profile says so
    return (
        f'<wsse:Security xmlns:wsse="{_WSS}wssecurity-secext-1.0.xsd" xmlns:wsu="{_WSS}wssecurity-utility-1.0.xsd">'
        f"<wsse:UsernameToken><wsse:Username>{user}</wsse:Username>"
        f'<wsse:Password Type="{_WSS}username-token-profile-1.0#PasswordDigest">{digest}</wsse:Password>'
        f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{at}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


def envelope(blocks: str, body: str, soap: str = SOAP_11) -> bytes:
    return (f'<s:Envelope xmlns:s="{soap}"><s:Header>{blocks}</s:Header><s:Body>{body}</s:Body></s:Envelope>').encode()


@dataclass(frozen=True)
class Told:
    """What came back."""

    status: int
    content_type: str
    root: etree._Element

    def text(self, name: str) -> str:
        """The text of the first element of this local name."""
        return next((element.text or "" for element in self.root.iter() if etree.QName(element).localname == name), "")


def told(answer: TestResponse) -> Told:
    return Told(answer.status_code, answer.content_type, etree.fromstring(answer.data))


def send(gate: Gate, document: bytes, soap: str = SOAP_11, *, client: str = "", **headers: str) -> Told:
    """POST an envelope, with the bearer token of `client` where one is named."""
    named = {"Content-Type": MEDIA_TYPE[soap], **(gate.bearer(client) if client else {}), **headers}
    return told(gate.http.post("/soap/gateway", data=document, headers=named))
