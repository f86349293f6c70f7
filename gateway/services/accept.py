"""Take in an enrolment: all is determined first, then person, months, case, legs and answer are written in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.errors import Fault, GatewayError
from gateway.mapping.canonical_json import decode, differences
from gateway.model.codes import CaseStatus
from gateway.model.handles import new_handle
from gateway.model.platform import Enrolment
from gateway.services import metrics, plans, views
from gateway.services.determine import ItemPlan, determine
from gateway.services.records import encode
from gateway.services.runtime import Runtime
from gateway.store import cases, idempotency, levies, persons, reservations
from gateway.store.rows import HolderRow
from gateway.store.work import ClashError, LockTimeoutError, Tx

ACCEPTED = 202
_TRIES = 5
_RETRY_AFTER = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform is told; `replayed` where the same request was answered before."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request on its way through `accept`. `request`: the enrolment as canonical JSON."""

    key: idempotency.Key
    enrolment: Enrolment
    request: bytes
    determined: Sequence[ItemPlan]
    language: str
    about: str


class _TakenError(Exception):
    """Another case reserved one of the months between our look and our write."""


def accept(runtime: Runtime, key: idempotency.Key, enrolment: Enrolment, language: str, *, about: str = "") -> Answer:
    """Accept `enrolment` once per `key` and answer it. `about`: what the request was journalled under.

    Raises GatewayError: `faults` with everything that speaks against it, `already_reserved`, `idempotency_conflict`,
    `idempotency_in_flight`, `unavailable`. Nothing is written unless it is accepted.
    """
    request = encode(enrolment)
    if stored := _stored(runtime, key, request):
        return stored
    asked = _Asked(key, enrolment, request, determine(runtime, enrolment), language, about)
    try:
        return _enter(runtime, asked)
    except LockTimeoutError:
        raise GatewayError("idempotency_in_flight", retry_after=_RETRY_AFTER) from None


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


def _enter(runtime: Runtime, asked: _Asked) -> Answer:
    for _ in range(_TRIES):
        try:
            with runtime.store.work("accept") as tx:
                body = _write(runtime, tx, asked)
                idempotency.keep(tx, asked.key, asked.request, ACCEPTED, body)
            runtime.journal.tied(asked.about)
            metrics.ACCEPTED.inc()
            return Answer(ACCEPTED, body)
        except (ClashError, _TakenError):
            # A twin, or another enrolment of the same person, was faster: look again at what is there now.
            if stored := _stored(runtime, asked.key, asked.request):
                return stored
    raise LockTimeoutError


def _write(runtime: Runtime, tx: Tx, asked: _Asked) -> bytes:
    person = persons.find_or_add(tx, asked.enrolment.worker.identity)
    held = reservations.holders(tx, person, [plan.insurance for plan in asked.determined])
    if held:
        if idempotency.find(tx, asked.key):
            raise _TakenError
        return _attach(tx, asked, held)
    case = _open_case(runtime, tx, asked, person)
    for plan in asked.determined:
        if not reservations.reserve(tx, person, plan.insurance, plan.start, plan.last, case):
            raise _TakenError
    levies.add(tx, [row for plan in asked.determined for row in _levy_rows(tx, case, plan)])
    likely = [plan.province for plan in asked.determined]
    last = max(plan.last for plan in asked.determined)
    count = plans.ask_for_cover(runtime, tx, case, asked.enrolment, last, likely)
    cases.happened(tx, case, "accepted", asked=str(count))
    runtime.journal.tie(tx, asked.about, case=case, person=person)
    return views.acceptance(tx, case, case, asked.language)


def _open_case(runtime: Runtime, tx: Tx, asked: _Asked, person: str) -> str:
    case = new_handle("case", tx.now)
    row = {
        "id": case,
        "kind": "enrolment",
        "client": asked.key.client,
        "person": person,
        "status": CaseStatus.ACCEPTED.value,
        "rules": runtime.law.fingerprint,
        "origin": None,
    }
    cases.add(tx, case=row, payload=asked.request, items=[_item_row(plan) for plan in asked.determined])
    return case


def _item_row(plan: ItemPlan) -> dict[str, Any]:
    return {
        "insurance": plan.insurance.value,
        "status": CaseStatus.ACCEPTED.value,
        "start": plan.start.ordinal,
        "province": plan.province,
        "tax": plan.tax,
        "assessor": plan.assessor,
        "determination": plan.kept,
        "hold_until": plan.hold_until,
        "unverified": False,
        "withdrawing": False,
    }


def _levy_rows(tx: Tx, case: str, plan: ItemPlan) -> list[dict[str, Any]]:
    return [
        {
            "id": new_handle("levy", tx.now),
            "case": case,
            "insurance": plan.insurance.value,
            "tax": plan.tax,
            "first": levy.first.ordinal,
            "last": levy.last.ordinal,
            "fen": levy.amount.fen,
            "due": levy.due.isoformat(),
            "payable_until": levy.payable_until.isoformat(),
            "content": levy.kept,
        }
        for levy in plan.levies
    ]


def _attach(tx: Tx, asked: _Asked, held: Sequence[HolderRow]) -> bytes:
    """The same enrolment already came through another platform: this one gets its own view of it."""
    (first, *others) = {row.case for row in held}
    if others or not _same(tx, first, asked.determined):
        raise _reserved(held)
    handle = new_handle("case", tx.now)
    if not cases.view(tx, handle, first, asked.key.client):
        raise _reserved(held)
    cases.happened(tx, first, "attached")
    return views.acceptance(tx, first, handle, asked.language)


def _same(tx: Tx, case: str, determined: Sequence[ItemPlan]) -> bool:
    there = {(row.insurance, row.province, row.start) for row in cases.items(tx, case)}
    return there == {(plan.insurance.value, plan.province, plan.start.ordinal) for plan in determined}


def _reserved(held: Sequence[HolderRow]) -> GatewayError:
    faults = [Fault("/insurance", "already_reserved", {"insurance": row.insurance}) for row in held]
    return GatewayError("already_reserved", faults=faults, insurance=", ".join(row.insurance for row in held))
