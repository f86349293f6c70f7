"""A run is claimed for a minute at a time: renewed while its process works, taken up soon when that is killed."""

from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from gateway.errors import GatewayError
from gateway.model.run_progress import Progress, RunStep
from gateway.services import run_claim
from gateway.services.reconcile import reconcile
from gateway.services.run_claim import LEASE, Claim
from gateway.services.runtime import Runtime
from gateway.store import reconciliation
from gateway.store.reconciliation import RunRow
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, owe, pay, receipt, state, stated
from tests.gateway.services.reconciled import MONDAY, TUESDAY, reconciling


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    made = reconciling(world, tmp_path)
    pay(world, made, receipt(1, MONDAY), owe(made, 1))
    state(world, made, MONDAY, [stated(1, MONDAY)])
    world.clock.at = at(TUESDAY, 2)
    return made


class Stopped(BaseException):
    """The process ends here: nobody writes down that the run failed."""


def begun(runtime: Runtime) -> RunRow:
    """A run whose process has ended in the middle."""

    def told(at: Progress) -> None:
        if at.step is RunStep.SIDES:
            raise Stopped

    with pytest.raises(Stopped):
        reconcile(runtime, MONDAY, PARTY, "collected", told)
    with runtime.store.reading() as tx:
        (row,) = reconciliation.page(tx)
    return row


def claimed_until(runtime: Runtime) -> datetime | None:
    with runtime.store.reading() as tx:
        (row,) = reconciliation.page(tx)
    return row.claimed_until


def tried(runtime: Runtime) -> str:
    (found,) = reconcile(runtime, MONDAY, PARTY, "collected")
    return found.problem.kind.code if found.problem else "done"


def test_what_broke_off_is_taken_up_a_minute_later(world: World, runtime: Runtime) -> None:
    row = begun(runtime)
    assert (row.state, LEASE) == ("running", timedelta(seconds=60))
    world.clock.forward(seconds=59)
    assert tried(runtime) == "reconciliation_running"
    world.clock.forward(seconds=2)
    assert tried(runtime) == "done"


def test_a_claim_that_is_renewed_keeps_others_away_however_long_a_step_takes(world: World, runtime: Runtime) -> None:
    claim = Claim(runtime, begun(runtime))
    for _ in range(20):
        world.clock.forward(seconds=45)
        claim.beat()
        assert tried(runtime) == "reconciliation_running"
    world.clock.forward(seconds=61)
    assert tried(runtime) == "done"


def test_whoever_has_lost_a_run_writes_nothing_more(world: World, runtime: Runtime) -> None:
    row = begun(runtime)
    lost = Claim(runtime, row)
    world.clock.forward(seconds=61)
    with runtime.store.work("reconciliation_begins") as tx:
        assert reconciliation.claim(tx, row, LEASE)
    with pytest.raises(GatewayError) as told:
        lost.beat()
    assert told.value.kind.code == "reconciliation_running"
    with runtime.store.reading() as tx:
        now = reconciliation.get(tx, row.id)
    assert now is not None
    assert now.claimed_until == world.clock.at + LEASE


def test_a_run_taken_from_a_process_that_slept_ends_once_and_is_not_called_failed(
    world: World, runtime: Runtime
) -> None:
    taken: list[str] = []

    def told(at: Progress) -> None:
        # While this one sleeps for two minutes another process takes the run up, and ends it.
        if at.step is RunStep.SIDES and not taken:
            taken.append(at.run)
            world.clock.forward(seconds=120)
            assert tried(runtime) == "done"

    (found,) = reconcile(runtime, MONDAY, PARTY, "collected", told)
    assert found.problem is not None
    with runtime.store.reading() as tx:
        (row,) = reconciliation.page(tx)
    assert (row.id, row.state) == (taken[0], "done")


def test_a_thread_renews_it_while_the_engine_works(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_claim, "EVERY", 0.01)
    claim = Claim(runtime, begun(runtime))
    world.clock.forward(seconds=30)
    until = world.clock.at + LEASE
    pause = Event()
    with claim.alive():
        while claimed_until(runtime) != until:
            pause.wait(0.01)
    world.clock.forward(seconds=45)
    assert tried(runtime) == "reconciliation_running"
