"""Enrolments that arrive together: one thread serves all, and each is told its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from gateway.errors import GatewayError
from gateway.model.platform import Enrolment
from gateway.ports import Crossing
from gateway.services.accept import Answer, Arrival, accept
from gateway.store.idempotency import Key
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import REQUEST, enrolment, key

Understand = Callable[[], tuple[Key, Enrolment]]
_OTHER = {**REQUEST["worker"], "id_number": "430102199503070035"}


def broken() -> tuple[Key, Enrolment]:
    raise ZeroDivisionError("a fault of ours")


def queued(world: World, pool: ThreadPoolExecutor, understand: Understand) -> Future[Answer]:
    """The request behind those that wait already."""
    before = len(world.runtime.together._queue)
    document = Crossing("in", "demo-platform", "enrol", "application/json", b"{}", world.runtime.now())
    future = pool.submit(accept, world.runtime, Arrival(document, understand, "en"))
    while len(world.runtime.together._queue) == before:
        threading.Event().wait(0.001)
    return future


def test_what_is_wrong_with_one_request_is_told_to_its_caller_alone(world: World) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def slow() -> tuple[Key, Enrolment]:
        begun.set()
        may_go_on.wait(60)
        return key("first"), enrolment()

    with ThreadPoolExecutor(4) as pool:
        document = Crossing("in", "demo-platform", "enrol", "application/json", b"{}", world.runtime.now())
        first = pool.submit(accept, world.runtime, Arrival(document, slow, "en"))
        begun.wait(60)
        fails = queued(world, pool, broken)
        refused = queued(world, pool, lambda: (key("refused"), enrolment(start="2020-01")))
        sound = queued(world, pool, lambda: (key("sound"), enrolment(worker=_OTHER)))
        may_go_on.set()
        problem = refused.exception()
        assert isinstance(problem, GatewayError)
        assert "start_in_past" in {fault.code for fault in problem.faults}
        assert isinstance(fails.exception(), ZeroDivisionError)
        assert (first.result().status, sound.result().status) == (202, 202)
