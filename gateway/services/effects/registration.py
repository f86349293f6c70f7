"""The province answered an enrolment or its withdrawal."""

from gateway.model.codes import CaseStatus, Decision, LegState, LevyState
from gateway.model.levy import COLLECTED
from gateway.model.province import EnrolmentDecided
from gateway.model.values import Money
from gateway.services import pay, plans, withdraw
from gateway.services.effects.step import Step
from gateway.services.levy_words import of_result
from gateway.services.records import content_of
from gateway.store import cases, legs, levies, persons, reservations
from gateway.store.rows import LevyRow


def enrolment_answered(step: Step) -> None:
    """Follow an answer to EnrolWorker: registered, taken in, returned for more, refused, or nobody knows yet."""
    match step.state:
        case LegState.ACCEPTED:
            decided(step, step.reply)
        case LegState.REFUSED:
            refused(step)
        case LegState.RECEIVED:
            taken_in(step, step.outcome.reply)
        case LegState.NEEDS_PERSON:
            step.to_person()
        case _:
            step.unfinished()


def decided(step: Step, reply: EnrolmentDecided) -> None:
    """The registration stands: keep the province's numbers and see to the levy."""
    if reply.person_number:
        persons.learn_local_number(step.tx, step.case.person, step.leg.party, reply.person_number)
    cases.change_item(
        step.tx,
        step.case.id,
        step.insurance,
        registration_number=reply.registration_number,
        notice_number=reply.notice_number,
        reason=None,
    )
    if persons.local_number(step.tx, step.case.person, step.leg.party) is None:
        # No levy, payment or withdrawal can name the person there.
        reason = "its answer names no person number"
        step.move(CaseStatus.NEEDS_PERSON, "leg_needs_person", leg=step.leg.id, reason=reason)
        return
    item = cases.item(step.tx, step.case.id, step.insurance)
    if item.status == CaseStatus.WAITING.value:
        # The worker brought what was missing to the counter.
        step.move(CaseStatus.REGISTERING, "registered", number=reply.registration_number or "")
    else:
        step.tell("registered", number=reply.registration_number or "")
    if item.withdrawing:
        withdraw.go_on(step.runtime, step.tx, step.case, item)
    else:
        _see_to_levy(step)


def refused(step: Step) -> None:
    """The agency refuses in its own words: the months are free again."""
    reply = step.outcome.reply
    reason = (reply.reason if reply is not None else None) or step.outcome.reason
    cases.change_item(step.tx, step.case.id, step.insurance, reason=reason)
    reservations.release(step.tx, step.case.id, step.insurance)
    step.move(CaseStatus.REFUSED, "refused", reason=reason)


def taken_in(step: Step, reply: EnrolmentDecided | None) -> None:
    """The agency has it and will decide, or wants more material (once)."""
    if reply is None or reply.acceptance_number is None:
        return
    item = cases.item(step.tx, step.case.id, step.insurance)
    if reply.decision is Decision.RETURNED:
        if item.status != CaseStatus.WAITING.value:
            cases.change_item(step.tx, step.case.id, step.insurance, acceptance_number=reply.acceptance_number)
            legs.change(step.tx, step.leg.id, LegState.HELD, due_at=None)
            step.move(CaseStatus.WAITING, "returned", reason=reply.reason or "", number=reply.acceptance_number)
    elif item.acceptance_number != reply.acceptance_number:
        cases.change_item(step.tx, step.case.id, step.insurance, acceptance_number=reply.acceptance_number)
        step.tell("taken_in", number=reply.acceptance_number)
        step.unfinished()


def withdrawal_answered(step: Step) -> None:
    """The province took the registration back, or says why not."""
    if step.state is LegState.ACCEPTED:
        withdraw.finish(step.runtime, step.tx, step.case, step.insurance)
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()
    else:
        step.unfinished()


def _see_to_levy(step: Step) -> None:
    item = cases.item(step.tx, step.case.id, step.insurance)
    plan = content_of(item.determination)
    for before in levies.of_item(step.tx, step.case.id, item.insurance):
        levy = _numbered(step, before, item.notice_number)
        if levy.state in COLLECTED:
            # The payment came before the registration stood.
            step.move(CaseStatus.AWAITING_PAYMENT, "paid_before", amount=str(Money(levy.paid_fen or 0)))
            pay.pass_on(step.tx, step.case, item, levy)
        elif item.assessor == "agency" and item.notice_number:
            plans.look_for_levy(step.runtime, step.tx, step.case, item, levy)
        elif item.assessor in plans.DECLARED_BY_US:
            plans.declare(step.runtime, step.tx, step.case, item, levy)
        else:
            step.move(CaseStatus.NEEDS_PERSON, "levy_unassessed", assessor=item.assessor)
            return
    if plan["card_party"] in step.runtime.parties:
        plans.look_up_card(step.tx, step.case, plan["card_party"])


def _numbered(step: Step, levy: LevyRow, notice_number: str | None) -> LevyRow:
    """The levy with the agency's number, and with what was paid under it before we knew it."""
    if notice_number and not levy.notice_number:
        said = of_result(step.leg.message, step.leg.party, step.outcome.reply, "")
        levies.change(step.tx, levy.id, LevyState(levy.state), said, notice_number=notice_number)
        pay.book_waiting(step.runtime, step.tx, step.case, levy.id)
    return levies.get(step.tx, levy.id)
