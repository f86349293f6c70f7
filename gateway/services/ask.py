"""Answer a province's question: from our own cases, or from the other regions, in one straight line with a deadline."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Decision, Insurance
from gateway.model.messages import Message
from gateway.model.province import CoverFound, EnrolmentDecided, FindCover, FindWorker, GetProgress, WorkerFound
from gateway.model.values import Region
from gateway.ports import Party
from gateway.services.plans import reference
from gateway.services.runtime import Runtime
from gateway.store import cases, leases, persons
from gateway.store.rows import ItemRow
from gateway.store.work import Tx

DEADLINE = timedelta(seconds=8)

_DECIDED = {
    CaseStatus.REFUSED.value: Decision.REFUSED,
    CaseStatus.WITHDRAWN.value: Decision.REFUSED,
    CaseStatus.WAITING.value: Decision.RETURNED,
    CaseStatus.AWAITING_PAYMENT.value: Decision.ACCEPTED,
    CaseStatus.UNPAID.value: Decision.ACCEPTED,
    CaseStatus.COMPLETED.value: Decision.ACCEPTED,
}


def ask(runtime: Runtime, caller: str, message: Message, deadline: datetime | None = None) -> Message:
    """The answer to what the province `caller` asks, from whoever knows.

    GatewayError: `purpose_needed` where the person is not the caller's own and no consent is named, `not_found`,
    `deadline_passed` where no region answered at all. Regions that stayed silent are named in the answer.
    """
    if isinstance(message, GetProgress):
        return _progress(runtime, caller, message)
    if not isinstance(message, FindCover | FindWorker):
        raise GatewayError("unsupported", party="gateway", message=type(message).__name__, alternative="")
    _check_right(runtime, caller, message)
    others = [party for party in runtime.of_family("province") if party.id != caller]
    able = [party for party in others if type(message).__name__ in party.supports]
    with runtime.store.reading() as tx:
        paused = leases.paused(tx)
    open_to = [party for party in able if party.id not in paused]
    answers, silent = _answers(open_to, message, deadline or runtime.now() + DEADLINE, runtime)
    return _merged(message, able, answers, silent + [party for party in able if party.id in paused])


def _check_right(runtime: Runtime, caller: str, message: FindCover | FindWorker) -> None:
    if message.warrant.consent:
        return
    with runtime.store.reading() as tx:
        person = persons.find(tx, message.person.id_number)
        own = person is not None and caller in persons.parties_knowing(tx, person)
    if not own:
        raise GatewayError("purpose_needed")


def _answers(
    able: Sequence[Party], message: Message, deadline: datetime, runtime: Runtime
) -> tuple[list[Any], list[Party]]:
    """The answers that came in time, and the parties from which none came."""
    pool = ThreadPoolExecutor(max(len(able), 1), thread_name_prefix="ask")
    asked = {party.id: pool.submit(party.ask, message, deadline) for party in able}
    wait(asked.values(), timeout=max((deadline - runtime.now()).total_seconds(), 0))
    pool.shutdown(wait=False, cancel_futures=True)
    # Looked at once: an answer that comes between two looks would be neither given nor named as missing.
    given = {name: future.result() for name, future in asked.items() if _succeeded(future)}
    return list(given.values()), [party for party in able if party.id not in given]


def _succeeded(future: Any) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _merged(message: Message, able: Sequence[Party], answers: list[Any], silent: list[Party]) -> Message:
    if able and not answers:
        raise GatewayError("deadline_passed", party=", ".join(party.id for party in able))
    regions = tuple(Region(region.ljust(6, "0")) for party in silent for region in party.regions)
    known = [answer for answer in answers if answer.known]
    if isinstance(message, FindCover):
        covers = tuple(cover for answer in known for cover in answer.covers)
        return CoverFound(known=bool(known), covers=covers, unanswered=regions)
    return replace(known[0] if known else WorkerFound(known=False), unanswered=regions)


def _progress(runtime: Runtime, caller: str, message: GetProgress) -> EnrolmentDecided:
    with runtime.store.reading() as tx:
        item = _item(tx, caller, message)
        if item is None or item.province != caller:
            raise GatewayError("not_found", thing="application")
        case = cases.get(tx, item.case)
        reason = cases.reason(tx, item)
        number = persons.local_number(tx, case.person, caller)
    return EnrolmentDecided(
        decision=_DECIDED.get(item.status, Decision.ACCEPTED if item.registration_number else Decision.RECEIVED),
        reference=reference(item.case, Insurance(item.insurance)),
        acceptance_number=item.acceptance_number,
        person_number=number,
        registration_number=item.registration_number,
        notice_number=item.notice_number,
        reason=reason,
    )


def _item(tx: Tx, caller: str, message: GetProgress) -> ItemRow | None:
    if message.acceptance_number:
        return cases.by_acceptance(tx, caller, message.acceptance_number)
    case, _, insurance = (message.reference or "").partition(".")
    return next((row for row in cases.items(tx, case) if row.insurance == insurance), None)
