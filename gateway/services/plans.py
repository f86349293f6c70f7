"""The legs that a case needs at each stage, with the messages they carry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.model.card import FindCard
from gateway.model.codes import Insurance, Payer, Purpose
from gateway.model.messages import Message
from gateway.model.person import Warrant
from gateway.model.platform import Enrolment
from gateway.model.province import EnrolWorker, FindCover, StartCover, WithdrawEnrolment
from gateway.model.tax import CancelLevy, Component, DeclareLevy, FindLevy
from gateway.model.values import MORE_THAN_ANY_MONTH, Money, Month, Region
from gateway.services import treasury_orders
from gateway.services.anew import AS_IT_WAS, Finding, Sending, Verdict
from gateway.services.kept import left_of
from gateway.services.offsets import offset_of, use_credits
from gateway.services.records import content_of, decode, encode
from gateway.services.renew import enrolment_of, mind, renew
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, persons
from gateway.store.rows import CaseRow, ItemRow, LevyRow
from gateway.store.work import Tx

DECLARED_BY_US = ("gateway", "payer_at_tax")
"""Who assesses where we declare the levy: we by name, or the payer, as whose agent we do."""


# Where the silent regions stand in the queue: the two that most likely know the person are asked first.
_ASKED_LATER = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Completion:
    """What completes a returned application: the number that it was taken in under, and the material."""

    of: str
    material: str


def reference(case: str, insurance: Insurance) -> str:
    """Our reference of one insurance of a case, as provinces see it; the same on every try."""
    return f"{case}.{insurance.value}"


def queue(tx: Tx, case: str, party: str, message: Message, insurance: str = "", occurrence: int = 1) -> str:
    """Enter one leg that is due at once; its handle."""
    return legs.add(tx, legs.NewLeg(case, party, type(message).__name__, encode(message), insurance, occurrence))


def ask_for_cover(runtime: Runtime, tx: Tx, case: str, enrolment: Enrolment, last: Month, likely: Sequence[str]) -> int:
    """One FindCover leg to every province that keeps any of it, the likely ones first; how many are asked."""
    able = [party for party in runtime.keepers if "FindCover" in party.supports]
    warrant = Warrant(Purpose.ENROLMENT_CHECK, enrolment.consent.reference)
    query = FindCover(enrolment.worker.identity, enrolment.insurance, enrolment.start, last, warrant)
    asked = {party.id: left for party in able if (left := left_of(query, party)) is not None}
    whole = encode(query)
    for party, left in asked.items():
        due_at = tx.now if party in likely else tx.now + _ASKED_LATER
        payload = whole if left is query else encode(left)
        legs.add(tx, legs.NewLeg(case, party, "FindCover", payload, due_at=due_at), first=True)
    return len(asked)


def register(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, completion: Completion | None = None) -> None:
    """The registration of one insurance at its province, or the completion of a returned one.

    What does not hold on this day any more is refused or put aside for a person (`renew`); nothing of it is sent.
    """
    verdict = renew(runtime, tx, case, item, Sending.COMPLETION if completion else Sending.REGISTRATION)
    if verdict.finding is Finding.REFUSED:
        return
    before = len(legs.named(tx, case.id, "EnrolWorker", item.insurance))
    message = _registration(tx, case, cases.item(tx, case.id, item.insurance), completion)
    leg = queue(tx, case.id, item.province, message, item.insurance, occurrence=before + 1)
    _put_aside(runtime, tx, leg, verdict)


def _put_aside(runtime: Runtime, tx: Tx, leg: str, verdict: Verdict) -> None:
    if leg and verdict is not AS_IT_WAS and (row := legs.get(tx, leg)) is not None:
        mind(runtime, tx, row, verdict)


def _registration(tx: Tx, case: CaseRow, item: ItemRow, completion: Completion | None) -> EnrolWorker:
    enrolment, plan = enrolment_of(tx, case), content_of(item.determination)
    insurance = Insurance(item.insurance)
    return EnrolWorker(
        reference=reference(case.id, insurance),
        person=enrolment.worker.identity,
        mobile=enrolment.worker.mobile,
        insurance=insurance,
        choice=enrolment.choice,
        agency=Region(plan["region"]),
        workplace_region=enrolment.workplace_region,
        registered_region=enrolment.registered_region,
        start=enrolment.start,
        grade=enrolment.contribution.grade,
        cycle=enrolment.contribution.cycle,
        base=Money.parse(plan["base"]),
        consent=enrolment.consent,
        supplements=completion.of if completion else None,
        material=completion.material if completion else None,
    )


def look_for_levy(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Check at the tax bureau that the agency's levy is there; what we expect of it is reckoned for this day."""
    renew(runtime, tx, case, item, Sending.LOOK_UP)
    query = FindLevy(notice_number=item.notice_number)
    queue(tx, levy.case, levy.tax, query, levy.insurance, occurrence=_nth(levy))


def declare(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Declare one levy to the tax bureau as it is on this day; one that cannot be paid any more is put aside."""
    verdict = renew(runtime, tx, case, item, Sending.DECLARATION)
    levy = use_credits(tx, case, levies.get(tx, levy.id))
    leg = declare_as_it_is(runtime, tx, case, cases.item(tx, case.id, item.insurance), levies.get(tx, levy.id))
    _put_aside(runtime, tx, leg, verdict)


def declare_as_it_is(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> str:
    """Declare one levy to the tax bureau, or deduct it where we levy ourselves; the leg, empty where none goes out."""
    if treasury_orders.node(runtime, levy.tax) is not None:
        return treasury_orders.deduct(runtime, tx, case, item, levy)
    return queue(tx, case.id, levy.tax, declaration(tx, case, item, levy), levy.insurance, occurrence=_nth(levy))


def declaration(tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> DeclareLevy:
    """A levy as it is declared: the amount is what is left once credits are set off."""
    enrolment, plan = enrolment_of(tx, case), content_of(item.determination)
    return DeclareLevy(
        reference=levy.id,
        person=enrolment.worker.identity,
        person_number=persons.local_number(tx, case.person, item.province) or "",
        insurance=Insurance(item.insurance),
        agency=Region(plan["region"]),
        first=Month(levy.first),
        last=Month(levy.last),
        amount=Money(levy.fen),
        due=date.fromisoformat(levy.due),
        components=components(levy),
    )


def reworded(tx: Tx, case: CaseRow, item: ItemRow, message: EnrolWorker | DeclareLevy) -> Message:
    """A message that has not been sent yet, by what is determined of its insurance by now."""
    if isinstance(message, DeclareLevy):
        return declaration(tx, case, item, levies.get(tx, message.reference))
    completion = Completion(message.supplements, message.material or "") if message.supplements else None
    return _registration(tx, case, item, completion)


def components(levy: LevyRow) -> tuple[Component, ...]:
    """The components of a levy as messages carry them."""
    parts = [decode(Component, json.dumps(part).encode()) for part in content_of(levy.content)["components"]]
    offset = offset_of(levy.content)
    return (*parts, Component("offset", Payer.WORKER, Money(-offset))) if offset else tuple(parts)


def cancel(tx: Tx, levy: LevyRow, reason: str) -> None:
    """Cancel one levy at the tax bureau."""
    message = CancelLevy(levy.id, reason, levy_number=levy.levy_number, notice_number=levy.notice_number)
    queue(tx, levy.case, levy.tax, message, levy.insurance, occurrence=_nth(levy))


def tell_province(tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Tell the province that a levy's months are paid; only where a dated rule says that we do."""
    message = StartCover(
        reference=reference(case.id, Insurance(item.insurance)),
        person=enrolment_of(tx, case).worker.identity,
        person_number=persons.local_number(tx, case.person, item.province) or "",
        insurance=Insurance(item.insurance),
        first=Month(levy.first),
        last=Month(levy.last),
        amount=Money(levy.paid_fen or 0),
        paid_on=date.fromisoformat(levy.paid_on or ""),
        voucher_number=levy.voucher_number or "",
    )
    queue(tx, case.id, item.province, message, item.insurance, occurrence=payment_number(levy))


def check_cover(tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Ask the province whether it knows of the payment, where the tax bureau tells it."""
    enrolment = enrolment_of(tx, case)
    warrant = Warrant(Purpose.ENROLMENT_CHECK, enrolment.consent.reference)
    months = Month(levy.first), Month(levy.last)
    query = FindCover(enrolment.worker.identity, (Insurance(item.insurance),), *months, warrant)
    queue(tx, case.id, item.province, query, item.insurance, occurrence=payment_number(levy))


def withdraw(tx: Tx, case: CaseRow, item: ItemRow, reason: str) -> None:
    """Take the registration of one insurance back at its province."""
    message = WithdrawEnrolment(
        reference=reference(case.id, Insurance(item.insurance)),
        person=enrolment_of(tx, case).worker.identity,
        insurance=Insurance(item.insurance),
        start=Month(item.start),
        reason=reason,
        acceptance_number=item.acceptance_number,
        registration_number=item.registration_number,
    )
    queue(tx, case.id, item.province, message, item.insurance)


def look_up_card(tx: Tx, case: CaseRow, card_centre: str) -> None:
    """Ask the card centre for the person's card, once per case and centre."""
    queue(tx, case.id, card_centre, FindCard(enrolment_of(tx, case).worker.identity))


def levy_paid(levies_of_item: Sequence[LevyRow], number: int) -> tuple[LevyRow, int]:
    """The levy whose payment has this number, and how many of its payments were reversed before that one."""
    reversals, first = divmod(number, MORE_THAN_ANY_MONTH)
    return next(row for row in levies_of_item if row.first == first), reversals


def _nth(levy: LevyRow) -> int:
    # One leg per levy: its first month tells the levies of one insurance apart.
    return int(levy.first)


def payment_number(levy: LevyRow) -> int:
    """What the leg that tells of a levy's payment is numbered by: the payment after a reversal has a leg of its own."""
    return int(levy.first) + MORE_THAN_ANY_MONTH * int(levy.reversals)
