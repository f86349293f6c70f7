"""What the treasury makes of an order that a refund gave it, whichever message carried it."""

from datetime import date

from gateway.model.codes import LegState, RefundState
from gateway.model.tax_payments import RefundResult
from gateway.model.values import Money
from gateway.services import refunds
from gateway.services.effects.step import Step
from gateway.store import refunds as kept
from gateway.store.rows import RefundRow


def of_case(step: Step) -> RefundRow:
    """The refund that ordered the leg; LookupError where its case is about none."""
    row = kept.of_case(step.tx, step.case.id)
    if row is None:
        raise LookupError(f"{step.case.id} is about no refund")
    return row


def paid(step: Step, row: RefundRow, number: str, on: date) -> None:
    """The money went back, under the treasury's `number`."""
    about = {"reference": row.id, "refund_number": number}
    told = RefundResult(found=True, state=RefundState.PAID, **about, amount=Money(row.fen), refunded_on=on)
    refunds.told(step.runtime, step.tx, row, told)


def not_paid(step: Step, row: RefundRow) -> None:
    """It did not go back: the treasury says why, or nobody knows yet."""
    match step.state:
        case LegState.REFUSED:
            refunds.refused(step.runtime, step.tx, step.case, row, step.outcome.reason)
        case LegState.NEEDS_PERSON:
            step.to_person()
        case LegState.UNCERTAIN if step.newly:
            step.tell("leg_uncertain", leg=step.leg.id, message=step.leg.message)
