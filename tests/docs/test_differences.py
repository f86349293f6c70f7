"""The example of docs/protocols/differences.md is what the writer writes, and the page explains every column."""

from gateway.mapping.difference_writer import difference_layout, write_differences
from gateway.mapping.statement_layout import layouts
from gateway.model.difference import DifferenceRow
from gateway.model.repair import REPAIRS, RepairCode
from gateway.model.shape import shapes
from gateway.services.reconciliation_words import said
from tests.docs.markdown import read
from tests.gateway.mapping.differing import head, rows
from tests.rules.tree import ROOT

PAGE = ROOT / "docs" / "protocols" / "differences.md"
EXAMPLE = ROOT / "docs" / "examples" / "differences" / "tax-hunan-20260120.txt"
KEY = (ROOT / "docs" / "examples" / "statements" / "example-key.txt").read_bytes().strip()


def test_the_example_is_what_is_written() -> None:
    layout = difference_layout(ROOT / "mappings", layouts(ROOT / "mappings")["tax-hunan"])
    assert b"".join(write_differences(head("tax-hunan"), rows(), layout, KEY)) == EXAMPLE.read_bytes()
    assert EXAMPLE.name in read(PAGE)


def test_every_column_and_everything_that_is_asked_is_explained() -> None:
    page = read(PAGE)
    assert [shape.name for shape in shapes(DifferenceRow) if f"`{shape.name}`" not in page] == []
    asked = [code for code in RepairCode if REPAIRS[code].proved]
    assert [code for code in asked if f"| `{code}` | {said('repair', code.value, 'zh')} |" not in page] == []
