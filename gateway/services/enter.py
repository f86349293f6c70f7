"""Write accepted enrolments: person, months, case, levies, legs, the stored answer; many requests a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from gateway.errors import Fault, GatewayError
from gateway.model.codes import CaseStatus
from gateway.model.handles import new_handle
from gateway.model.platform import Enrolment, Worker
from gateway.rules.law import Law
from gateway.services import plans, views
from gateway.services.determine import ItemPlan, may_attach
from gateway.services.runtime import Runtime
from gateway.store import cases, idempotency, levies, persons, reservations
from gateway.store.rows import HolderRow, ItemRow
from gateway.store.sheet import Sheet
from gateway.store.work import Tx

ACCEPTED = 202


@dataclass(frozen=True, slots=True)
class Asked:
    """One request on its way. `request`: the enrolment as canonical JSON; `about`: what it was journalled under."""

    key: idempotency.Key
    enrolment: Enrolment
    request: bytes
    language: str
    about: str
    determined: Sequence[ItemPlan] = ()

    @property
    def number(self) -> str:
        """The worker's identity number."""
        return self.enrolment.worker.id_number


def enter(runtime: Runtime, tx: Tx, batch: Sequence[Asked]) -> list[bytes | None]:
    """Write what can be written of `batch`; the bodies of its 202s.

    None for a request that has to be looked at alone: its key was used, its months are held, or an earlier one of the
    batch is about the same person. ClashError (from `work`) where anything was taken meanwhile: then nothing of the
    batch was written.
    """
    used = idempotency.used(tx, [asked.key for asked in batch])
    known = persons.find_all(tx, {asked.number for asked in batch})
    every = {plan.insurance for asked in batch for plan in asked.determined}
    holding = {row.person for row in reservations.holders(tx, known.values(), every)}
    sheet, seen, bodies = Sheet.on(tx), set[str](), list[bytes | None]()
    for asked in batch:
        alone = asked.key in used or asked.number in seen or known.get(asked.number) in holding
        seen.add(asked.number)
        bodies.append(None if alone else _write(runtime, sheet, asked, known.get(asked.number)))
    sheet.write()
    return bodies


def attach(law: Law, tx: Tx, asked: Asked) -> bytes | None:
    """The same enrolment came through another platform: this one gets its own view of it. None where nothing is held.

    GatewayError `already_reserved` where it is not the same, this platform follows it already, or it would begin in
    months of a participation that has ended.
    """
    person = persons.find(tx, asked.number)
    held = reservations.holders(tx, [person] if person else [], {plan.insurance for plan in asked.determined})
    if not held:
        _check_kept(tx, person, asked.determined)
        return None
    (first, *others) = {row.case for row in held}
    if others or not _same(tx, first, asked.determined) or not all(map(partial(may_attach, law), asked.determined)):
        raise _reserved(held)
    handle = new_handle("case", tx.now)
    if not cases.view(tx, handle, first, asked.key.client):
        raise _reserved(held)
    cases.happened(tx, first, "attached")
    row, items, owed = cases.get(tx, first), cases.items(tx, first), levies.of_case(tx, first)
    body = views.acceptance(row.person, row.status, handle, items, owed, asked.language)
    idempotency.keep(tx, asked.key, asked.request, ACCEPTED, body)
    return body


def _check_kept(tx: Tx, person: str | None, determined: Sequence[ItemPlan]) -> None:
    """GatewayError `already_reserved` where a participation that has ended keeps one of the months."""
    wanted = {
        (plan.insurance.value, month)
        for plan in determined
        for month in range(plan.start.ordinal, plan.last.ordinal + 1)
    }
    kept = [row for row in reservations.months(tx, person) if (row.insurance, row.month) in wanted] if person else []
    if kept:
        raise _reserved(kept)


def _write(runtime: Runtime, sheet: Sheet, asked: Asked, known: str | None) -> bytes:
    person = _person(sheet, asked.enrolment.worker, known)
    case = new_handle("case", sheet.now)
    items = [_item(case, plan) for plan in asked.determined]
    owed = [plan.levy_row(new_handle("levy", sheet.now), case) for plan in asked.determined]
    client, rules, status = asked.key.client, runtime.law.fingerprint, CaseStatus.ACCEPTED.value
    cases.add(sheet, cases.NewCase(case, "enrolment", client, person, status, rules, asked.request), items, "accepted")
    for plan, levy in zip(asked.determined, owed, strict=True):
        reservations.reserve(sheet, person, plan.insurance, plan.start, plan.last, case)
        levies.add(sheet, levy)
    likely = [plan.province for plan in asked.determined]
    plans.ask_for_cover(runtime, sheet, case, asked.enrolment, max(plan.last for plan in asked.determined), likely)
    runtime.journal.tie(sheet, asked.about, case=case, person=person)
    body = views.acceptance(person, status, case, items, owed, asked.language)
    idempotency.keep(sheet, asked.key, asked.request, ACCEPTED, body)
    return body


def _person(sheet: Sheet, worker: Worker, known: str | None) -> str:
    if known is None:
        return persons.add(sheet, worker.identity)
    persons.keep_name(sheet, known, worker.name)
    return known


def _item(case: str, plan: ItemPlan) -> ItemRow:
    return ItemRow(
        case=case,
        insurance=plan.insurance.value,
        status=CaseStatus.ACCEPTED.value,
        start=plan.start.ordinal,
        province=plan.province,
        tax=plan.tax,
        assessor=plan.assessor,
        determination=plan.kept,
        hold_until=plan.hold_until,
    )


def _same(tx: Tx, case: str, determined: Sequence[ItemPlan]) -> bool:
    there = {(row.insurance, row.province, row.start) for row in cases.items(tx, case)}
    return there == {(plan.insurance.value, plan.province, plan.start.ordinal) for plan in determined}


def _reserved(held: Sequence[HolderRow]) -> GatewayError:
    faults = [Fault("/insurance", "already_reserved", {"insurance": row.insurance}) for row in held]
    return GatewayError("already_reserved", faults=faults, insurance=", ".join(row.insurance for row in held))
