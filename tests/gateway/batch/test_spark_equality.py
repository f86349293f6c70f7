"""Each statement once on each engine, over many examples at once: the same rows, in the same types."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from gateway.batch import matching, spark_java
from gateway.batch.engine import EngineError, Limits
from gateway.batch.engines import Relations, relations
from gateway.batch.matching import Matched, match
from gateway.batch.matching_statements import statements
from gateway.batch.row_files import write_rows
from gateway.batch.spark import Spark
from gateway.mapping.break_table import break_table
from gateway.model.reconciliation import BreakClass
from tests.gateway.batch import spark_day
from tests.gateway.batch.spark_cases import EXAMPLES, EXPECTED, PAIRING, STORIES, TODAY, sides
from tests.gateway.batch.spark_cluster import WORKERS, cluster, environment
from tests.harness.fixtures import MAPPINGS
from tests.harness.locks import held
from tests.harness.network import child_environment
from tests.harness.ports import reserved_ports
from tests.harness.session import Shared

# A hang guard as everywhere, with room for the cluster: it stands for all of these tests, and is made in the first.
pytestmark = pytest.mark.timeout(900)

TABLE = break_table(MAPPINGS)
NAMES = [name for name, _ in statements(PAIRING, TABLE, TODAY, EXPECTED)]
RESULTS = ("tallies", "breaks", "rows")
FAILING = {
    "a value of the wrong form": "SELECT CAST(person AS INTEGER) FROM (SELECT 'secret' AS person) AS x",
    "a sum that overflows": "SELECT sum(n) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 1) AS x",
    "a relation that is not there": "SELECT secret FROM nowhere",
}
DUCKDB, SPARK = "duckdb", "spark"


class Recorder:
    """An engine of which every relation that is kept is left in a folder too."""

    def __init__(self, engine: Relations, run: Path, into: Path) -> None:
        self._engine = engine
        self._run = run
        self._into = into
        self.source = engine.source
        self.rows = engine.rows
        self.write = engine.write

    def keep(self, relation: str, query: str) -> None:
        self._engine.keep(relation, query)
        if isinstance(self._engine, Spark):
            shutil.copytree(self._engine.kept[relation], self._into / relation)
            return
        (self._into / relation).mkdir()
        self._engine.write(f"FROM {relation} SELECT *", self._run / "recorded.parquet")
        (self._run / "recorded.parquet").rename(self._into / relation / "all.parquet")


@pytest.fixture(scope="session")
def found(shared: Shared) -> Path:
    """What both engines gave: the first test process that asks runs the cluster, the others wait for that."""
    missing = spark_java.lacking()
    if missing:
        pytest.skip(missing)
    folder = shared.root / "spark"
    with held(shared.root / "spark.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run_both(folder)
            (folder / "done").touch()
    return folder


def _run_both(folder: Path) -> None:
    run = folder / "对账 [1]*"  # a path that an engine could take for a pattern
    run.mkdir(parents=True)
    for name, rows in zip(("here", "there"), sides(), strict=True):
        write_rows(rows, run / f"{name}.parquet")
    _match("", folder, run, DUCKDB)
    spark_day.prepare(folder / "day")
    spark_day.reconcile_on("", folder / "day", folder / f"day-{DUCKDB}")
    with reserved_ports() as ports, cluster(folder, ports) as url, pytest.MonkeyPatch.context() as patched:
        for name, value in child_environment(**environment(folder)).items():
            patched.setenv(name, value)
        _match(url, folder, run, SPARK)
        spark_day.reconcile_on(url, folder / "day", folder / f"day-{SPARK}")


def _match(url: str, folder: Path, run: Path, of: str) -> None:
    """Match the examples on an engine, and leave what it found and what every step gave."""
    into = folder / of
    into.mkdir()

    @contextmanager
    def recorded(url: str, work: Path, limits: Limits) -> Iterator[Recorder]:
        with relations(url, work, limits) as engine:
            yield Recorder(engine, work, into)
            if url:
                errors = {name: _error(engine, query) for name, query in FAILING.items()}
                (folder / "errors.json").write_text(json.dumps(errors), encoding="utf-8")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(matching, "relations", recorded)
        sides = ([run / "here.parquet"], [run / "there.parquet"])
        matched = match(PAIRING, *sides, run / of, today=TODAY, expected=EXPECTED, table=TABLE, url=url)
    (into / "sums.txt").write_text(_said(matched), encoding="utf-8")
    for name in RESULTS:
        shutil.copyfile(run / of / f"{name}.parquet", into / f"{name}.parquet")


def _said(matched: Matched) -> str:
    return f"{sorted(matched.sums.items())} {sorted(matched.breaks_of.items())}"


def _error(engine: Relations, query: str) -> str:
    with pytest.raises(EngineError) as caught:
        engine.rows(query)
    return str(caught.value)


def read(files: Path) -> tuple[list[tuple[str, str]], Sequence[tuple[object, ...]]]:
    """Columns with their types, and the rows in their order, of files of Parquet."""
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet(?)", [str(files)])
        columns = [(column[0], str(column[1])) for column in found.description or ()]
        return columns, found.fetchall()


@pytest.mark.parametrize("name", NAMES)
def test_each_statement_gives_the_same_rows_on_both_engines(found: Path, name: str) -> None:
    columns, rows = read(found / DUCKDB / name / "*.parquet")
    same, others = read(found / SPARK / name / "*.parquet")
    assert same == columns
    assert Counter(others) == Counter(rows)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_the_same_rows_in_the_same_order(found: Path, name: str) -> None:
    assert read(found / SPARK / f"{name}.parquet") == read(found / DUCKDB / f"{name}.parquet")


def test_both_engines_come_to_the_same_sums(found: Path) -> None:
    assert (found / SPARK / "sums.txt").read_text("utf-8") == (found / DUCKDB / "sums.txt").read_text("utf-8")


def test_the_examples_come_to_every_class_and_every_verdict(found: Path) -> None:
    assert EXAMPLES >= 500
    assert EXAMPLES // len(STORIES) >= 20
    columns, breaks = read(found / DUCKDB / "breaks.parquet")
    assert {row[1] for row in breaks} == {each.value for each in BreakClass}
    columns, rows = read(found / DUCKDB / "rows_judged" / "*.parquet")
    verdict = [name for name, _ in columns].index("verdict")
    assert {row[verdict] for row in rows} == {"break", "transit", "matched"}


def test_both_workers_of_the_cluster_took_part(found: Path) -> None:
    for number in range(WORKERS):
        logs = (found / f"worker-{number}").glob("app-*/*/stderr")
        assert any("Running task" in log.read_text(errors="replace") for log in logs), number


def test_a_day_reconciled_on_the_cluster_is_the_day_reconciled_here(found: Path) -> None:
    here, there = (json.loads((found / f"day-{of}" / "found.json").read_text("utf-8")) for of in (DUCKDB, SPARK))
    assert there == here
    assert {each["kind"] for each in here["breaks"]} == {"amount", "duplicate", "wrong_region"}
    assert here["sheets"]
    assert here["transit"]


@pytest.mark.parametrize("name", FAILING)
def test_an_error_says_of_which_kind_it_is_and_no_value(found: Path, name: str) -> None:
    error = json.loads((found / "errors.json").read_text(encoding="utf-8"))[name]
    assert error.startswith("Spark stopped: ")
    assert "secret" not in error
