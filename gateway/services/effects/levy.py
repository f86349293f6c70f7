"""The tax bureau answered about a levy."""

from gateway.model.codes import CaseStatus, LegState, LevyState
from gateway.model.levy import COLLECTED, RECEIPTED, Cause
from gateway.model.tax import LevyResult
from gateway.model.values import Money
from gateway.services import check, offsets, pay, withdraw
from gateway.services.effects.step import Step
from gateway.services.levy_words import of_result
from gateway.store import cases, levies
from gateway.store.rows import LevyRow


def levy_declared(step: Step) -> None:
    """Follow DeclareLevy: the bureau's numbers are kept, the worker can pay."""
    levy = levies.get(step.tx, step.asked.reference)
    match step.state:
        case LegState.ACCEPTED:
            _stands(step, levy, step.reply, LevyState.ACCEPTED, "levy_declared")
        case LegState.REFUSED:
            if levy.state not in COLLECTED:
                levies.change(step.tx, levy.id, LevyState.REFUSED, _said(step))
            step.to_person()
        case LegState.NEEDS_PERSON:
            step.to_person()
        case LegState.RECEIVED:
            # Saved, and not read yet: from now on it may come into being without another word of ours.
            if levy.state == LevyState.PREVIEW.value:
                levies.change(step.tx, levy.id, LevyState.DECLARED, _said(step))
            step.unfinished()
        case _:
            step.unfinished()


def levy_found(step: Step) -> None:
    """Follow FindLevy: the agency's levy is there and equals our preview, or differs, or is not there yet."""
    if step.state is LegState.ACCEPTED and not step.reply.found:
        # The agency's own push to the bureau may still be under way.
        check.ask_again(step.tx, step.leg)
    elif step.state is LegState.ACCEPTED:
        (levy,) = [
            row for row in levies.of_item(step.tx, step.case.id, step.insurance) if row.first == step.leg.occurrence
        ]
        _stands(step, levy, step.reply, LevyState.ASSESSED, "levy_assessed")
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()


def levy_cancelled(step: Step) -> None:
    """Follow CancelLevy: the bureau agrees, or the payment got there first."""
    levy = levies.get(step.tx, step.asked.reference)
    reply = step.outcome.reply
    if step.state is LegState.ACCEPTED and (levy.state in COLLECTED or levy.paid_fen is not None):
        # The money came between their answer and now.
        withdraw.overtaken(step.runtime, step.tx, step.case, step.insurance)
    elif step.state is LegState.ACCEPTED:
        offsets.cancelled(step.runtime, step.tx, cases.item(step.tx, step.case.id, step.insurance), levy)
        levies.change(step.tx, levy.id, LevyState.CANCELLED, _said(step))
        step.tell("levy_cancelled")
        withdraw.go_on(step.runtime, step.tx, step.case, cases.item(step.tx, step.case.id, step.insurance))
    elif step.state is LegState.REFUSED and reply is not None and reply.state is LevyState.PAID:
        if levy.state not in COLLECTED:
            levies.change(step.tx, levy.id, LevyState.PAID, _said(step))
        withdraw.overtaken(step.runtime, step.tx, step.case, step.insurance)
    elif step.state in (LegState.REFUSED, LegState.NEEDS_PERSON):
        step.to_person()
    else:
        step.unfinished()


def _said(step: Step) -> Cause:
    return of_result(step.leg.message, step.leg.party, step.outcome.reply, step.outcome.reason)


def _state(levy: LevyRow, reply: LevyResult, state: LevyState) -> LevyState:
    """The state of a levy that stands at the bureau: what has come since is not undone by an answer about it."""
    now = LevyState(levy.state)
    if levy.state in COLLECTED or now in (LevyState.UNPAID, LevyState.CANCELLED):
        return now
    return reply.state if reply.state in (LevyState.LOCKED, LevyState.PAID) else state


def _stands(step: Step, levy: LevyRow, reply: LevyResult, state: LevyState, event: str) -> None:
    """The levy can be paid: keep both sides' numbers; an amount not ours is a difference, never a second levy."""
    theirs = reply.amount.fen if reply.amount is not None else levy.fen
    item = cases.item(step.tx, step.case.id, step.insurance)
    offsets.levied(step.runtime, step.tx, item, levy, Money(theirs))
    levies.change(
        step.tx,
        levy.id,
        _state(levy, reply, state),
        _said(step),
        levy_number=reply.levy_number or levy.levy_number,
        notice_number=reply.notice_number or levy.notice_number,
        tax_person_number=reply.tax_person_number or levy.tax_person_number,
        assessed_fen=theirs,
    )
    pay.book_waiting(step.runtime, step.tx, step.case, levy.id)
    levy, item = levies.get(step.tx, levy.id), cases.item(step.tx, step.case.id, step.insurance)
    if theirs != levy.fen:
        step.tell("levy_differs", ours=str(Money(levy.fen)), theirs=str(Money(theirs)))
    if item.withdrawing:
        withdraw.go_on(step.runtime, step.tx, step.case, item)
    elif item.status == CaseStatus.REGISTERING.value:
        step.move(CaseStatus.AWAITING_PAYMENT, event, amount=str(Money(theirs)), due=levy.due)
        if levy.state in RECEIPTED:
            # The receipt overtook the bureau's own answer about the levy.
            pay.pass_on(step.tx, step.case, item, levy)
