"""The tax bureau answered a request to pay money back."""

from gateway.model.codes import CaseStatus, LegState
from gateway.model.tax_payments import RefundResult
from gateway.services import refunds
from gateway.services.effects.step import Step
from gateway.store import refunds as kept


def refund_answered(step: Step) -> None:
    """Follow RequestRefund: decided, paid back, refused, taken in, or nobody knows yet."""
    row = kept.get(step.tx, step.asked.reference)
    reply: RefundResult | None = step.outcome.reply
    match step.state:
        case LegState.ACCEPTED if reply is not None and reply.state is not None:
            refunds.told(step.runtime, step.tx, row, reply)
        case LegState.ACCEPTED:
            # An operator's word that the bureau has decided, without its numbers.
            refunds.decided(step.runtime, step.tx, row)
        case LegState.REFUSED:
            reason = (reply.reason if reply is not None else None) or step.outcome.reason
            refunds.refused(step.runtime, step.tx, step.case, row, reason)
        case LegState.RECEIVED if step.newly:
            if reply is not None:
                refunds.told(step.runtime, step.tx, row, reply)
            step.tell("refund_received")
        case LegState.NEEDS_PERSON:
            step.move(CaseStatus.NEEDS_PERSON, "leg_needs_person", leg=step.leg.id, reason=step.outcome.reason)
        case LegState.UNCERTAIN if step.newly:
            step.tell("leg_uncertain", leg=step.leg.id, message=step.leg.message)
