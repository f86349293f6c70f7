"""zeep over the same contract: elements into its objects, its objects into elements."""

from pathlib import Path
from typing import Any

from lxml import etree
from zeep import Client

from gateway.mapping import contract
from gateway.mapping.contract_versions import NEWEST

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class ZeepPeer:
    """Reads and writes documents as zeep does, behind the same parser and the same schema."""

    def __init__(self, folder: Path) -> None:
        wsdl = folder / "gateway.wsdl"
        wsdl.write_bytes(contract.wsdl(NEWEST, contract.PLACE))
        self._types: Any = Client(str(wsdl)).wsdl.types  # type: ignore[no-untyped-call]  # zeep carries no types
        self._schema = etree.XMLSchema(etree.fromstring(contract.xsd(NEWEST)))
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)

    def through(self, body: bytes) -> bytes:
        """The document that zeep writes of what it has read in `body`."""
        root = etree.fromstring(body, self._parser)
        envelope = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"soap": _SOAP})
        for part, (element,) in zip(("Header", "Body"), root, strict=True):
            self._schema.assertValid(element)
            kind = self._types.get_element(element.tag)
            value = kind.parse(element, self._types)
            kind.render(etree.SubElement(envelope, f"{{{_SOAP}}}{part}"), value)
        return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
