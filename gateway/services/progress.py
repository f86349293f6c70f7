"""Tell provinces where their applications stand, from our own records; who asks at one time is answered together.

Nothing is done for such a question and nobody else is asked, so that question and answer go to the journal in one go,
before the answer leaves (decision 0026).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.errors import Fault, GatewayError
from gateway.model.codes import CaseStatus, Decision, Insurance
from gateway.model.province import EnrolmentDecided, GetProgress
from gateway.ports import Crossing
from gateway.services import metrics
from gateway.services.plans import reference
from gateway.services.runtime import Runtime
from gateway.store import cases
from gateway.store import progress as standing
from gateway.store.progress import ProgressRow
from gateway.store.work import Tx

_DECIDED = {
    CaseStatus.REFUSED.value: Decision.REFUSED,
    CaseStatus.WITHDRAWN.value: Decision.REFUSED,
    CaseStatus.WAITING.value: Decision.RETURNED,
    CaseStatus.AWAITING_PAYMENT.value: Decision.ACCEPTED,
    CaseStatus.UNPAID.value: Decision.ACCEPTED,
    CaseStatus.COMPLETED.value: Decision.ACCEPTED,
}
# What several provinces have to do is as far as the slowest of them, and refused where one refuses.
_LEAST_FIRST = (Decision.RECEIVED, Decision.RETURNED, Decision.REFUSED, Decision.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question of the province `caller` as it came in. `came`: its document, for the journal.

    `tell` writes the document that answers it, from the answer or from what speaks against one.
    """

    caller: str
    message: GetProgress
    came: Crossing
    tell: Callable[[EnrolmentDecided | Exception], Crossing]


def answer(runtime: Runtime, asking: Asking) -> Crossing:
    """The document that answers, once it and the question are durable; else GatewayError `unavailable`."""
    told: Crossing = runtime.questions(asking, partial(_serve, runtime))
    return told


def _serve(runtime: Runtime, batch: Sequence[Asking]) -> list[Crossing]:
    with runtime.store.looking() as tx:
        found = progress(tx, [(asking.caller, asking.message) for asking in batch])
    told = [_told(asking, each) for asking, each in zip(batch, found, strict=True)]
    runtime.journal.record_many([asking.came for asking in batch] + told)
    return told


def _told(asking: Asking, found: EnrolmentDecided | GatewayError) -> Crossing:
    result = found.kind.code if isinstance(found, GatewayError) else "answered"
    metrics.QUESTIONS.labels(asking.caller, "GetProgress", result).inc()
    try:
        return asking.tell(found)
    except Exception as problem:  # noqa: BLE001 - one caller's own; the others of the batch must not suffer for it
        return asking.tell(problem)


def progress(tx: Tx, asked: Sequence[tuple[str, GetProgress]]) -> list[EnrolmentDecided | GatewayError]:
    """Where each application stands; in the place of one that is not its province's, GatewayError `not_found`."""
    named = {_named(message)[0] for _, message in asked if not message.acceptance_number}
    rows = {(row.case, row.insurance): row for row in standing.of_cases(tx, named)} if named else {}

    def found(caller: str, message: GetProgress) -> EnrolmentDecided | GatewayError:
        number = message.acceptance_number
        if not number and not message.reference:
            return GatewayError("faults", faults=[Fault("/acceptance_number", "missing_field")], count="1")
        try:
            if number:
                row = standing.by_acceptance(tx, caller, number)
                return _decided(tx, caller, row) if row else _asked_for(tx, caller, number)
            return _decided(tx, caller, rows.get(_named(message)))
        except GatewayError as error:
            return error

    return [found(caller, message) for caller, message in asked]


def _named(message: GetProgress) -> tuple[str, str]:
    """Case and insurance of a reference."""
    case, _, insurance = (message.reference or "").partition(".")
    return case, insurance


def _asked_for(tx: Tx, caller: str, number: str) -> EnrolmentDecided:
    """How far a change is that was asked for at the caller's counter; the number is its view of the case.

    What the insuring provinces know the person and the registration by is theirs, and not told.
    """
    case = cases.behind_view(tx, number, caller)
    rows = standing.of_cases(tx, [case]) if case else ()
    if not rows:
        raise GatewayError("not_found", thing="application")
    decisions = {_DECIDED.get(row.status, Decision.RECEIVED): row for row in rows}
    decision = next(each for each in _LEAST_FIRST if each in decisions)
    return EnrolmentDecided(
        decision=decision, acceptance_number=number, reason=standing.reason(tx, decisions[decision])
    )


def _decided(tx: Tx, caller: str, row: ProgressRow | None) -> EnrolmentDecided:
    if row is None or row.province != caller:
        raise GatewayError("not_found", thing="application")
    return EnrolmentDecided(
        decision=_DECIDED.get(row.status, Decision.ACCEPTED if row.registration_number else Decision.RECEIVED),
        reference=reference(row.case, Insurance(row.insurance)),
        acceptance_number=row.acceptance_number,
        person_number=standing.local_number(tx, row),
        registration_number=row.registration_number,
        notice_number=row.notice_number,
        reason=standing.reason(tx, row),
    )
