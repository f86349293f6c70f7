from pathlib import Path
from threading import Thread

import pytest

from gateway.errors import GatewayError
from gateway.security.xml import parse, schema, validate

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" elementFormDefault="qualified">
<xs:element name="Enrol"><xs:complexType><xs:sequence>
<xs:element name="number"><xs:simpleType>
<xs:restriction base="xs:string"><xs:pattern value="[0-9]{18}"/></xs:restriction>
</xs:simpleType></xs:element>
<xs:element name="amount" type="xs:decimal"/>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""


def enrol(number: str, amount: str) -> bytes:
    return f'<Enrol xmlns="urn:t"><number>{number}</number><amount>{amount}</amount></Enrol>'.encode()


def test_a_valid_element_has_no_findings() -> None:
    assert validate(schema(XSD.encode()), parse(enrol("110101199003071014", "1024.80"))) == []


def test_a_finding_names_the_place_and_the_rule_but_never_the_value() -> None:
    findings = validate(schema(XSD.encode()), parse(enrol("张三's 'x' is not 1", "很多")))
    assert len(findings) >= 2
    said = " ".join(path + message for path, message in findings)
    assert "amount" in said
    assert "pattern" in said
    assert "xs:decimal" in said
    assert "张三" not in said
    assert "很多" not in said
    assert "urn:t" not in said


def test_a_child_is_validated_as_a_root_of_its_own() -> None:
    envelope = parse(b"<e>" + enrol("110101199003071014", "1") + b"<x/></e>")
    assert validate(schema(XSD.encode()), envelope[0]) == []
    assert validate(schema(XSD.encode()), envelope[1])


def test_a_schema_file_may_include_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "part.xsd").write_text(XSD)
    head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">'
    (tmp_path / "whole.xsd").write_text(f'{head}<xs:include schemaLocation="part.xsd"/></xs:schema>')
    assert validate(schema(tmp_path / "whole.xsd"), parse(enrol("110101199003071014", "1"))) == []


@pytest.mark.parametrize("content", ["<a/>", "<a", XSD.replace("xs:decimal", "xs:number")])
def test_a_file_that_is_no_schema_is_named_with_its_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.xsd").write_text(content)
    with pytest.raises(GatewayError, match=r"bad\.xsd:[0-9]+:") as caught:
        schema(tmp_path / "bad.xsd")
    assert caught.value.kind.code == "data_invalid"


def test_a_missing_schema_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match=r"none\.xsd"):
        schema(tmp_path / "none.xsd")


def test_threads_that_share_a_schema_get_their_own_findings() -> None:
    shared = schema(XSD.encode())
    wrong: list[int] = []

    def work(number: str, expected: int) -> None:
        element = parse(enrol(number, "1"))
        wrong.extend(1 for _ in range(200) if (len(validate(shared, element)) > 0) != bool(expected))

    threads = [Thread(target=work, args=(number, n % 2)) for n, number in enumerate(["110101199003071014", "x"] * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
