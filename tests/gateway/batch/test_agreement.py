"""Plan and reader agree: every row, every error (line, byte, column, code) and every unlisted code."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.batch.columns import read_columns
from gateway.batch.engine import Limits
from gateway.batch.query import Query
from gateway.mapping.column_plan import RowFile, column_plan, row_files
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_tables import Tables
from gateway.model.column_plan import ColumnPlan
from tests.gateway.batch.invented import invented
from tests.gateway.batch.row_reader import Found, RowReader
from tests.gateway.batch.rows import every_odd_text, files
from tests.mappings.folders import DIALECTS

pytestmark = pytest.mark.usefixtures("one_engine")
READING = duckdb.connect()
ONE_THREAD = Limits(memory=1 << 28, threads=1)


def tables() -> Iterator[tuple[str, Tables]]:
    for path in sorted(DIALECTS.glob("*/*/dialect.yaml")):
        yield f"{path.parent.parent.name} {path.parent.name}", load(path.parent).tables
    yield "invented", invented()


PLANS = {f"{name} {file.name}": (file, column_plan(of, file)) for name, of in tables() for file in row_files(of)}


def run(plan: ColumnPlan, content: bytes, part_bytes: int = 1 << 20) -> Found:
    with TemporaryDirectory() as folder:
        source, into = Path(folder) / "file.txt", Path(folder) / "out"
        source.write_bytes(content)
        outcome = read_columns(plan, source, into, limits=ONE_THREAD, line_limit=4096, part_bytes=part_bytes)
        with READING.cursor() as reading:
            rows = reading.execute(f"SELECT * FROM '{into}/rows/*.parquet' ORDER BY line")  # noqa: S608 - a path of ours
            names = [column[0] for column in rows.description or ()]
            found = Found({row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in rows.fetchall()})
            errors = reading.execute(f"SELECT line, byte, \"column\", code FROM '{into}/errors.parquet'")  # noqa: S608 - as above
            found.faults = errors.fetchall()
            found.notes = reading.execute(f"SELECT line, \"column\" FROM '{into}/notes.parquet'").fetchall()  # noqa: S608 - as above
        assert (outcome.rows, outcome.errors, outcome.notes) == (len(found.rows), len(found.faults), len(found.notes))
        assert [path.name for path in Path(folder).iterdir() if path.name != "file.txt"] == ["out"]
    return found


def agree(file: RowFile, plan: ColumnPlan, content: bytes, part_bytes: int = 1 << 20) -> None:
    wanted = RowReader(file, Query(plan).outputs, plan.encoding).found(content)
    found = run(plan, content, part_bytes)
    assert found.faults == wanted.faults
    assert found.rows == wanted.rows
    assert sorted(found.notes) == sorted(wanted.notes)


def test_there_is_a_dialect_with_files_of_rows() -> None:
    assert {"prm 1.0 21", "prm 1.0 H28d", "prm 1.0 H29d"} <= PLANS.keys()


@pytest.mark.parametrize("name", sorted(PLANS))
@settings(max_examples=8)
@given(data=st.data())
def test_the_plan_and_the_compiled_reader_agree_on_every_row_and_on_every_error(name: str, data: st.DataObject) -> None:
    file, plan = PLANS[name]
    agree(file, plan, data.draw(files(plan)), data.draw(st.sampled_from((4096, 1 << 20))))


@pytest.mark.parametrize("name", sorted(PLANS))
def test_they_agree_on_every_odd_text_in_every_column(name: str) -> None:
    file, plan = PLANS[name]
    agree(file, plan, every_odd_text(plan))
