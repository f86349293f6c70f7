"""Take in enrolments: their documents are kept, all is determined, then everything is written in one go.

Those who arrive together are served together, by whichever of them came first (decision 0011): one thread does the work
of all, for threads that take turns at it spend more on the turns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from gateway.errors import Fault, GatewayError
from gateway.mapping.canonical_json import decode, differences
from gateway.model.platform import Enrolment
from gateway.ports import Crossing
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came in. `crossing`: its document, for the journal.

    `understand`: key and enrolment, asked for once the document is kept; GatewayError where they are not in it.
    """

    crossing: Crossing
    understand: Callable[[], tuple[idempotency.Key, Enrolment]]
    language: str


@dataclass(frozen=True, slots=True)
class _Refused:
    """A request that would not be accepted today, and why."""

    key: idempotency.Key
    request: bytes
    error: GatewayError


_Result = Answer | _Refused | BaseException


def accept(runtime: Runtime, arrival: Arrival) -> Answer:
    """Keep the document of `arrival`, accept its enrolment once per key, and answer it.

    Raises GatewayError: what `understand` raises, `faults` with everything that speaks against the enrolment,
    `already_reserved`, `idempotency_conflict`, `idempotency_in_flight`, `unavailable`. Nothing but the document is
    kept unless it is accepted.
    """
    given: Answer | _Refused = runtime.together(arrival, partial(_serve, runtime))
    if isinstance(given, Answer):
        return given
    # What was accepted once stays accepted, also where it would not be today.
    if stored := _stored(runtime, given.key, given.request):
        return stored
    raise given.error


def _serve(runtime: Runtime, batch: Sequence[Arrival]) -> list[_Result]:
    with metrics.stage("journal"):
        runtime.journal.record_many([arrival.crossing for arrival in batch])
    with metrics.stage("read"):
        understood = [_understood(arrival) for arrival in batch]
    with metrics.stage("determine"):
        looked_at = [_determined(runtime, each) for each in understood]
    asked = [each for each in looked_at if isinstance(each, Asked)]
    answers = iter(_entered(runtime, asked) if asked else ())
    runtime.journal.tied(*(each.about for each in asked))
    return [next(answers) if isinstance(each, Asked) else each for each in looked_at]


def _understood(arrival: Arrival) -> Asked | BaseException:
    try:
        key, enrolment = arrival.understand()
        return Asked(key, enrolment, encode(enrolment), arrival.language, arrival.crossing.about)
    except Exception as problem:  # noqa: BLE001 - one request's own; the others of the batch must not suffer for it
        return problem


def _determined(runtime: Runtime, asked: Asked | BaseException) -> Asked | _Refused | BaseException:
    if isinstance(asked, BaseException):
        return asked
    try:
        return replace(asked, determined=determine(runtime, asked.enrolment))
    except GatewayError as error:
        return _Refused(asked.key, asked.request, error)
    except Exception as problem:  # noqa: BLE001 - one request's own; the others of the batch must not suffer for it
        return problem


def _entered(runtime: Runtime, batch: Sequence[Asked]) -> list[Answer | BaseException]:
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
        faults = [Fault(pointer, "content_differs") for pointer in differing]
        raise GatewayError("idempotency_conflict", faults=faults)
    metrics.REPLAYED.inc()
    return Answer(stored.status, stored.answer, replayed=True)
