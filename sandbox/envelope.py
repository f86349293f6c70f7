"""Reading and writing SOAP 1.1 by hand: an envelope in, its header blocks and the one child of its body out."""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
XML = "text/xml; charset=utf-8"


class EnvelopeError(ValueError):
    """What came is no SOAP 1.1 envelope. `code` is the fault code to answer with."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """The header blocks and the operation element of one message."""

    header: Mapping[str, ET.Element]
    operation: ET.Element

    @property
    def name(self) -> str:
        """The local name of the operation element."""
        return local(self.operation)


def local(element: ET.Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: ET.Element) -> str:
    """The namespace of an element."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def read(body: bytes, understood: Iterable[str]) -> Envelope:
    """Read an envelope; EnvelopeError (VersionMismatch, MustUnderstand, Client) where it is none that can be served."""
    if b"<!DOCTYPE" in body:
        raise EnvelopeError("Client", "a DTD is not allowed")
    try:
        root = ET.fromstring(body)  # noqa: S314 - no DTD gets here, so no entity does
    except ET.ParseError as error:
        raise EnvelopeError("Client", f"not well-formed: {error}") from None
    if local(root) != "Envelope" or namespace(root) != SOAP:
        raise EnvelopeError("VersionMismatch", "not a SOAP 1.1 envelope")
    header = {local(block): block for block in root.findall(f"{{{SOAP}}}Header/*")}
    for name, block in header.items():
        if block.get(f"{{{SOAP}}}mustUnderstand") == "1" and name not in understood:
            raise EnvelopeError("MustUnderstand", f"the header {name} is not understood")
    children = root.findall(f"{{{SOAP}}}Body/*")
    if len(children) != 1:
        raise EnvelopeError("Client", "the body must hold exactly one element")
    return Envelope(header, children[0])


def fields(element: ET.Element) -> dict[str, str]:
    """Every leaf below an element by its name; nested names are joined by a dot, repetitions by a space."""
    found: dict[str, str] = {}
    _collect(element, "", found)
    return found


def _collect(element: ET.Element, prefix: str, found: dict[str, str]) -> None:
    for child in element:
        name = prefix + child.tag.rpartition("}")[2]
        if len(child):
            _collect(child, f"{name}.", found)
        elif name in found:
            found[name] += f" {child.text or ''}"
        else:
            found[name] = child.text or ""


def element(name: str, content: Mapping[str, str | None] | str, attributes: str = "") -> str:
    """An element of texts, empty ones left out; or around markup that is written already."""
    if isinstance(content, str):
        return f"<{name}{attributes}>{content}</{name}>"
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in content.items() if value)
    return f"<{name}{attributes}>{inner}</{name}>"


def write(body: str, header: str = "") -> bytes:
    """An envelope around markup; without a header where there is nothing in it."""
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP}">{head}'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def fault(code: str, text: str, detail: str = "") -> str:
    """A SOAP 1.1 fault."""
    inner = f"<faultcode>soap:{code}</faultcode><faultstring>{escape(text)}</faultstring>"
    return f"<soap:Fault>{inner}<detail>{detail}</detail></soap:Fault>"


def digest(nonce: bytes, created: str, secret: str) -> str:
    """The PasswordDigest of WS-Security UsernameToken 1.0."""
    return base64.b64encode(hashlib.sha1(nonce + (created + secret).encode()).digest()).decode()  # noqa: S324 - the profile's


def allowed(header: Mapping[str, ET.Element], user: str, secret: str) -> bool:
    """Whether the Security block holds the right UsernameToken."""
    block = header.get("Security")
    token = fields(block) if block is not None else {}
    try:
        nonce = base64.b64decode(token.get("UsernameToken.Nonce", ""), validate=True)
    except ValueError:
        return False
    expected = digest(nonce, token.get("UsernameToken.Created", ""), secret)
    named = token.get("UsernameToken.Username") == user
    return named and bool(nonce) and token.get("UsernameToken.Password") == expected


def token(user: str, secret: str, created: str) -> str:
    """A Security block with a new nonce."""
    nonce = secrets.token_bytes(16)
    return (
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" soap:mustUnderstand="1"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(user)}</wsse:Username>"
        f'<wsse:Password Type="{DIGEST}">{digest(nonce, created, secret)}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
        f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )
