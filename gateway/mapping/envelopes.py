"""SOAP envelopes as syntaxes read and write them, in both versions; what stands in the body is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from gateway.mapping.syntax import envelope_root, escaped, unreadable
from gateway.ports import Document

SOAP: Mapping[str, str] = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
# Section 6.2 of SOAP 1.1 wants the action as a header, SOAP 1.2 (part 2, section 6.5.3) in the media type.
_MEDIA_TYPES = {"1.1": "text/xml;charset=UTF-8", "1.2": "application/soap+xml;charset=UTF-8"}
_FAULTS = {
    "1.1": "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>{}</faultstring></soapenv:Fault>",
    "1.2": "<soapenv:Fault><soapenv:Code><soapenv:Value>soapenv:Receiver</soapenv:Value></soapenv:Code>"
    '<soapenv:Reason><soapenv:Text xml:lang="zh">{}</soapenv:Text></soapenv:Reason></soapenv:Fault>',
}


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope that was read: its `root`, and the one element in its body."""

    root: etree._Element
    called: etree._Element

    @property
    def fault(self) -> str | None:
        """What a fault says; None where the body holds something else."""
        name = etree.QName(self.called)
        if name.localname != "Fault" or name.namespace not in SOAP.values():
            return None
        reason = f"{{{name.namespace}}}Reason/{{{name.namespace}}}Text"
        return self.called.findtext("faultstring") or self.called.findtext(reason) or "fault"

    def headers(self, path: str) -> list[etree._Element]:
        """The elements at a path within the header."""
        return self.root.findall(f"{{{etree.QName(self.root).namespace}}}Header/{path}")


def opened(document: Document) -> Opened:
    """The envelope of a document in UTF-8, of either version; GatewayError where it is none."""
    root = envelope_root(document, "utf-8")
    name = etree.QName(root)
    body = root.find(f"{{{name.namespace}}}Body") if name.namespace in SOAP.values() else None
    if name.localname != "Envelope" or body is None or len(body) != 1:
        raise unreadable("it is not a SOAP envelope with one element in its body")
    return Opened(root, body[0])


class Envelopes:
    """Writes envelopes of one version: that of `soap` among a syntax's options, 1.1 where nothing is said."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._version = str(options.get("soap", "1.1"))
        if self._version not in SOAP:
            raise ValueError(f"soap: {self._version} is neither 1.1 nor 1.2")

    def around(self, inner: str, head: str = "", namespaces: str = "") -> str:
        """The envelope around what stands in its body. `head`: the header, an element; `namespaces`: declarations."""
        opening = f'<soapenv:Envelope xmlns:soapenv="{SOAP[self._version]}"{namespaces}>'
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>{opening}'
            f"{head}<soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
        )

    def refused(self, text: str, namespaces: str = "") -> str:
        """The envelope of a fault of the receiver."""
        return self.around(_FAULTS[self._version].format(escaped(text)), namespaces=namespaces)

    def call(self, body: bytes, action: str) -> Document:
        """The document of a call. `action`: as its SOAPAction is written, with its quotes where it has some."""
        if self._version == "1.1":
            return Document(body, _MEDIA_TYPES["1.1"], {"SOAPAction": action})
        named = action.strip('"')
        return Document(body, _MEDIA_TYPES["1.2"] + (f';action="{named}"' if named else ""))

    def answer(self, body: bytes, headers: Mapping[str, str] | None = None) -> Document:
        """The document of an answer."""
        return Document(body, _MEDIA_TYPES[self._version], dict(headers or {}))
