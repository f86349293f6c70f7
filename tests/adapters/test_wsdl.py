from pathlib import Path

import pytest

from adapters.wsdl import Contract, Operation, contract
from gateway.errors import GatewayError

SCHEMA = """<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a" elementFormDefault="qualified">
<element name="FindCover"><complexType/></element><element name="FindCoverAnswer"><complexType/></element></schema>"""
WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:a="urn:a" targetNamespace="urn:a">
<types><xsd:schema><xsd:import namespace="urn:a" schemaLocation="{schema}"/></xsd:schema></types>
<message name="In"><part name="body" element="a:FindCover"/></message>
<message name="Out"><part name="body" element="a:FindCoverAnswer"/></message>
<portType name="P"><operation name="FindCover"><input message="a:In"/><output message="a:Out"/></operation></portType>
<binding name="B" type="a:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
<operation name="FindCover"><soap:operation soapAction="urn:a/FindCover"/>
<input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
<service name="S"><port name="P" binding="a:B"><soap:address location="http://127.0.0.1/soap"/></port></service>
</definitions>"""


def written(folder: Path, schema: str = "a.xsd") -> Path:
    (folder / "a.xsd").write_text(SCHEMA, encoding="utf-8")
    path = folder / "a.wsdl"
    path.write_text(WSDL.format(schema=schema), encoding="utf-8")
    return path


def test_a_contract_tells_actions_elements_and_address(tmp_path: Path) -> None:
    assert contract(written(tmp_path)) == Contract(
        {"FindCover": Operation("urn:a/FindCover", "{urn:a}FindCover", "{urn:a}FindCoverAnswer")},
        "http://127.0.0.1/soap",
    )


def test_a_contract_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path)
    first = contract(path)
    path.unlink()
    assert contract(path) is first


def test_nothing_that_a_contract_imports_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="not a usable WSDL"):
        contract(written(tmp_path, "http://127.0.0.1:9/a.xsd"))


@pytest.mark.parametrize("text", ["", "<a/>", "no xml", '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>'])
def test_what_is_no_contract_is_named_with_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.wsdl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GatewayError) as caught:
        contract(path)
    assert caught.value.kind.code == "data_invalid"
    assert str(path) in str(caught.value)


def test_a_contract_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match=r"none\.wsdl"):
        contract(tmp_path / "none.wsdl")
