"""A firing is a row unique on (job, due): whoever comes first does it, and nobody else."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.jobs import timetable
from gateway.jobs.timetable import fire
from gateway.services.housekeeping import JOBS
from gateway.services.metrics import UNSEALED
from gateway.services.runtime import Runtime
from gateway.store import tables
from gateway.store.work import LockTimeoutError, Store, connect
from tests.gateway.services.conftest import World

Jobs = dict[str, tuple[int, Callable[[Runtime], int]]]
HOURLY, MINUTELY = "hourly", "minutely"


@dataclass
class Done:
    """What the jobs of a test did: one entry per run."""

    runs: list[str] = field(default_factory=list)
    happens: Callable[[], None] = lambda: None

    def job(self, name: str) -> Callable[[Runtime], int]:
        def work(_: Runtime) -> int:
            self.runs.append(name)
            self.happens()
            return 1

        return work


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    """Two jobs that count their runs, in place of the real ones."""
    counted = Done()
    jobs: Jobs = {HOURLY: (3600, counted.job(HOURLY)), MINUTELY: (60, counted.job(MINUTELY))}
    monkeypatch.setattr(timetable, "JOBS", jobs)
    return counted


@pytest.fixture
def other(world: World, database_url: str) -> Iterator[Runtime]:
    """A second worker: an engine of its own on the same database."""
    engine = connect(database_url)
    yield replace(world.runtime, store=Store(engine, world.runtime.store.keyring, world.clock))
    engine.dispose()


def firings(world: World) -> list[tuple[str, int, bool]]:
    """Job, due and whether it was finished, of every firing that was ever taken."""
    rows = select(tables.firings.c.job, tables.firings.c.due, tables.firings.c.done_at)
    with world.runtime.store.reading() as tx:
        found = tx.connection.execute(rows.order_by(tables.firings.c.job, tables.firings.c.due))
        return [(row.job, row.due, row.done_at is not None) for row in found]


def test_a_job_is_done_once_in_its_period_however_often_it_is_looked_at(world: World, done: Done) -> None:
    assert [fire(world.runtime, HOURLY) for _ in range(3)] == [True, False, False]
    world.clock.forward(minutes=59, seconds=59)
    assert not fire(world.runtime, HOURLY)
    world.clock.forward(seconds=1)
    assert fire(world.runtime, HOURLY)
    assert done.runs == [HOURLY] * 2


def test_two_workers_do_one_job_once(world: World, other: Runtime, done: Done) -> None:
    assert fire(world.runtime, HOURLY)
    assert not fire(other, HOURLY)
    world.clock.forward(hours=1)
    assert fire(other, HOURLY)
    assert not fire(world.runtime, HOURLY)
    assert done.runs == [HOURLY] * 2


def test_workers_that_look_at_the_same_moment_do_it_once(world: World, other: Runtime, done: Done) -> None:
    both = [world.runtime, other] * 4
    together = threading.Barrier(len(both))

    def look(runtime: Runtime) -> bool:
        together.wait()
        return fire(runtime, HOURLY)

    with ThreadPoolExecutor(len(both)) as pool:
        outcomes = list(pool.map(look, both))
    assert outcomes.count(True) == 1
    assert done.runs == [HOURLY]


def test_jobs_are_none_of_one_anothers_business(world: World, done: Done) -> None:
    assert fire(world.runtime, HOURLY)
    assert fire(world.runtime, MINUTELY)
    assert done.runs == [HOURLY, MINUTELY]


def test_whatever_was_missed_is_made_up_for_once_and_late(world: World, done: Done) -> None:
    fire(world.runtime, MINUTELY)
    world.clock.forward(hours=3, seconds=20)
    assert [fire(world.runtime, MINUTELY) for _ in range(3)] == [True, False, False]
    assert done.runs == [MINUTELY] * 2
    assert [finished for _, _, finished in firings(world)] == [True, True], "one row for now, none for what was missed"


def test_what_a_dead_worker_began_is_taken_over_when_its_lease_is_over(
    world: World, other: Runtime, done: Done
) -> None:
    def dies() -> None:
        raise KeyboardInterrupt

    done.happens = dies
    with pytest.raises(KeyboardInterrupt):
        fire(world.runtime, HOURLY)
    done.happens = lambda: None
    world.clock.forward(minutes=5)
    assert not fire(other, HOURLY), "it may still be at it"
    world.clock.forward(seconds=1)
    assert fire(other, HOURLY)
    assert not fire(world.runtime, HOURLY)
    assert done.runs == [HOURLY] * 2
    assert [finished for _, _, finished in firings(world)] == [True]


def test_the_next_firing_does_not_wait_for_one_that_never_ended(world: World, other: Runtime, done: Done) -> None:
    def fails() -> None:
        raise ZeroDivisionError

    done.happens = fails
    with pytest.raises(ZeroDivisionError):
        fire(world.runtime, MINUTELY)
    done.happens = lambda: None
    world.clock.forward(minutes=1)
    assert fire(other, MINUTELY)


def test_a_busy_database_is_no_error_and_the_job_is_tried_again(world: World, done: Done) -> None:
    def busy() -> None:
        raise LockTimeoutError

    done.happens = busy
    assert not fire(world.runtime, HOURLY)
    done.happens = lambda: None
    world.clock.forward(minutes=5, seconds=1)
    assert fire(world.runtime, HOURLY)


@pytest.mark.parametrize("job", JOBS)
def test_every_job_of_the_timetable_can_be_done_on_an_empty_database(world: World, job: str) -> None:
    assert fire(world.runtime, job)
    assert [(name, finished) for name, _, finished in firings(world)] == [(job, True)]


def test_a_worker_that_starts_looks_for_missed_firings_at_once_and_seals(world: World, done: Done) -> None:
    looked, sealed = threading.Event(), threading.Event()
    done.happens = lambda: looked.set() if set(done.runs) == {HOURLY, MINUTELY} else None
    scheduler = timetable.start(world.runtime, sealed.set)
    try:
        assert looked.wait(60)
        assert sealed.wait(60)
    finally:
        scheduler.shutdown(wait=True)
    assert sorted(done.runs) == [HOURLY, MINUTELY]


def test_a_journal_that_cannot_be_sealed_raises_the_alarm_until_it_can(world: World, done: Done) -> None:
    broken = True

    def seal() -> None:
        if broken:
            raise RuntimeError("a seal was set back")

    scheduler = timetable.start(world.runtime, seal)
    try:
        scheduler.pause()
        sealing = scheduler.get_job("seal").func
        sealing()
        alarm = UNSEALED._value.get()
        broken = False
        sealing()
        assert (alarm, UNSEALED._value.get()) == (1, 0)
    finally:
        scheduler.shutdown(wait=True)


def test_the_lease_outlasts_no_period_of_a_job_that_must_not_wait() -> None:
    seldom = {name for name, (seconds, _) in JOBS.items() if timedelta(seconds=seconds) > timetable._LEASE}
    assert seldom == {"forget", "sweep"}, "every other job has its next firing before the lease of a dead worker ends"
