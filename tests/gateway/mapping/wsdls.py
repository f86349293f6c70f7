"""WSDLs of the three styles that are met, small."""

from pathlib import Path

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
<wsdl:types><xsd:schema targetNamespace="urn:t">{types}</xsd:schema></wsdl:types>
"""
_REST = """
<wsdl:portType name="P"><wsdl:operation name="find"><wsdl:input message="t:in"/><wsdl:output message="t:out"/>
</wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="{style}"/>
<wsdl:operation name="find"><soap:operation soapAction="urn:find"/>
<wsdl:input><soap:body use="{use}" namespace="urn:rpc"/></wsdl:input>
<wsdl:output><soap:body use="{use}" namespace="urn:rpc"/></wsdl:output>
</wsdl:operation></wsdl:binding></wsdl:definitions>
"""
TYPES = """
<xsd:complexType name="row"><xsd:sequence>
<xsd:element name="aac003" type="xsd:string"/><xsd:element name="aae036" type="xsd:date"/>
</xsd:sequence></xsd:complexType>
<xsd:complexType name="rows"><xsd:complexContent><xsd:restriction base="soapenc:Array"
 xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/">
<xsd:attribute ref="soapenc:arrayType" wsdl:arrayType="t:row[]"/></xsd:restriction></xsd:complexContent>
</xsd:complexType>
"""
_RPC_PARTS = """
<wsdl:message name="in"><wsdl:part name="aac002" type="xsd:string"/>
<wsdl:part name="page" type="xsd:int"/></wsdl:message>
<wsdl:message name="out"><wsdl:part name="return" type="t:rows"/></wsdl:message>"""
_STRINGS = """
<wsdl:message name="in"><wsdl:part name="xml" type="xsd:string"/></wsdl:message>
<wsdl:message name="out"><wsdl:part name="findReturn" type="xsd:string"/></wsdl:message>"""
_ELEMENTS = """
<wsdl:message name="in"><wsdl:part name="p" element="t:find"/></wsdl:message>
<wsdl:message name="out"><wsdl:part name="p" element="t:found"/></wsdl:message>"""


def written(folder: Path, text: str) -> Path:
    path = folder / "t.wsdl"
    path.write_text(text, encoding="utf-8")
    return path


def encoded(folder: Path) -> Path:
    rest = _REST.format(style="rpc", use="encoded")
    return written(folder, _HEAD.format(types=TYPES) + _RPC_PARTS + rest)


def one_string(folder: Path) -> Path:
    rest = _REST.format(style="rpc", use="encoded")
    return written(folder, _HEAD.format(types="") + _STRINGS + rest)


def document(folder: Path, types: str) -> Path:
    rest = _REST.format(style="document", use="literal")
    return written(folder, _HEAD.format(types=types) + _ELEMENTS + rest)


TWO_ELEMENTS = (
    '<xsd:element name="find"><xsd:complexType><xsd:sequence><xsd:element name="aac002"/>'
    '<xsd:element name="aac003"/></xsd:sequence></xsd:complexType></xsd:element>'
    '<xsd:element name="found"><xsd:complexType><xsd:sequence><xsd:element name="aac001"/></xsd:sequence>'
    "</xsd:complexType></xsd:element>"
)
_SOAP_12 = "http://schemas.xmlsoap.org/wsdl/soap12/"


def of_soap_12(path: Path) -> Path:
    """The WSDL at `path` with its binding in SOAP 1.2."""
    text = path.read_text(encoding="utf-8").replace("http://schemas.xmlsoap.org/wsdl/soap/", _SOAP_12)
    return written(path.parent, text)


def of_both(path: Path, *, first: str) -> Path:
    """The WSDL at `path` with a second binding, of SOAP 1.2, that has an action of its own."""
    text = path.read_text(encoding="utf-8")
    start, end = text.index("<wsdl:binding"), text.index("</wsdl:binding>") + len("</wsdl:binding>")
    old = text[start:end]
    new = old.replace("soap:", "soap12:").replace('name="B"', 'name="B12"').replace("urn:find", "urn:find12")
    new = new.replace("<wsdl:binding", f'<wsdl:binding xmlns:soap12="{_SOAP_12}"', 1)
    both = old + new if first == "1.1" else new + old
    return written(path.parent, text.replace(old, both))


def divided(path: Path, folder: str = "") -> Path:
    """The WSDL at `path` with its types and messages in another one, which it imports."""
    text = path.read_text(encoding="utf-8")
    start, end = text.index("<wsdl:types>"), text.index("<wsdl:portType")
    head = text[: text.index("<wsdl:types>")]
    beside = path.parent / folder / "parts.wsdl"
    beside.parent.mkdir(exist_ok=True)
    beside.write_text(f"{head}{text[start:end]}</wsdl:definitions>", encoding="utf-8")
    told = f'<wsdl:import namespace="urn:t" location="{folder}{"/" if folder else ""}parts.wsdl"/>'
    return written(path.parent, text[:start] + told + text[end:])
