"""The differences file in every layout: its columns, its sums, its signature."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping.difference_writer import difference_layout, write_differences
from gateway.mapping.statement_forms import FOOT, HEAD, ROW
from gateway.mapping.statement_layout import Layout, layouts
from gateway.mapping.statement_signature import SIGNATURE, Signature, same
from gateway.mapping.statement_values import Value
from gateway.model.codes import Insurance
from gateway.model.difference import DifferenceRow
from gateway.model.shape import shapes
from tests.gateway.mapping.differing import head, rows
from tests.rules.tree import ROOT

MAPPINGS = ROOT / "mappings"
KEY = b"example-statement-key"
LAYOUTS = layouts(MAPPINGS)


def written(party: str, some: list[DifferenceRow], of: Layout | None = None) -> bytes:
    layout = difference_layout(MAPPINGS, of or LAYOUTS[party])
    return b"".join(write_differences(head(party), some, layout, KEY))


@pytest.mark.parametrize("party", LAYOUTS)
def test_every_bureau_whose_statements_are_taken_can_be_told_in_its_own_form(party: str) -> None:
    layout = difference_layout(MAPPINGS, replace(LAYOUTS[party], sign="none"))
    lines = b"".join(write_differences(head(party), rows(), layout)).decode(layout.statement.encoding).splitlines()
    lines = lines[len(layout.form.opening) : len(lines) - len(layout.form.closing)]
    assert [layout.form.kind(line) for line in lines] == [HEAD, ROW, ROW, FOOT]
    first = layout.form.cells(ROW, lines[1])
    assert (first["reference"].strip(), first["class"].strip()) == (rows()[0].reference, "amount")
    assert (first["our_total"].strip(), first["their_total"].strip()) == ("240.00", "241.44")
    assert layout.statement.values[ROW]["insurance"].read(first["insurance"].strip()) is Insurance.PENSION
    second = layout.form.cells(ROW, lines[2])
    assert (second["our_count"].strip(), second["our_day"].strip(), second["our_state"].strip()) == ("0", "", "")
    foot = layout.form.cells(FOOT, lines[3])
    assert (foot["count"].strip(), foot["our_total"].strip(), foot["their_total"].strip()) == ("2", "240.00", "482.88")


@pytest.mark.parametrize("party", [party for party, layout in LAYOUTS.items() if layout.sign == "trailer"])
def test_a_signature_at_the_end_is_over_all_that_stands_before_it(party: str) -> None:
    body = written(party, rows())
    before, mark, _ = body.partition(b"<CA>")
    found = SIGNATURE.search(body)
    assert mark
    assert found is not None
    signature = Signature(KEY)
    for line in before.splitlines():
        signature.add(line)
    assert same(signature.whole(), found[1])
    assert not same(Signature(b"another").whole(), found[1])


@pytest.mark.parametrize("party", [party for party, layout in LAYOUTS.items() if layout.sign == "line"])
def test_a_signature_in_each_line_covers_the_one_before(party: str) -> None:
    signature, before = Signature(KEY), b""
    for line in written(party, rows()).splitlines():
        content, _, given = line.partition(b"<CA>")
        before = signature.of_line(content, before)
        assert same(before, given.removesuffix(b"</CA>"))


def test_the_xml_file_is_a_well_formed_document_of_its_own_name() -> None:
    root = etree.fromstring(written("tax-beijing", rows()))
    assert (root.tag, [child.tag for child in root]) == ("differences", ["head", "row", "row", "foot", "CA"])


def test_a_day_without_differences_is_a_file_without_rows() -> None:
    assert written("tax-hunan", [], replace(LAYOUTS["tax-hunan"], sign="none")) == (
        b"H|1|tax-hunan|20260120|2\nT|0|0.00|0.00\n"
    )


def test_what_the_layout_cannot_say_is_an_error_that_names_it() -> None:
    odd = replace(rows()[0], voucher_number="1|2")
    with pytest.raises(GatewayError) as raised:
        written("tax-hunan", [odd])
    assert raised.value.kind.code == "bad_character"
    beijing = LAYOUTS["tax-beijing"]
    codes = {**beijing.values, ROW: {**beijing.values[ROW], "insurance": _no_code(beijing)}}
    with pytest.raises(GatewayError) as raised:
        written("tax-beijing", rows(), replace(beijing, values=codes))
    assert (raised.value.kind.code, raised.value.params["field"]) == ("no_place", "insurance")


def test_a_layout_that_leaves_a_column_out_does_not_load(tmp_path: Path) -> None:
    shutil.copytree(MAPPINGS / "differences", tmp_path / "differences")
    file = tmp_path / "differences" / "separated.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("asks, ", ""), encoding="utf-8")
    with pytest.raises(GatewayError) as raised:
        difference_layout(tmp_path, LAYOUTS["tax-hunan"])
    assert raised.value.kind.code == "data_invalid"
    assert raised.value.params["file"].endswith("separated.yaml")


def test_nothing_in_the_file_says_who_somebody_is() -> None:
    assert [shape.name for shape in shapes(DifferenceRow) if shape.personal] == []
    assert {"name", "tax_person_number", "person_number"} & {shape.name for shape in shapes(DifferenceRow)} == set()


def _no_code(layout: Layout) -> Value:
    def write(_value: object) -> str:
        raise ValueError("there is no code for it")

    return replace(layout.values[ROW]["insurance"], write=write)
