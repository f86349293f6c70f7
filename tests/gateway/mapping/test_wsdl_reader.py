from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.contract_shape import ContractShape
from gateway.mapping.wsdl_reader import files_of, read_wsdl
from tests.gateway.mapping import wsdls
from tests.mappings.folders import MAPPINGS

EMPTY = '<xsd:element name="find"/><xsd:element name="found"/>'


def requested(shape: ContractShape) -> dict[str, str]:
    return {place: element.kind for place, element in shape.operations[0].request.leaves()}


def answered(shape: ContractShape) -> dict[str, str]:
    return {place: element.kind for place, element in shape.operations[0].reply.leaves()}


def test_the_parts_of_an_rpc_call_are_its_elements_and_an_array_is_a_list(tmp_path: Path) -> None:
    shape = read_wsdl(wsdls.encoded(tmp_path))
    assert (shape.style, shape.namespace, shape.qualified) == ("encoded", "urn:rpc", False)
    assert requested(shape) == {"aac002": "string", "page": "int"}
    assert answered(shape) == {"return.item[].aac003": "string", "return.item[].aae036": "date"}
    [called] = shape.operations
    assert (called.request.name, called.reply.name, called.action) == ("find", "findResponse", "urn:find")


def test_a_call_of_one_string_is_told_from_one_with_fields(tmp_path: Path) -> None:
    shape = read_wsdl(wsdls.one_string(tmp_path))
    assert shape.style == "one_string"
    assert shape.around == {"parameter": "xml", "answer": "findReturn"}
    assert [called.action for called in shape.operations] == ["find"]


def test_elements_tell_their_values_length_repetition_words_and_line(tmp_path: Path) -> None:
    types = """<xsd:element name="find"><xsd:complexType><xsd:sequence>
<xsd:element name="kind" minOccurs="0" maxOccurs="3"><xsd:simpleType><xsd:restriction base="xsd:string">
<xsd:enumeration value="1"/><xsd:enumeration value="2"/><xsd:maxLength value="1"/></xsd:restriction></xsd:simpleType>
</xsd:element></xsd:sequence></xsd:complexType></xsd:element>
<xsd:element name="found"><xsd:complexType><xsd:sequence><xsd:choice><xsd:element name="a" type="xsd:string">
<xsd:annotation><xsd:documentation>词</xsd:documentation></xsd:annotation></xsd:element>
<xsd:element name="b" type="xsd:decimal"/></xsd:choice></xsd:sequence></xsd:complexType></xsd:element>"""
    path = wsdls.document(tmp_path, types)
    shape = read_wsdl(path)
    [(place, kind)] = shape.operations[0].request.leaves()
    assert (place, kind.values, kind.longest, kind.optional) == ("kind[]", ("1", "2"), 1, True)
    line = int(kind.at.removeprefix("t.wsdl:"))
    assert 'name="kind"' in path.read_text(encoding="utf-8").splitlines()[line - 1]
    found = dict(shape.operations[0].reply.leaves())
    assert (found["a"].words, found["b"].kind) == ("词", "decimal")
    assert found["a"].optional
    assert any("only one of these may stand" in odd for odd in shape.odd)


def test_a_type_that_extends_another_has_the_elements_of_both(tmp_path: Path) -> None:
    types = """<xsd:complexType name="one"><xsd:sequence><xsd:element name="a"/></xsd:sequence></xsd:complexType>
<xsd:complexType name="two"><xsd:complexContent><xsd:extension base="t:one"><xsd:sequence><xsd:element name="b"/>
</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
<xsd:element name="find" type="t:two"/><xsd:element name="found" type="t:one"/>"""
    shape = read_wsdl(wsdls.document(tmp_path, types))
    assert list(requested(shape)) == ["a", "b"]
    assert list(answered(shape)) == ["a"]


def test_what_is_imported_is_read_from_beside_the_wsdl(tmp_path: Path) -> None:
    (tmp_path / "more.xsd").write_text(
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">'
        '<xsd:element name="found"><xsd:complexType><xsd:sequence><xsd:element name="x"/></xsd:sequence>'
        "</xsd:complexType></xsd:element></xsd:schema>",
        encoding="utf-8",
    )
    types = '<xsd:include schemaLocation="more.xsd"/><xsd:element name="find"/>'
    assert list(answered(read_wsdl(wsdls.document(tmp_path, types)))) == ["x"]


LOOP = (
    '<xsd:complexType name="c"><xsd:sequence><xsd:element name="c" type="t:c"/></xsd:sequence></xsd:complexType>'
    '<xsd:element name="find" type="t:c"/><xsd:element name="found"/>'
)
SELF = (
    '<xsd:complexType name="c"><xsd:complexContent><xsd:extension base="t:c"/></xsd:complexContent></xsd:complexType>'
    '<xsd:element name="find" type="t:c"/><xsd:element name="found"/>'
)


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ('<xsd:include schemaLocation="none.xsd"/>' + EMPTY, "save it beside the WSDL"),
        ('<xsd:include schemaLocation="http://127.0.0.1:9/a.xsd"/>' + EMPTY, "save it beside the WSDL"),
        ('<xsd:include schemaLocation="../t.wsdl"/>' + EMPTY, "save it beside the WSDL"),
        ('<xsd:element name="find"/>', "no element found"),
        (LOOP, "hold themselves"),
        (SELF, "hold themselves"),
    ],
)
def test_what_cannot_be_followed_is_said_with_file_and_line(tmp_path: Path, types: str, reason: str) -> None:
    path = wsdls.document(tmp_path, types)
    with pytest.raises(GatewayError, match=reason) as raised:
        read_wsdl(path)
    assert raised.value.kind.code == "data_invalid"
    assert raised.value.params["file"] == str(path)
    assert int(raised.value.params["line"]) > 1


@pytest.mark.parametrize(
    "text", ["", "no xml", "<a/>", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>']
)
def test_what_is_no_wsdl_is_named_with_its_file(tmp_path: Path, text: str) -> None:
    path = wsdls.written(tmp_path, text)
    with pytest.raises(GatewayError) as raised:
        read_wsdl(path)
    assert raised.value.kind.code == "data_invalid"
    assert str(path) in str(raised.value)


def test_our_own_contract_is_read_as_every_other() -> None:
    shape = read_wsdl(MAPPINGS / "dialects" / "gateway" / "1.2" / "contract" / "gateway.wsdl")
    found = {called.name: dict(called.reply.leaves()) for called in shape.operations}
    assert shape.style == "document"
    assert "active" in found["FindCover"]["covers[].state"].values


def test_a_contract_of_soap_12_is_read_and_called_in_soap_12(tmp_path: Path) -> None:
    shape = read_wsdl(wsdls.of_soap_12(wsdls.document(tmp_path, wsdls.TWO_ELEMENTS)))
    assert (shape.soap, shape.style, shape.operations[0].action) == ("1.2", "document", "urn:find")
    assert list(requested(shape)) == ["aac002", "aac003"]


@pytest.mark.parametrize("first", ["1.1", "1.2"])
def test_of_two_bindings_that_of_soap_11_is_taken_wherever_it_stands(tmp_path: Path, first: str) -> None:
    shape = read_wsdl(wsdls.of_both(wsdls.document(tmp_path, wsdls.TWO_ELEMENTS), first=first))
    assert (shape.soap, shape.operations[0].action) == ("1.1", "urn:find")


@pytest.mark.parametrize("folder", ["", "types"])
def test_what_a_wsdl_imports_from_beside_it_is_part_of_it(tmp_path: Path, folder: str) -> None:
    path = wsdls.divided(wsdls.document(tmp_path, wsdls.TWO_ELEMENTS), folder)
    shape = read_wsdl(path)
    assert list(requested(shape)) == ["aac002", "aac003"]
    assert shape.operations[0].request.inside[0].at.startswith("parts.wsdl:")
    assert [each.relative_to(tmp_path).as_posix() for each in files_of(path)] == [
        "t.wsdl",
        f"{folder}/parts.wsdl".lstrip("/"),
    ]


def test_wsdls_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    path = wsdls.divided(wsdls.document(tmp_path, wsdls.TWO_ELEMENTS))
    beside = tmp_path / "parts.wsdl"
    back = '<wsdl:import namespace="urn:t" location="t.wsdl"/></wsdl:definitions>'
    beside.write_text(beside.read_text(encoding="utf-8").replace("</wsdl:definitions>", back), encoding="utf-8")
    assert list(answered(read_wsdl(path))) == ["aac001"]


def test_a_part_that_a_body_does_not_name_stands_in_a_header(tmp_path: Path) -> None:
    path = wsdls.document(tmp_path, wsdls.TWO_ELEMENTS)
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        '<wsdl:part name="p" element="t:find"/>',
        '<wsdl:part name="h" element="t:found"/><wsdl:part name="p" element="t:find"/>',
    ).replace('<soap:body use="literal"', '<soap:body parts="p" use="literal"')
    assert list(requested(read_wsdl(wsdls.written(tmp_path, text)))) == ["aac002", "aac003"]


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    return wsdls.written(path.parent, text.replace(old, new))


def bare(folder: Path) -> Path:
    return wsdls.document(folder, '<xsd:element name="find" type="xsd:int"/><xsd:element name="found"/>')


def lost(folder: Path) -> Path:
    return changed(wsdls.divided(wsdls.document(folder, wsdls.TWO_ELEMENTS)), "parts.wsdl", "http://x/parts.wsdl")


def unbound(folder: Path) -> Path:
    return changed(wsdls.document(folder, wsdls.TWO_ELEMENTS), "/wsdl/soap/", "/wsdl/http/")


def portless(folder: Path) -> Path:
    return changed(wsdls.document(folder, wsdls.TWO_ELEMENTS), 'type="t:P"', 'type="t:Q"')


@pytest.mark.parametrize(
    ("make", "line", "reason"),
    [
        (bare, 6, "bare value"),
        (lost, 4, "save it beside the WSDL"),
        (unbound, 10, "no binding of SOAP 1.1 or 1.2"),
        (portless, 10, "no portType Q"),
        (lambda folder: wsdls.of_soap_12(wsdls.one_string(folder)), 10, "ask for a port of 1.1"),
        (lambda folder: wsdls.of_soap_12(wsdls.encoded(folder)), 19, "ask for a port of 1.1"),
    ],
)
def test_what_cannot_be_called_is_said_with_the_line_that_says_so(
    tmp_path: Path, make: Callable[[Path], Path], line: int, reason: str
) -> None:
    with pytest.raises(GatewayError, match=reason) as problem:
        read_wsdl(make(tmp_path))
    assert problem.value.params["line"] == str(line)
