"""A province answered what cover the person has, or was told of a payment."""

from gateway.model.codes import OWN_SCHEME, CaseStatus, CoverState, LegState, LevyState
from gateway.model.levy import RECEIPTED
from gateway.model.province import CoverFound
from gateway.services import check, pay, plans, refund_told, reversal_told
from gateway.services.effects.step import Step
from gateway.services.levy_words import unpaid
from gateway.services.registrations import REFUND
from gateway.store import cases, levies, persons


def cover_found(step: Step) -> None:
    """Follow FindCover: part of the duplicate check, or the question whether a payment has reached the province."""
    reply = step.outcome.reply
    if step.state is LegState.ACCEPTED and reply is not None and reply.person_number:
        persons.learn_local_number(step.tx, step.case.person, step.leg.party, reply.person_number)
    if step.leg.insurance:
        _payment_known(step, reply)
    elif step.state in (LegState.ACCEPTED, LegState.REFUSED, LegState.NEEDS_PERSON):
        if step.state is not LegState.ACCEPTED:
            step.tell("cover_not_told")
        check.answered(step.runtime, step.tx, step.case, step.leg, reply)


def cover_started(step: Step) -> None:
    """Follow StartCover: the province has booked the payment, which may be gone by now."""
    if step.case.kind == REFUND:
        refund_told.answered(step.runtime, step.tx, step.leg, step.state)
    elif step.state is LegState.ACCEPTED:
        if not reversal_told.overtaken(step.runtime, step.tx, step.case, step.leg):
            _complete(step, "cover_started")
            refund_told.after_payment(step.runtime, step.tx, step.case.id, step.leg)
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()
    else:
        step.unfinished()


def cover_reversed(step: Step) -> None:
    """Follow ReverseCover: the province has taken the payment back; an insurance that waited for that goes on."""
    if step.case.kind == REFUND:
        refund_told.answered(step.runtime, step.tx, step.leg, step.state)
    elif step.state is LegState.ACCEPTED:
        step.tell("reversal_told")
        _as_its_levy_stands(step)
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()
    elif step.newly and step.state is LegState.UNCERTAIN:
        step.tell("leg_uncertain", leg=step.leg.id, message=step.leg.message)


def _as_its_levy_stands(step: Step) -> None:
    """Give an insurance that was taken up again the status that its levy has by now."""
    levy, _ = plans.levy_paid(levies.of_item(step.tx, step.case.id, step.leg.insurance), step.leg.occurrence)
    item = cases.item(step.tx, step.case.id, step.insurance)
    if item.status != CaseStatus.AWAITING_PAYMENT.value:
        return
    if levy.state == LevyState.REVERSED.value:
        step.move(CaseStatus.NEEDS_PERSON, "not_payable_again")
    elif levy.state == LevyState.UNPAID.value:
        event, about = unpaid(levy)
        step.move(CaseStatus.UNPAID, event, **about)
    elif levy.state in RECEIPTED:
        # It was paid again meanwhile, and the province is told of that now.
        pay.pass_on(step.tx, step.case, item, levy)


def _payment_known(step: Step, reply: CoverFound | None) -> None:
    # Without an answer it is an operator's word that the province knows of the payment.
    if step.state is LegState.ACCEPTED and (reply is None or _active(step, reply)):
        _complete(step, "cover_confirmed")
    elif step.state is LegState.ACCEPTED:
        check.ask_again(step.tx, step.leg)
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()


def _active(step: Step, reply: CoverFound) -> bool:
    scheme = OWN_SCHEME[step.insurance]
    return any(cover.scheme is scheme and cover.state is CoverState.ACTIVE for cover in reply.covers)


def _complete(step: Step, event: str) -> None:
    item = cases.item(step.tx, step.case.id, step.insurance)
    if item.status != CaseStatus.COMPLETED.value:
        step.move(CaseStatus.COMPLETED, event, since=item.cover_from or "")
