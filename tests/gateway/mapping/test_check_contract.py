import shutil
from pathlib import Path

import pytest

from gateway.mapping.check import check
from tests.commands.provinces import change, copied, decided
from tests.mappings.folders import MAPPINGS

WSDL = "dialects/qinghai/1.0/contract/si.wsdl"
TABLE = "dialects/qinghai/1.0/messages/find-worker.yaml"
DIALECT = "dialects/qinghai/1.0/dialect.yaml"
CODES = "dialects/qinghai/1.0/codes.yaml"


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mappings = copied(tmp_path_factory.mktemp("added"))
    decided(mappings)
    return mappings


@pytest.fixture
def mappings(added: Path, tmp_path: Path) -> Path:
    for part in ("dialects/qinghai", "provinces/qinghai"):
        shutil.copytree(added / part, tmp_path / part)
    return tmp_path


def test_tables_that_say_what_their_wsdl_says_have_no_fault(mappings: Path) -> None:
    assert check(mappings, "qinghai").faults == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "words"),
    [
        (
            WSDL,
            '<xsd:element name="aac301" type="xsd:string"/>',
            '<xsd:element name="aab301" type="xsd:string"/>',
            (WSDL, 'name="aab301"'),
            "reply.person[].aab301 of FindWorker has no line in find-worker.yaml",
        ),
        (
            WSDL,
            '<xsd:element name="aac301" type="xsd:string"/>',
            "",
            (TABLE, "there: aac301"),
            "reply.person[].aac301 is no element of queryPersonResponse in si.wsdl",
        ),
        (WSDL, "si/queryPerson", "si/query", (DIALECT, "    queryPerson:"), "the action of queryPerson is"),
        (
            TABLE,
            "there: request.lsh, control: message_id",
            "there: request.lsh, ignored: nobody needs it",
            (WSDL, 'name="lsh"'),
            "request.lsh of FindWorker has to stand in every request, and no line writes it",
        ),
        (
            CODES,
            '{there: "08", here: hmt_permit',
            '{there: "06", here: hmt_permit',
            (CODES, 'there: "06"'),
            "06 is not allowed at request.aac058",
        ),
        (DIALECT, "[lsh, aac058,", "[aac058, lsh,", (DIALECT, "    queryPerson: ["), "queryPerson holds lsh, aac058"),
        (DIALECT, "person*", "person", (DIALECT, "    queryPersonResponse: ["), "holds code, msg, person*"),
        (
            DIALECT,
            'namespace: "urn:example:qinghai:si"',
            'namespace: "urn:other"',
            (DIALECT, "  namespace: "),
            "has the namespace urn:example:qinghai:si",
        ),
    ],
)
def test_where_table_and_wsdl_differ_the_line_is_named(
    mappings: Path, file: str, old: str, new: str, at: tuple[str, str], words: str
) -> None:
    change(mappings / file, (old, new))
    named, text = at
    lines = (mappings / named).read_text("utf-8").splitlines()
    faults = [fault for fault in check(mappings, "qinghai").faults if words in fault]
    assert faults, check(mappings, "qinghai").faults
    line = int(faults[0].partition(", line ")[2].partition(":")[0])
    assert faults[0].startswith(f"{mappings / named}, line {line}:")
    assert text in lines[line - 1]


def test_an_operation_without_a_table_is_named_unless_it_is_listed_as_lossy(mappings: Path) -> None:
    operation = '<wsdl:operation name="drop"><wsdl:input message="q:queryPersonIn"/>'
    operation += '<wsdl:output message="q:queryPersonOut"/></wsdl:operation>'
    bound = '<wsdl:operation name="drop"><soap:operation soapAction="drop"/></wsdl:operation>'
    change(
        mappings / WSDL,
        ("</wsdl:portType>", f"{operation}</wsdl:portType>"),
        ("</wsdl:binding>", f"{bound}</wsdl:binding>"),
    )
    [fault] = check(mappings, "qinghai").faults
    assert "no table has the operation drop" in fault
    change(mappings / DIALECT, ("lossy:\n", "lossy:\n  operation.drop: nobody here needs it\n"))
    assert check(mappings, "qinghai").faults == ()


def test_a_wsdl_that_cannot_be_followed_is_a_fault(mappings: Path) -> None:
    (mappings / WSDL).write_text("<a/>", encoding="utf-8")
    [fault] = check(mappings, "qinghai").faults
    assert "it is not a WSDL 1.1" in fault


def test_our_own_contract_is_compared_with_the_records_it_is_made_from(tmp_path: Path) -> None:
    shutil.copytree(MAPPINGS / "dialects" / "gateway", tmp_path / "dialects" / "gateway")
    assert check(tmp_path).faults == ()
    wsdl = tmp_path / "dialects/gateway/1.2/contract/gateway.wsdl"
    change(wsdl, ('name="registered_by"', 'name="entered_by"'))
    faults = check(tmp_path).faults
    lines = wsdl.read_text("utf-8").splitlines()
    [added] = [
        fault for fault in faults if "is in the WSDL and in no canonical record" in fault and "FindCover " in fault
    ]
    assert 'name="entered_by"' in lines[int(added.partition(", line ")[2].partition(":")[0]) - 1]
    assert any("registered_by is in a canonical record and not in the WSDL" in fault for fault in faults)
