"""Counters for machines: what was accepted, delivered, retried, refused, left uncertain, by party; the queue's age."""

import time
from functools import cache

from prometheus_client import Counter, Gauge

from gateway.ports import OutcomeKind
from gateway.services.runtime import Runtime
from gateway.store import legs

ACCEPTED = Counter("gateway_enrolments_accepted", "Enrolments answered 202 for the first time.")
REPLAYED = Counter("gateway_answers_replayed", "Stored answers given again.")
OUTCOMES = Counter("gateway_leg_outcomes", "Outcomes of legs.", ("party", "message", "outcome"))
QUESTIONS = Counter("gateway_questions", "Questions of provinces by what came of them.", ("party", "message", "result"))
RETRIED = Counter("gateway_legs_retried", "Tries of a leg after its first.", ("party", "message"))
STAGE_CPU = Counter("gateway_stage_cpu_seconds", "Processor time of the stages of an acceptance.", ("stage",))
QUEUE_AGE = Gauge("gateway_queue_age_seconds", "How long the leg that is due longest has been waiting.")
UNSEALED = Gauge("gateway_journal_unsealed", "1 while the journal cannot be sealed: somebody must look.")
RECONCILED = Gauge("gateway_reconciled_day", "Last day that was reconciled, as yyyymmdd.", ("party", "pairing"))
DUE = Gauge("gateway_legs_due", "Legs that are due now.", ("party",))


class _Stage:
    """Counts the processor time that a thread spends inside; waiting costs none."""

    __slots__ = ("_began", "_counter")

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def __enter__(self) -> None:
        self._began = time.thread_time()

    def __exit__(self, *_: object) -> None:
        self._counter.inc(time.thread_time() - self._began)


def stage(name: str) -> _Stage:
    """Count the processor time that this thread spends inside, under the name of a stage."""
    return _Stage(_counter_of(name))


@cache
def _counter_of(name: str) -> Counter:
    return STAGE_CPU.labels(name)


def outcome(party: str, message: str, kind: OutcomeKind, attempts: int) -> None:
    """Count one outcome of one leg."""
    OUTCOMES.labels(party, message, kind.value).inc()
    if attempts > 1:
        RETRIED.labels(party, message).inc()


def watch_queue(runtime: Runtime) -> None:
    """Read the queue's length by party and the age of its oldest due leg."""
    with runtime.store.reading() as tx:
        due, oldest = legs.parties_with_due(tx), legs.next_due(tx)
        age = 0.0 if oldest is None else (tx.now - oldest).total_seconds()
    for party in runtime.parties:
        DUE.labels(party).set(due.get(party, 0))
    QUEUE_AGE.set(max(age, 0.0))
