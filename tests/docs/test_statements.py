"""The examples of docs/protocols/statements.md are what the writer writes and the reader takes."""

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from gateway.errors import KINDS
from gateway.mapping.canonical_json import reader
from gateway.mapping.statement_layout import layouts
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.mapping.statement_samples import samples_of
from gateway.mapping.statement_writer import write_statement
from gateway.model.shape import shapes
from gateway.model.statement import StatementHead, StatementRow
from tests.docs.markdown import read
from tests.rules.tree import ROOT

FOLDER = ROOT / "docs" / "examples" / "statements"
PAGE = ROOT / "docs" / "protocols" / "statements.md"
KEY = (FOLDER / "example-key.txt").read_bytes().strip()
DAY = date(2026, 1, 20)
LAYOUTS = layouts(ROOT / "mappings")
EXAMPLES = sorted(FOLDER.glob("t*-20260120-01.*"))


def party_of(path: Path) -> str:
    return path.name.removesuffix(path.suffix).removesuffix("-20260120-01")


def rows() -> list[StatementRow]:
    return [reader(StatementRow)(line) for line in (FOLDER / "rows.ndjson").read_bytes().splitlines()]


@pytest.mark.parametrize("path", EXAMPLES, ids=party_of)
def test_an_example_is_what_is_written_and_what_is_taken(path: Path) -> None:
    layout, found = LAYOUTS[party_of(path)], list[StatementRow]()
    body = path.read_bytes()
    assert b"".join(write_statement(StatementHead(1, party_of(path), DAY, 1, 1, 1), rows(), layout, KEY)) == body
    checked = check_statement([body], layout, Terms(DAY, KEY), lambda _line, row: found.append(row))
    assert checked.faults == ()
    assert found == rows()


def test_every_party_with_statements_has_an_example_and_each_is_linked() -> None:
    """Here, or beside its `statement.yaml`, where `app.py check` reads it."""
    beside = [party for party, layout in LAYOUTS.items() if samples_of(layout.folder)]
    assert sorted([*beside, *(party_of(path) for path in EXAMPLES)]) == list(LAYOUTS)
    of_accounts = [LAYOUTS[party].folder.name for party in beside if LAYOUTS[party].folder.parent.name == "accounts"]
    assert [name for name in of_accounts if f"accounts/{name}/statement.yaml" not in read(PAGE)] == []
    assert [path.name for path in FOLDER.iterdir() if path.name not in read(PAGE)] == []


def test_the_xml_example_is_a_well_formed_document() -> None:
    (path,) = (path for path in EXAMPLES if path.suffix == ".xml")
    root = etree.parse(path).getroot()
    assert [child.tag for child in root] == ["head", *["row"] * 4, "foot", "CA"]


def test_the_refused_example_has_the_faults_that_the_page_tells() -> None:
    body = (FOLDER / "refused-tax-hunan-20260120-01.txt").read_bytes()
    checked = check_statement([body], LAYOUTS["tax-hunan"], Terms(DAY, KEY))
    assert [(fault.line, fault.code) for fault in checked.faults] == [
        (3, "statement_value"),
        (6, "statement_count"),
        (7, "statement_signature"),
    ]
    assert body[checked.faults[0].byte :].startswith(b"1,4.4|")


def test_every_column_and_every_fault_is_explained() -> None:
    page = read(PAGE)
    assert [shape.name for shape in shapes(StatementRow) if f"`{shape.name}`" not in page] == []
    told = [code for code in KINDS if code.startswith("statement_") and code != "statement_refused"]
    assert [code for code in told if f"`{code}`" not in page] == []
