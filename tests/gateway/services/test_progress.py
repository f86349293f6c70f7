"""Questions about our own records that arrive together: one thread answers all, and each asker is told its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

from gateway.errors import GatewayError
from gateway.model.codes import Decision
from gateway.model.province import EnrolmentDecided, GetProgress
from gateway.ports import Crossing
from gateway.services.evidence import Evidence
from gateway.services.progress import Asking, answer
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import Remembered
from tests.gateway.services.test_ask_progress import taken_in

Tell = Callable[[EnrolmentDecided | Exception], str]


def told(found: EnrolmentDecided | Exception) -> str:
    if isinstance(found, EnrolmentDecided):
        return found.decision.value
    return found.kind.code if isinstance(found, GatewayError) else type(found).__name__


def asking(world: World, message: GetProgress, tell: Tell = told, caller: str = "zhejiang") -> Asking:
    """A question, and how the answer to it is written."""

    def document(direction: Literal["in", "out"], text: str) -> Crossing:
        return Crossing(direction, caller, "soap", "text/xml", text.encode(), world.runtime.now())

    return Asking(caller, message, document("in", f"{message}"), lambda found: document("out", tell(found)))


def queued(world: World, pool: ThreadPoolExecutor, question: Asking) -> Future[Crossing]:
    """The question behind those that wait already."""
    before = len(world.runtime.questions._queue)
    future = pool.submit(answer, world.runtime, question)
    while len(world.runtime.questions._queue) == before:
        threading.Event().wait(0.001)
    return future


def test_each_is_told_its_own_and_what_is_wrong_with_one_is_its_own_alone(world: World) -> None:
    case = taken_in(world)
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(found: EnrolmentDecided | Exception) -> str:
        begun.set()
        may_go_on.wait(60)
        return told(found)

    def cannot(found: EnrolmentDecided | Exception) -> str:
        return told(found) if isinstance(found, Exception) else str(1 // 0)

    ours, unknown = GetProgress(reference=f"{case}.pension"), GetProgress(reference="case_0.pension")
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(answer, world.runtime, asking(world, ours, slow))
        begun.wait(60)
        others = [
            queued(world, pool, question)
            for question in (
                asking(world, unknown),
                asking(world, ours, caller="hunan"),
                asking(world, ours, cannot),
                asking(world, GetProgress(acceptance_number="A1")),
            )
        ]
        may_go_on.set()
        bodies = [each.result().body.decode() for each in (first, *others)]
    received = Decision.RECEIVED.value
    assert bodies == [received, "not_found", "not_found", "ZeroDivisionError", received]


def test_question_and_answer_are_in_the_journal_before_anybody_is_told(world: World) -> None:
    question, kept = asking(world, GetProgress(reference="case_0.pension")), Remembered()
    given = answer(replace(world.runtime, journal=Evidence(kept)), question)
    assert kept.crossings == [question.came, given]
