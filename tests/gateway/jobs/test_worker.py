"""The worker process: it carries what is due, says how it is, and ends in order."""

import os
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from gateway.jobs import worker
from gateway.model.province import CoverFound
from gateway.ports import Outcome, Work
from gateway.services.runtime import Runtime
from gateway.settings import Settings
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_journey import begin, view
from tests.harness.ports import Ports


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def at_work(world: World, free_ports: Ports) -> Runtime:
    """The scripted world, on a port of its own."""
    return replace(world.runtime, settings=Settings(environment="test", worker_port=free_ports.take()))


def asked(runtime: Runtime, path: str) -> tuple[int, str]:
    address = f"http://127.0.0.1:{runtime.settings.worker}{path}"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.read().decode()


def nothing() -> None:
    pass


def work_while(
    runtime: Runtime,
    look: Callable[[], None],
    number: signal.Signals = signal.SIGTERM,
    then: Callable[[], None] = nothing,
) -> None:
    """Work in this thread, as the process does, while another looks, sends the signal and does what comes `then`."""
    problems: list[BaseException] = []
    sealed = threading.Event()

    def watch() -> None:
        try:
            assert sealed.wait(60), "the worker seals the journal, so it works"
            look()
        except BaseException as problem:  # noqa: BLE001 - told to the test below
            problems.append(problem)
        finally:
            os.kill(os.getpid(), number)
            then()

    watching = threading.Thread(target=watch)
    watching.start()
    worker.work(runtime, sealed.set)
    watching.join()
    if problems:
        raise problems[0]


def test_a_worker_says_that_it_lives_and_what_it_counts(at_work: Runtime) -> None:
    answers: dict[str, tuple[int, str]] = {}

    def look() -> None:
        for path in ("/health/live", "/health/ready", "/metrics", "/elsewhere"):
            answers[path] = asked(at_work, path)

    work_while(at_work, look)
    assert [answers[path][0] for path in ("/health/live", "/health/ready", "/metrics", "/elsewhere")] == [
        200,
        200,
        200,
        404,
    ]
    for name in ("gateway_leg_outcomes", "gateway_queue_age_seconds", "gateway_journal_unsealed"):
        assert name in answers["/metrics"][1]


def test_a_worker_without_its_database_lives_and_is_not_ready(at_work: Runtime, database_url: str) -> None:
    answers: list[int] = []

    def look() -> None:
        with at_work.store.work("test") as tx:
            tx.connection.execute(text("ALTER TABLE legs RENAME TO elsewhere"))
        answers.extend(asked(at_work, path)[0] for path in ("/health/live", "/health/ready"))

    work_while(at_work, look)
    assert answers == [200, 503]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_end_carries_what_it_has_begun_to_its_end(
    world: World, at_work: Runtime, number: signal.Signals
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def held(_: Work) -> Outcome:
        begun.set()
        assert go_on.wait(60)
        return accepted(CoverFound(known=False))

    world.zhejiang.answers("FindCover", held)
    case = begin(world)
    world.clock.forward(seconds=1)

    def look() -> None:
        assert begun.wait(60)

    work_while(at_work, look, number, then=go_on.set)
    states = {leg["party"]: leg["state"] for leg in view(world, case)["legs"] if leg["message"] == "FindCover"}
    assert states["zhejiang"] == "accepted", "nothing that was being carried is left for its lease to bring back"


def test_a_worker_that_has_ended_leaves_its_port_free(at_work: Runtime) -> None:
    work_while(at_work, nothing)
    work_while(at_work, nothing)
