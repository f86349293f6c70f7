import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.rulebook import load_law
from gateway.mapping.rulefile import read
from gateway.mapping.ruleregions import load_regions
from gateway.rules.base import BASE_BOUNDS, REFERENCE_WAGE
from gateway.rules.dated import Layer, State
from gateway.rules.law import Law
from gateway.rules.parameters import PARAMETERS

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings"
ENTRY = """\
values:
  - parameter: reference_wage
    region: "33"
    from: 2026-01-01
    grade: invented
    instrument: notice
    content: {monthly: 8000.50}
"""
Writing = Callable[[str], Path]


@pytest.fixture(scope="module")
def shipped() -> Law:
    return load_law(MAPPINGS)


@pytest.fixture
def writing(tmp_path: Path) -> Writing:
    def written(text: str) -> Path:
        (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return written


def complaint(folder: Path) -> tuple[int, str]:
    with pytest.raises(GatewayError) as raised:
        load_law(MAPPINGS, folder)
    assert raised.value.kind.code == "data_invalid"
    assert raised.value.params["file"].endswith("own.yaml")
    return int(raised.value.params["line"]), raised.value.params["reason"]


def test_an_entry_becomes_a_value_that_knows_where_it_stands(writing: Writing) -> None:
    law = load_law(MAPPINGS, writing(ENTRY))
    found = law.rules.find(REFERENCE_WAGE, "330106", date(2026, 5, 1))
    assert found.content.monthly == Decimal("8000.50")
    assert (found.value.layer, found.value.line) == (Layer.DEPLOYMENT, 2)
    assert found.value.file.endswith("own.yaml")


def test_one_entry_may_stand_for_several_regions_and_insurances(writing: Writing) -> None:
    text = ENTRY.replace('region: "33"', 'region: ["33", "43"]\n    insurance: [pension, medical]')
    rules = load_law(MAPPINGS, writing(text)).rules
    on = date(2026, 5, 1)
    for region, insurance, known in (
        ("330106", "pension", True),
        ("430102", "medical", True),
        ("330106", "maternity", False),
    ):
        assert (rules.look(REFERENCE_WAGE, region, on, insurance=insurance) is not None) is known


def test_defaults_hold_for_entries_that_do_not_say_otherwise(writing: Writing) -> None:
    text = """\
defaults: {from: 2026-01-01, grade: invented, instrument: notice, parameter: reference_wage}
values:
  - {region: "33", content: {monthly: 1}}
  - {region: "43", from: 2027-01-01, content: {monthly: 2}}
"""
    rules = load_law(MAPPINGS, writing(text)).rules
    assert rules.find(REFERENCE_WAGE, "330106", date(2026, 1, 1)).value.instrument == "notice"
    assert rules.look(REFERENCE_WAGE, "430102", date(2026, 12, 31)) is None


def test_a_deployments_value_goes_before_the_shipped_one_and_leaves_other_periods_alone(writing: Writing) -> None:
    text = """\
values:
  - parameter: base_bounds
    region: "11"
    from: 2026-01-01
    to: 2026-03-31
    grade: B
    instrument: notice
    content: {lower: 1, upper: 2}
"""
    rules = load_law(MAPPINGS, writing(text)).rules

    def lower(on: date) -> Decimal:
        return rules.find(BASE_BOUNDS, "110105", on, insurance="pension").content.lower

    assert lower(date(2026, 3, 31)) == 1
    assert lower(date(2026, 4, 1)) == 7162


def test_a_value_goes_on_provisionally_where_the_deployment_names_the_instrument(writing: Writing) -> None:
    text = ENTRY.replace("grade:", "to: 2026-06-30\n    carry_forward: notice 7\n    grade:")
    found = load_law(MAPPINGS, writing(text)).rules.find(REFERENCE_WAGE, "330106", date(2026, 7, 1))
    assert (found.state, found.value.carry_forward) == (State.PROVISIONAL, "notice 7")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("reference_wage", "reference_wages", 2, 'no parameter "reference_wages"'),
        ("monthly: 8000.50", "monthly: 8000.50, yearly: 3", 7, 'unknown key "yearly"'),
        ("monthly: 8000.50", "monthly: eight", 7, "Invalid decimal string"),
        ("content: {monthly: 8000.50}", "content: {}", 7, "missing required field `monthly`"),
        ("grade: invented", "grade: E", 5, "Invalid enum value 'E'"),
        ("grade: invented", "grade: invented\n    colour: red", 6, "unknown field `colour`"),
        ("from: 2026-01-01", "from: 2026-02-30", 4, "Invalid"),
        ("from: 2026-01-01", "from: 2026-01-01\n    to: 2025-12-31", 5, "`to` lies before `from`"),
        ("from: 2026-01-01", "from: 2026-01-01\n    carry_forward: n", 5, "needs `to`"),
        ('region: "33"', 'region: "3399"', 3, "is no region"),
        ('region: "33"', 'region: "330"', 3, "is no region"),
        ('region: "33"', 'region: "330100"', 3, "without the zeroes"),
        ('region: "33"', "region: 33", 3, "Expected"),
        ("instrument: notice", 'instrument: " "', 6, "`instrument` is empty"),
        ("grade: invented", "grade: invented\n    grade: A", 6, '"grade" stands twice'),
        ("content: {monthly: 8000.50}", "content: {monthly: 8000.50", 8, "expected ',' or '}'"),
        ("values:", "value:", 1, "unknown field `value`"),
    ],
)
def test_a_mistake_is_named_with_its_line(writing: Writing, old: str, new: str, line: int, said: str) -> None:
    number, reason = complaint(writing(ENTRY.replace(old, new)))
    assert said in reason
    assert number == line


def test_two_values_for_one_day_stop_the_start_naming_both_places(writing: Writing) -> None:
    line, reason = complaint(writing(ENTRY + ENTRY.removeprefix("values:\n").replace("2026-01-01", "2026-05-01")))
    assert line == 8
    assert "own.yaml:2" in reason


def test_bounds_that_cross_are_refused_where_they_stand(writing: Writing) -> None:
    text = ENTRY.replace("reference_wage", "base_bounds").replace("{monthly: 8000.50}", "{lower: 3, upper: 2}")
    assert "lies above" in complaint(writing(text))[1]


def test_an_agency_name_with_an_unknown_blank_is_refused_at_the_start(writing: Writing) -> None:
    text = ENTRY.replace("reference_wage", "route").replace(
        "{monthly: 8000.50}", '{agency: {name: "{town}社保中心", level: city}}'
    )
    assert "{province}, {city} and {county}" in complaint(writing(text))[1]


def test_an_empty_file_and_a_folder_without_files_are_refused(writing: Writing, tmp_path: Path) -> None:
    with pytest.raises(GatewayError) as raised:
        load_law(MAPPINGS, tmp_path / "nowhere")
    assert raised.value.kind.code == "setting_invalid"
    assert complaint(writing("# nothing\n"))[1] == "the file is empty"


def test_numbers_with_a_fraction_are_never_floats_and_yes_is_a_word(tmp_path: Path) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text("{a: 0.1, b: 7, c: yes, d: 2026-01-01, e: true, f: null, g: 010, h: '1'}", encoding="utf-8")
    assert read(path).data == {
        "a": "0.1",
        "b": 7,
        "c": "yes",
        "d": "2026-01-01",
        "e": True,
        "f": None,
        "g": "010",
        "h": "1",
    }


def test_the_fingerprint_changes_with_any_layer_and_with_nothing_else(writing: Writing, tmp_path: Path) -> None:
    folder = writing(ENTRY)
    first = load_law(MAPPINGS, folder).fingerprint
    assert load_law(MAPPINGS, folder).fingerprint == first
    (folder / "own.yaml").write_text("# a remark\n" + ENTRY, encoding="utf-8")
    assert load_law(MAPPINGS, folder).fingerprint == first
    (folder / "own.yaml").write_text(ENTRY.replace("8000.50", "8000.51"), encoding="utf-8")
    assert load_law(MAPPINGS, folder).fingerprint != first
    assert load_law(MAPPINGS).fingerprint != first


def test_the_fingerprint_changes_with_the_regions(tmp_path: Path) -> None:
    copy = tmp_path / "mappings"
    shutil.copytree(MAPPINGS / "rules", copy / "rules")
    shutil.copy(MAPPINGS / "routing.yaml", copy)
    text = (MAPPINGS / "regions.yaml").read_text(encoding="utf-8")
    (copy / "regions.yaml").write_text(text.replace("临平区", "临平新区"), encoding="utf-8")
    assert load_law(copy).fingerprint != load_law(MAPPINGS).fingerprint


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('regions:\n  "330106": 西湖区\n  "33010": 西湖区\n', 3, "six digits"),
        ('regions:\n  "330106": {name: 西湖区, after: ["330199"]}\n', 2, "330199"),
        ('regions:\n  "330106": {name: 西湖区, till: 2021-01-01}\n', 2, "till"),
    ],
)
def test_a_mistake_in_the_regions_is_named_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "regions.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GatewayError) as raised:
        load_regions(path)
    assert raised.value.params["line"] == str(line)
    assert said in raised.value.params["reason"]


def test_every_region_belongs_to_a_province_and_every_ended_one_leads_to_regions_in_force(shipped: Law) -> None:
    today = date(2026, 11, 22)
    for code in read(MAPPINGS / "regions.yaml").data["regions"]:
        assert code[:2] in shipped.regions
        assert all(shipped.regions.in_force(each, today) for each in shipped.regions.successors(code, today))


def test_every_shipped_value_names_its_instrument_and_only_routes_are_invented(shipped: Law) -> None:
    for value in shipped.rules.values:
        assert value.instrument
        assert (value.grade != "invented") or value.parameter == "route", f"{value.file}:{value.line}"


def test_the_example_in_the_documentation_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "rules-data.md").read_text(encoding="utf-8")
    examples = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    assert len(examples) == 1
    (tmp_path / "own.yaml").write_text(examples[0], encoding="utf-8")
    rules = load_law(MAPPINGS, tmp_path).rules
    found = rules.find(BASE_BOUNDS, "330106", date(2026, 8, 1), insurance="pension", payer_kind="individual")
    assert (found.provisional, found.value.layer) == (True, Layer.DEPLOYMENT)


def test_the_documentation_lists_every_parameter() -> None:
    text = (ROOT / "docs" / "rules-data.md").read_text(encoding="utf-8")
    assert [name for name in PARAMETERS if f"| `{name}` |" not in text] == []
