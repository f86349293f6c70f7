"""SOAP 1.1 and 1.2 envelopes: opened by the book (version, headers to be understood, one body child), and written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NoReturn

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.contract_versions import VERSIONS
from gateway.mapping.typed_xml import qname
from gateway.security.xml import DEFAULT, Limits, parse, parse_text

Version = Literal["1.1", "1.2"]

ENVELOPES: Mapping[Version, str] = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
MEDIA_TYPES: Mapping[Version, str] = {"1.1": "text/xml", "1.2": "application/soap+xml"}
SECURITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security"

_VERSIONS: Mapping[str, Version] = {f"{{{namespace}}}Envelope": version for version, namespace in ENVELOPES.items()}
_TAKEN = (*MEDIA_TYPES.values(), "application/xml")
_NEXT = (
    "",
    "http://schemas.xmlsoap.org/soap/actor/next",
    f"{ENVELOPES['1.2']}/role/next",
    f"{ENVELOPES['1.2']}/role/ultimateReceiver",
)
_UNDERSTOOD = (*(qname("Exchange", version.namespace) for version in VERSIONS.values()), SECURITY)
_MARKUP = (b"<", b"\xff\xfe", b"\xfe\xff")
_UTF_8_MARK = b"\xef\xbb\xbf"
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^"';\s]+)""", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']""")
_DECLARATION_WITHIN = 256


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope after parsing, before anything of its content is believed: the moment to authenticate the sender.

    `header`: the Header element (None where there is none), `blocks`: its children, `payload`: the child of the Body.
    """

    version: Version
    header: etree._Element | None
    blocks: tuple[etree._Element, ...]
    payload: etree._Element

    @property
    def name(self) -> str:
        """The local name of the payload, such as `FindWorker` or `Fault`."""
        return etree.QName(self.payload).localname

    @property
    def namespace(self) -> str:
        """The namespace of the payload, empty where it has none."""
        return etree.QName(self.payload).namespace or ""

    @property
    def is_fault(self) -> bool:
        """Whether the body holds a SOAP fault."""
        return self.payload.tag == f"{{{ENVELOPES[self.version]}}}Fault"

    def block(self, name: str) -> etree._Element | None:
        """The header block `name` ({namespace}local), None where it is absent; GatewayError where it stands twice."""
        found = [block for block in self.blocks if block.tag == name]
        if len(found) > 1:
            _refuse(f"the header block {etree.QName(name).localname} stands twice")
        return found[0] if found else None


def open_envelope(body: bytes, content_type: str, *, limits: Limits = DEFAULT) -> Opened:
    """The envelope in `body`.

    GatewayError: `unsupported_media_type`, `xml_refused`, `soap_invalid`, `soap_version_mismatch`,
    `soap_must_understand`.
    """
    root = _parsed(body, charset_of(content_type), limits)
    version = _VERSIONS.get(root.tag)
    if version is None:
        _refuse_root(root)
    namespace = ENVELOPES[version]
    header, content = _parts(root, namespace)
    blocks = () if header is None else tuple(header)
    for block in blocks:
        _check_understood(block, namespace)
    return Opened(version, header, blocks, _payload(content))


def envelope(version: Version, blocks: str, payload: str) -> bytes:
    """The envelope around header blocks and a payload that are written already, each with its own namespace."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{ENVELOPES[version]}">'
        f"<soap:Header>{blocks}</soap:Header><soap:Body>{payload}</soap:Body></soap:Envelope>"
    ).encode()


def with_block(body: bytes, block: bytes) -> bytes:
    """An envelope made by `envelope` with one more header block (UTF-8, its own namespaces), such as WS-Security."""
    before, mark, after = body.partition(b"<soap:Header>")
    if not mark:
        raise ValueError("a header block can be added only to an envelope that this module wrote")
    return before + mark + block + after


@lru_cache
def charset_of(content_type: str) -> str | None:
    """The charset of the HTTP header, None where it names none; GatewayError `unsupported_media_type`."""
    if content_type.partition(";")[0].strip().lower() not in _TAKEN:
        raise GatewayError("unsupported_media_type", expected=" / ".join(MEDIA_TYPES.values()))
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else None


def _parsed(body: bytes, charset: str | None, limits: Limits) -> etree._Element:
    start = body[: _DECLARATION_WITHIN * 2].removeprefix(_UTF_8_MARK).lstrip()
    if not start:
        _refuse("the body is empty")
    if not start.startswith(_MARKUP):
        _refuse("the body is not XML")
    text = text_of(body, charset) if len(body) <= limits.size else None
    return parse(body, charset=charset, limits=limits) if text is None else parse_text(text, limits=limits)


def text_of(body: bytes, charset: str | None) -> str | None:
    """The text where everything says UTF-8 and the bytes agree: then there is nothing to guess. None otherwise."""
    if charset not in (None, "utf-8"):
        return None
    declared = _DECLARED.match(body, 0, _DECLARATION_WITHIN)
    if declared and declared[1].lower() != b"utf-8":
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _refuse_root(root: etree._Element) -> NoReturn:
    if etree.QName(root).localname == "Envelope":
        raise GatewayError("soap_version_mismatch")
    _refuse(f"the root element is {etree.QName(root).localname[:40]}, not a SOAP Envelope")


def _parts(root: etree._Element, namespace: str) -> tuple[etree._Element | None, etree._Element]:
    children = list(root)
    header = children.pop(0) if children and children[0].tag == f"{{{namespace}}}Header" else None
    if len(children) != 1 or children[0].tag != f"{{{namespace}}}Body":
        _refuse("an Envelope holds one optional Header and then one Body")
    return header, children[0]


def _payload(content: etree._Element) -> etree._Element:
    if len(content) != 1:
        _refuse("the Body is empty" if not len(content) else "the Body holds more than one element")
    payload = content[0]
    if (content.text or "").strip() or (payload.tail or "").strip():
        _refuse("the Body holds text beside its element")
    return payload


def _check_understood(block: etree._Element, namespace: str) -> None:
    must = (block.get(f"{{{namespace}}}mustUnderstand") or "").strip()
    if must not in ("", "0", "1", "false", "true"):
        _refuse("mustUnderstand is neither true nor false")
    role = block.get(f"{{{namespace}}}actor") or block.get(f"{{{namespace}}}role") or ""
    if must in ("1", "true") and role in _NEXT and block.tag not in _UNDERSTOOD:
        raise GatewayError("soap_must_understand", name=block.tag[:200])


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("soap_invalid", reason=reason)
