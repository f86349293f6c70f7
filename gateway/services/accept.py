"""Take in an enrolment: all is determined first, then person, months, case, legs and answer are written in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from gateway.errors import Fault, GatewayError
from gateway.mapping.canonical_json import decode, differences
from gateway.model.platform import Enrolment
from gateway.services import metrics
from gateway.services.determine import determine
from gateway.services.enter import ACCEPTED, Asked, attach, enter
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.store import idempotency
from gateway.store.work import ClashError, LockTimeoutError

_TRIES = 5
_RETRY_AFTER = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform is told; `replayed` where the same request was answered before."""

    status: int
    body: bytes
    replayed: bool = False


def accept(runtime: Runtime, key: idempotency.Key, enrolment: Enrolment, language: str, *, about: str = "") -> Answer:
    """Accept `enrolment` once per `key` and answer it. `about`: what the request was journalled under.

    Raises GatewayError: `faults` with everything that speaks against it, `already_reserved`, `idempotency_conflict`,
    `idempotency_in_flight`, `unavailable`. Nothing is written unless it is accepted.
    """
    request = encode(enrolment)
    try:
        with metrics.stage("determine"):
            determined = determine(runtime, enrolment)
    except GatewayError:
        # What was accepted once stays accepted, also where it would not be today.
        if stored := _stored(runtime, key, request):
            return stored
        raise
    asked = Asked(key, enrolment, request, determined, language, about)
    answer: Answer = runtime.together(asked, partial(_serve, runtime))
    runtime.journal.tied(about)
    return answer


def _serve(runtime: Runtime, batch: Sequence[Asked]) -> list[Answer | BaseException]:
    bodies: Sequence[bytes | None]
    try:
        with metrics.stage("enter"), runtime.store.work("accept") as tx:
            bodies = enter(runtime, tx, batch)
    except (ClashError, LockTimeoutError):
        bodies = [None] * len(batch)
    return [_alone(runtime, asked) if body is None else _new(body) for asked, body in zip(batch, bodies, strict=True)]


def _alone(runtime: Runtime, asked: Asked) -> Answer | BaseException:
    """Take in one request whose months are held, or that was overtaken: look again at what is there now."""
    try:
        return _looked_at(runtime, asked)
    except LockTimeoutError:
        return GatewayError("idempotency_in_flight", retry_after=_RETRY_AFTER)
    except GatewayError as problem:
        return problem


def _looked_at(runtime: Runtime, asked: Asked) -> Answer:
    for _ in range(_TRIES):
        if stored := _stored(runtime, asked.key, asked.request):
            return stored
        try:
            with runtime.store.work("accept") as tx:
                idempotency.forget(tx, asked.key)
                body = attach(runtime.law, tx, asked) or enter(runtime, tx, [asked])[0]
        except ClashError:
            continue
        if body is not None:
            return _new(body)
    raise LockTimeoutError


def _new(body: bytes) -> Answer:
    metrics.ACCEPTED.inc()
    return Answer(ACCEPTED, body)


def _stored(runtime: Runtime, key: idempotency.Key, request: bytes) -> Answer | None:
    with runtime.store.reading() as tx:
        stored = idempotency.find(tx, key)
    return None if stored is None else replay(stored, request)


def replay(stored: idempotency.Stored, request: bytes) -> Answer:
    """The stored answer again; GatewayError `idempotency_conflict` naming the places where the request differs."""
    if stored.request != request:
        differing = differences(decode(stored.request), decode(request))
        faults = [Fault(pointer, "idempotency_conflict") for pointer in differing]
        raise GatewayError("idempotency_conflict", faults=faults)
    metrics.REPLAYED.inc()
    return Answer(stored.status, stored.answer, replayed=True)
