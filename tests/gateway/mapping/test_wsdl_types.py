from pathlib import Path

import pytest
import yaml

from gateway.errors import GatewayError
from gateway.mapping.propose_dialect import dialect_file, namespaces
from gateway.mapping.syntax_typed_soap import TypedSoap
from gateway.mapping.wsdl_reader import read_wsdl
from gateway.ports import Document
from gateway.security.xml import parse
from tests.gateway.mapping import wsdls

ASKED = '<xsd:element name="find"><xsd:complexType><xsd:sequence>{}</xsd:sequence></xsd:complexType></xsd:element>'
FOUND = '<xsd:element name="found"><xsd:complexType>{}</xsd:complexType></xsd:element>'
NAMED = '<xsd:sequence><xsd:element name="aac001" type="xsd:string"/></xsd:sequence>'


def with_second(folder: Path, second: str, types: str) -> Path:
    """A WSDL with a second schema, of the namespace urn:data, before its own."""
    path = wsdls.document(folder, types)
    head = '<xsd:schema targetNamespace="urn:data" elementFormDefault="qualified">'
    text = path.read_text("utf-8").replace("<wsdl:types>", f"<wsdl:types>{head}{second}</xsd:schema>")
    return wsdls.written(folder, text.replace('xmlns:t="urn:t"', 'xmlns:t="urn:t" xmlns:d="urn:data"'))


def test_a_name_means_what_it_means_in_its_own_namespace(tmp_path: Path) -> None:
    other = f'<xsd:complexType name="aac058">{NAMED}</xsd:complexType>'
    own = (
        '<xsd:simpleType name="aac058"><xsd:restriction base="xsd:string"><xsd:maxLength value="2"/></xsd:restriction>'
    )
    asked = ASKED.format('<xsd:element name="aac058" type="t:aac058"/><xsd:element name="n" type="xsd:int"/>')
    shape = read_wsdl(with_second(tmp_path, other, own + "</xsd:simpleType>" + asked + FOUND.format(NAMED)))
    (place, element), _ = shape.operations[0].request.leaves()
    assert (place, element.longest) == ("aac058", 2)


def test_elements_of_a_type_of_another_namespace_have_it_and_are_written_and_read_in_it(tmp_path: Path) -> None:
    worker = '<xsd:sequence><xsd:element name="worker" type="d:worker"/></xsd:sequence>'
    types = ASKED.format('<xsd:element name="aac002" type="xsd:string"/>') + FOUND.format(worker)
    other = f'<xsd:complexType name="worker">{NAMED}</xsd:complexType>'
    shape = read_wsdl(with_second(tmp_path, other, types))
    assert shape.namespace == "urn:t"
    assert namespaces(shape) == {"find.aac002": "", "found.worker": "", "found.worker.aac001": "urn:data"}
    options = yaml.safe_load(dialect_file(shape, ("x", "1.0")))["options"]
    syntax = TypedSoap(options)
    form = {"call": {"operation": "find"}, "reply": {"worker": {"aac001": "42"}}}
    text = syntax.text(form, reply=True)
    found = parse(text.encode()).find(".//{urn:t}found/worker/{urn:data}aac001")
    assert found is not None
    assert found.text == "42"
    assert syntax.parse(Document(text.encode(), "text/xml")) == form
    with pytest.raises(GatewayError, match="not in the namespace"):
        syntax.parse(Document(text.replace("urn:data", "urn:date").encode(), "text/xml"))


def test_a_group_that_is_referred_to_is_followed_and_what_repeats_together_is_said(tmp_path: Path) -> None:
    pair = '<xsd:element name="aac002" type="xsd:string"/><xsd:element name="aac003" type="xsd:string"/>'
    group = f'<xsd:group name="person"><xsd:sequence>{pair}</xsd:sequence></xsd:group>'
    several = f'<xsd:sequence maxOccurs="unbounded">{pair}</xsd:sequence>'
    one = NAMED.replace("<xsd:sequence>", '<xsd:sequence maxOccurs="unbounded">')
    shape = read_wsdl(
        wsdls.document(tmp_path, group + ASKED.format('<xsd:group ref="t:person"/>') + FOUND.format(several))
    )
    assert [name for name, _ in shape.operations[0].request.leaves()] == ["aac002", "aac003"]
    assert any("several times together" in odd for odd in shape.odd)
    shape = read_wsdl(wsdls.document(tmp_path, ASKED.format(pair) + FOUND.format(one)))
    assert [name for name, _ in shape.operations[0].reply.leaves()] == ["aac001[]"]
    assert shape.odd == ()


def test_what_a_proposal_leaves_out_of_a_wsdl_is_said_with_its_line(tmp_path: Path) -> None:
    path = wsdls.document(tmp_path, ASKED.format("") + FOUND.format(NAMED))
    header = '<wsdl:input><soap:header message="t:in" part="p" use="literal"/><soap:body use="literal"'
    more = '<wsdl:portType name="Q"><wsdl:operation name="enrol"><wsdl:input message="t:in"/></wsdl:operation>'
    text = path.read_text("utf-8").replace('<wsdl:input><soap:body use="literal"', header)
    wsdls.written(
        tmp_path, text.replace("<wsdl:binding ", more + '<wsdl:operation name="find"/></wsdl:portType><wsdl:binding ')
    )
    ports, headers = read_wsdl(path).odd
    assert ports.startswith("t.wsdl:")
    assert "the port type Q (enrol)" in ports
    assert "the header p of in" in headers
