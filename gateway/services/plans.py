"""The legs that a case needs at each stage, with the messages they carry."""

import json
from collections.abc import Sequence
from datetime import date, timedelta

from gateway.model.card import FindCard
from gateway.model.codes import Insurance, Purpose
from gateway.model.messages import Message
from gateway.model.person import Warrant
from gateway.model.platform import Enrolment
from gateway.model.province import EnrolWorker, FindCover, StartCover, WithdrawEnrolment
from gateway.model.tax import CancelLevy, Component, DeclareLevy, FindLevy
from gateway.model.values import Money, Month, Region
from gateway.services.records import decode, encode
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, persons
from gateway.store.rows import CaseRow, ItemRow, LevyRow
from gateway.store.work import Tx

# Where the silent regions stand in the queue: the two that most likely know the person are asked first.
_ASKED_LATER = timedelta(milliseconds=50)


def enrolment_of(tx: Tx, case: CaseRow) -> Enrolment:
    """What the platform asked for."""
    return decode(Enrolment, cases.payload(tx, case))


def reference(case: str, insurance: Insurance) -> str:
    """Our reference of one insurance of a case, as provinces see it; the same on every try."""
    return f"{case}.{insurance.value}"


def queue(tx: Tx, case: str, party: str, message: Message, insurance: str = "", occurrence: int = 1) -> None:
    """Enter one leg that is due at once."""
    legs.add(tx, legs.NewLeg(case, party, type(message).__name__, encode(message), insurance, occurrence))


def ask_for_cover(runtime: Runtime, tx: Tx, case: str, enrolment: Enrolment, last: Month, likely: Sequence[str]) -> int:
    """One FindCover leg to every province that answers it, the likely ones first; how many are asked."""
    able = [party.id for party in runtime.of_family("province") if "FindCover" in party.supports]
    warrant = Warrant(Purpose.ENROLMENT_CHECK, enrolment.consent.reference)
    query = FindCover(enrolment.worker.identity, enrolment.insurance, enrolment.start, last, warrant)
    payload = encode(query)
    for party in able:
        due_at = tx.now if party in likely else tx.now + _ASKED_LATER
        legs.add(tx, legs.NewLeg(case, party, "FindCover", payload, due_at=due_at))
    return len(able)


def register(
    tx: Tx, case: CaseRow, item: ItemRow, *, supplements: str | None = None, material: str | None = None
) -> None:
    """The registration of one insurance at its province; a completion of a returned one names what it completes."""
    before = len(legs.named(tx, case.id, "EnrolWorker", item.insurance))
    enrolment, plan = enrolment_of(tx, case), json.loads(item.determination)
    insurance = Insurance(item.insurance)
    message = EnrolWorker(
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
        supplements=supplements,
        material=material,
    )
    queue(tx, case.id, item.province, message, item.insurance, occurrence=before + 1)


def look_for_levy(tx: Tx, levy: LevyRow, notice_number: str) -> None:
    """Check at the tax bureau that the agency's levy is there."""
    queue(tx, levy.case, levy.tax, FindLevy(notice_number=notice_number), levy.insurance, occurrence=_nth(levy))


def declare(tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Declare one levy to the tax bureau."""
    enrolment, plan = enrolment_of(tx, case), json.loads(item.determination)
    message = DeclareLevy(
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
    queue(tx, case.id, levy.tax, message, levy.insurance, occurrence=_nth(levy))


def components(levy: LevyRow) -> tuple[Component, ...]:
    """The components of a levy as messages carry them."""
    return tuple(decode(Component, json.dumps(part).encode()) for part in json.loads(levy.content)["components"])


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
    queue(tx, case.id, item.province, message, item.insurance, occurrence=levy.first)


def check_cover(tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """Ask the province whether it knows of the payment, where the tax bureau tells it."""
    enrolment = enrolment_of(tx, case)
    warrant = Warrant(Purpose.ENROLMENT_CHECK, enrolment.consent.reference)
    months = Month(levy.first), Month(levy.last)
    query = FindCover(enrolment.worker.identity, (Insurance(item.insurance),), *months, warrant)
    queue(tx, case.id, item.province, query, item.insurance, occurrence=levy.first)


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


def _nth(levy: LevyRow) -> int:
    # One leg per levy: its first month tells the levies of one insurance apart.
    return int(levy.first)
