"""Tables as column plans: plain data, and a refusal naming the line for what no plan can say."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.errors import GatewayError
from gateway.mapping.column_plan import column_plan, row_files
from gateway.mapping.dialect_loader import load
from gateway.model.column_plan import ColumnPlan, Value
from tests.mappings.folders import DIALECTS

PRM = DIALECTS / "prm" / "1.0"


def plans(path: Path) -> dict[str, ColumnPlan]:
    tables = load(path).tables
    return {file.name: column_plan(tables, file) for file in row_files(tables)}


def changed(folder: Path, file: str, change: dict[str, Any]) -> Path:
    """D3 with a file of records that consist of the one line `change`."""
    here = folder / "prm" / "1.0"
    shutil.copytree(PRM, here)
    dialect = yaml.safe_load((here / "dialect.yaml").read_text())
    dialect["options"]["files"][file] = {"columns": ["one", "two"], "separator": "|"}
    (here / "dialect.yaml").write_text(yaml.safe_dump(dialect, allow_unicode=True))
    lines = [{"there": "one", "here": "found", "codes": "done", "ours": "a test"}, {"ours": "a test", **change}]
    reply = {
        "tells": {"return.jybh": file},
        "closed": True,
        "record": "LevyResult",
        "rows": {"there": "file.row", "take": "all"},
        "lines": lines,
    }
    table = {
        "question": file,
        "status": "ours",
        "fact": "a test",
        "request": {"tells": {"call.jybh": file}},
        "reply": reply,
    }
    (here / "messages" / f"{file}.yaml").write_text(yaml.safe_dump(table))
    return here


def test_a_plan_is_plain_data_that_can_be_sent_anywhere() -> None:
    for plan in plans(PRM).values():
        assert json.loads(json.dumps(asdict(plan)))["columns"] == list(plan.columns)


def test_a_plan_says_of_every_column_what_it_is_and_whether_it_is_personal() -> None:
    plan = plans(PRM)["21"]
    told = {step.here: step for step in plan.steps if isinstance(step, Value)}
    assert plan.separator == "\t"
    assert plan.filled == "aae140"
    assert (told["covers.scheme"].columns, told["covers.scheme"].codes) == (("aae140", "aac012"), "scheme")
    assert (told["covers.first"].kind, told["covers.first"].required, told["covers.last"].required) == (
        "month6",
        True,
        False,
    )
    assert [here for here, step in told.items() if step.personal] == [
        "person_number",
        "asked.person.id_number",
        "asked.person.name",
    ]


def test_names_fold_as_the_reader_folds_them() -> None:
    assert ("\ue863", "䶮") in plans(PRM)["21"].folds


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"there": "two", "here": "amount", "as": "stamp_ms"}, "stamp_ms"),
        ({"there": "two", "control": "extra.serial"}, "no step"),
        ({"there": "three", "here": "reason"}, "differ: three, two"),
    ],
)
def test_what_no_plan_can_say_is_refused_naming_the_file(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(GatewayError) as raised:
        plans(changed(tmp_path, "odd", change))
    assert raised.value.kind.code == "data_invalid"
    assert reason in raised.value.params["reason"]
    assert "odd.yaml" in raised.value.params["file"]
