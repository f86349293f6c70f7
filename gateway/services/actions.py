"""What a platform may do with its cases, each once per Idempotency-Key."""

import json
from collections.abc import Callable
from typing import Any

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Insurance, LegState
from gateway.model.person import Identity
from gateway.services import advance, plans, withdraw
from gateway.services.accept import Answer
from gateway.services.once import Wish, once
from gateway.services.registrations import KINDS, OF_MONEY
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, persons
from gateway.store.rows import CaseRow
from gateway.store.work import Tx


def withdraw_case(runtime: Runtime, wish: Wish, reason: str) -> Answer:
    """Begin to withdraw a case; GatewayError `not_found`, `paid_already`, `action_not_allowed`."""
    request = _canonical({"reason": reason})
    return _acted(runtime, wish, request, "withdraw", lambda tx, case: withdraw.withdraw(runtime, tx, case, reason))


def supply_material(runtime: Runtime, wish: Wish, insurance: Insurance, material: str) -> Answer:
    """Complete an application that its agency returned; GatewayError `not_found`, `action_not_allowed`."""
    request = _canonical({"insurance": insurance.value, "material": material})
    return _acted(runtime, wish, request, "supply", lambda tx, case: _supply(runtime, tx, case, insurance, material))


def search_worker(runtime: Runtime, client: str | None, identity: Identity) -> dict[str, Any]:
    """The handle of a worker by identity number, where the caller has a case of theirs; `not_found` otherwise."""
    with runtime.store.reading() as tx:
        person = persons.find(tx, identity.id_number)
        known = person is not None and cases.page(tx, client=client, person=person, status=None, after=None, size=1)
    if not known:
        raise GatewayError("not_found", thing="worker")
    return {"worker": person, "links": {"cases": f"/v1/cases?worker={person}"}}


def _acted(runtime: Runtime, wish: Wish, request: bytes, action: str, act: Callable[[Tx, CaseRow], None]) -> Answer:
    def acted(tx: Tx) -> str:
        handle = cases.behind_view(tx, wish.view, wish.client)
        if handle is None:
            raise GatewayError("not_found", thing="case")
        case = cases.lock(tx, handle)
        if case.kind in KINDS or case.kind in OF_MONEY:
            raise GatewayError("action_not_allowed", action=action, status=case.status, allowed="nothing")
        act(tx, case)
        runtime.journal.tie(tx, wish.about, case=case.id, person=case.person)
        return wish.view

    return once(runtime, wish, runtime.store.work("action"), request, acted)


def _supply(runtime: Runtime, tx: Tx, case: CaseRow, insurance: Insurance, material: str) -> None:
    waiting = [row for row in cases.items(tx, case.id) if row.insurance == insurance.value]
    item = waiting[0] if waiting and waiting[0].status == CaseStatus.WAITING.value else None
    if item is None or not item.acceptance_number:
        raise GatewayError("action_not_allowed", action="supply", status=case.status, allowed="withdraw")
    for leg in legs.named(tx, case.id, "EnrolWorker", insurance.value):
        if leg.state == LegState.HELD.value:
            legs.change(tx, leg.id, LegState.CANCELLED, due_at=None)
    advance.move(runtime, tx, case.id, insurance, CaseStatus.REGISTERING, "supplied")
    plans.register(runtime, tx, case, item, plans.Completion(item.acceptance_number, material))


def _canonical(document: dict[str, str]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
