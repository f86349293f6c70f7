"""A run that is killed, wherever that is, goes on behind its last finished step and ends as one that was not."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.run_progress import STEPS, Progress
from gateway.services.reconcile import reconcile
from gateway.services.run_views import run_view
from gateway.services.runtime import Runtime
from gateway.store import breaks, reconciliation
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, owe, pay, receipt, state, stated
from tests.gateway.services.reconciled import MONDAY, TUESDAY, actions, assert_explained, kept, reconciling, run
from tests.rules.tree import ROOT

OTHER = "tax-hunan"
LEASE_OVER = timedelta(minutes=11)
KILLED = -9
POINTS = (
    *("ledger_partition.before", "ledger_partition.after", "reconciliation_begins.before"),
    *("reconciliation_begins.after", "statement_partition.before", "statement_partition.after"),
    *("reconciliation_prolonged.before", "reconciliation_prolonged.after"),
    *("reconciliation_step.before", "reconciliation_step.after"),  # the sources
    *("reconciliation_step.before:2", "reconciliation_step.after:2"),  # both sides
    *("reconciliation_prolonged.before:5", "reconciliation_prolonged.after:9"),  # in the middle of the matching
    *("reconciliation_step.before", "reconciliation_step.after"),  # matched
    *("reconciliation_breaks.before", "reconciliation_breaks.after", "reconciliation_breaks.after"),
    *("reconciliation_closed.before", "reconciliation_closed.after"),
    *("reconciliation_step.before", "reconciliation_step.after"),  # closed
    *("reconciliation.before", "reconciliation.after"),
)
"""Where the process dies, in this order, each time in another process that has taken the run up again."""


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


class Runs:
    """Processes that reconcile, one after the other, each at a later time than the one before."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, folder: Path) -> None:
        self._process, self._folder = process, folder
        self._order = {"url": url, "vault": str(folder / "vault.json"), "var": str(folder / "var")}
        self.now = at(TUESDAY, 2)

    def reconcile(self, party: str, kill: str = "") -> tuple[int, list[str]]:
        """Reconcile Monday; how that ended, and the points that were passed."""
        self.now += LEASE_OVER
        trace = self._folder / f"trace-{self.now:%d%H%M}"
        environment = {"TRACE_POINTS": str(trace), "KILL_POINT": f"commit.{kill}" if kill else ""}
        order = {"now": self.now.isoformat(), "party": party, "day": MONDAY.isoformat(), "environment": environment}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self._order | order) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        passed = trace.read_text(encoding="ascii").split() if trace.exists() else []
        return status, [point.removeprefix("commit.") for point in passed]


@pytest.fixture
def runs(database_url: str, tmp_path: Path) -> Iterator[Runs]:
    command = [sys.executable, "-m", "tests.gateway.services.reconciling_process"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Runs(process, database_url, tmp_path)
        assert process.stdin is not None
        process.stdin.close()


def differing(world: World, runtime: Runtime, party: str) -> None:
    """Four payments of Monday: one agrees, two differ in their amount, one is with another person."""
    for number in (1, 2, 3, 4):
        pay(world, runtime, receipt(number, MONDAY), owe(runtime, number, party), party)
    rows = [stated(1, MONDAY), stated(2, MONDAY, 80000), stated(3, MONDAY, 70000)]
    state(world, runtime, MONDAY, [*rows, stated(4, MONDAY, tax_person_number="T99999999")], party)


def came_of(runtime: Runtime, party: str) -> dict[str, Any]:
    """Everything that a run of Monday left, but for handles and times."""
    with runtime.store.reading() as tx:
        row = reconciliation.standing(tx, party, "collected", MONDAY.isoformat())
        assert row is not None
        lines, transit = reconciliation.tallies_of(tx, row.id), reconciliation.transit_of(tx, row.id)
        found = [each for each in kept(runtime) if each.party == party]
        rows = {each.kind + each.day + str(each.there_fen): breaks.rows_of(tx, each) for each in found}
    left = {each.name for each in (runtime.settings.var / "reconciliation" / "runs").iterdir() if row.id in each.name}
    said = ("kind", "flags", "state", "here_fen", "there_fen", "region", "fund", "day", "owner", "due_on", "entries")
    return {
        "run": (row.number, row.state, row.here_fen, row.there_fen, left == {row.id}),
        "lines": lines,
        "transit": transit,
        "breaks": sorted(tuple(getattr(each, name) for name in said) for each in found),
        "history": [actions(runtime, each) for each in found],
        "rows": rows,
    }


@pytest.mark.timeout(600)
def test_killed_at_every_point_it_ends_as_one_that_was_not_killed(world: World, runtime: Runtime, runs: Runs) -> None:
    for party in (PARTY, OTHER):
        differing(world, runtime, party)
    status, whole = runs.reconcile(OTHER)
    assert status == 0
    assert set(whole) == {point.partition(":")[0] for point in POINTS}
    passed = []
    for point in POINTS:
        status, points = runs.reconcile(PARTY, point)
        assert (point, status) == (point, KILLED)
        passed.append(points)
    matched = POINTS.index("reconciliation_breaks.before")
    # Behind the matching nothing is read, put together or matched again.
    for points in passed[matched:]:
        assert not {"statement_partition.before", "reconciliation_prolonged.before"} & set(points)
    assert runs.reconcile(PARTY)[0] == 0
    assert came_of(runtime, PARTY) == came_of(runtime, OTHER)


def stopping(monkeypatch: pytest.MonkeyPatch, point: str, nth: int = 1) -> None:
    """Let the run break off at a commit."""
    left = iter([False] * (nth - 1) + [True])

    def passing(name: str) -> None:
        if name == f"commit.{point}" and next(left, False):
            raise OSError("stopped here")

    monkeypatch.setattr("gateway.store.work.passing", passing)


def tried(world: World, runtime: Runtime, told: Callable[[Progress], None] = lambda _: None) -> GatewayError | None:
    world.clock.at = at(TUESDAY, 2)
    (found,) = reconcile(runtime, MONDAY, PARTY, "collected", told)
    return found.problem


def spoil(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(body)


@pytest.mark.parametrize(
    ("stop", "nth", "spoilt"),
    [
        ("reconciliation_step.after", 2, "runs/*.sides/ours.parquet"),
        ("reconciliation_step.after", 3, "runs/rec_*/rows.parquet"),
        ("reconciliation_step.after", 1, "statements/*/*.receipt.parquet"),
    ],
)
def test_a_file_that_is_not_as_its_step_left_it_is_made_again(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, stop: str, nth: int, spoilt: str
) -> None:
    differing(world, runtime, PARTY)
    with monkeypatch.context() as stopped:
        stopping(stopped, stop, nth)
        assert tried(world, runtime) is not None
    (file,) = (runtime.settings.var / "reconciliation").glob(spoilt)
    spoil(file)
    row = run(world, runtime, MONDAY)
    assert row.number == 1
    assert_explained(runtime, row)
    assert sorted(each.kind for each in kept(runtime)) == ["amount", "amount", "wrong_person"]


@pytest.mark.parametrize(
    ("spoilt", "code"), [("ledger/*/*.parquet", "partition_changed"), ("runs/rec_*/rows.parquet", "run_result_changed")]
)
def test_what_is_written_once_only_is_refused_where_it_is_not_as_it_was_written(
    world: World, runtime: Runtime, spoilt: str, code: str
) -> None:
    differing(world, runtime, PARTY)
    run(world, runtime, MONDAY)
    if code == "partition_changed":
        # What a bureau takes back now is looked for in the days before.
        back = stated(1, TUESDAY, -90001, sequence=2, reverses="00000001", trace_number="00000009")
        state(world, runtime, TUESDAY, [back])
    else:
        state(world, runtime, TUESDAY, [])
    (file,) = (runtime.settings.var / "reconciliation").glob(spoilt)
    spoil(file)
    world.clock.at = at(TUESDAY + timedelta(days=1), 2)
    (found,) = reconcile(runtime, TUESDAY, PARTY, "collected")
    assert found.problem is not None
    assert found.problem.kind.code == code


def test_a_run_tells_each_step_with_rows_and_a_share_that_only_grows(world: World, runtime: Runtime) -> None:
    differing(world, runtime, PARTY)
    told: list[Progress] = []
    assert tried(world, runtime, told.append) is None
    assert [step for step in STEPS if step in {each.step for each in told}] == list(STEPS)
    shares = [each.share for each in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    ends = {each.step.value: (each.rows, each.of_rows) for each in told}
    assert ends == {"sources": (8, 8), "sides": (8, 8), "matched": (3, 3), "breaks": (3, 3), "closed": (0, 0)}


def test_what_broke_off_shows_how_far_it_came_and_one_with_other_inputs_takes_its_place(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    differing(world, runtime, PARTY)
    with monkeypatch.context() as stopped:
        stopping(stopped, "reconciliation_step.after", 3)
        tried(world, runtime)
    with runtime.store.reading() as tx:
        (row,) = reconciliation.page(tx)
        shown = run_view(tx, row)["progress"]
    assert (shown["step"], shown["share"]) == ("matched", 0.6)
    assert [(each["step"], each["rows"]) for each in shown["steps"]] == [("sources", 8), ("sides", 8), ("matched", 3)]
    world.clock.at = datetime.fromisoformat("2026-11-17T01:00:00+00:00")
    state(world, runtime, MONDAY, [stated(number, MONDAY) for number in (1, 2, 3, 4)], sequence=2)
    after = run(world, runtime, MONDAY)
    with runtime.store.reading() as tx:
        former = reconciliation.get(tx, row.id)
    assert former is not None
    assert (after.number, former.state) == (2, "superseded")
    runs = runtime.settings.var / "reconciliation" / "runs"
    assert {each.name for each in runs.iterdir()} == {after.id}
