"""The treasury answered an order to deduct a levy, or to take a deduction back."""

from gateway.model.codes import CaseStatus, LegState, LevyState
from gateway.model.levy import COLLECTED
from gateway.model.values import Money
from gateway.services import offsets, pay, treasury_orders, withdraw
from gateway.services.effects import refund_order
from gateway.services.effects.step import Step
from gateway.services.levy_words import ours
from gateway.store import cases, levies
from gateway.store.rows import LevyRow


def deducted(step: Step) -> None:
    """Follow Deduct: the money is collected; or the levy stands, and is deducted again tomorrow."""
    levy, nth = treasury_orders.ordered(step.tx, step.case.id, step.leg.insurance, step.leg.occurrence)
    match step.state:
        case LegState.ACCEPTED:
            _stands(step, levy)
            pay.collected(step.runtime, step.tx, step.case, levy.id, treasury_orders.receipt(levy, step.asked))
            number = step.asked.deduction.trace_number
            now = levies.get(step.tx, levy.id)
            levies.change(step.tx, levy.id, LevyState(now.state), ours("deducted"), trace_number=number)
        case LegState.REFUSED:
            _stands(step, levy)
            _again(step, levies.get(step.tx, levy.id), nth)
        case LegState.NEEDS_PERSON:
            step.to_person()
        case _:
            step.unfinished()


def taken_back(step: Step) -> None:
    """Follow ReverseDeduction, which a refund ordered: the money went back, or the treasury says why not."""
    row = refund_order.of_case(step)
    if step.state is LegState.ACCEPTED:
        refund_order.paid(step, row, step.asked.cancel_number, step.asked.entrusted_on)
    else:
        refund_order.not_paid(step, row)


def _stands(step: Step, levy: LevyRow) -> None:
    """The levy is one that we assessed and that can be paid from now on, whatever became of the deduction."""
    item = cases.item(step.tx, step.case.id, step.insurance)
    if levy.state == LevyState.PREVIEW.value:
        offsets.levied(step.runtime, step.tx, item, levy, Money(levy.fen))
        levies.change(step.tx, levy.id, LevyState.ACCEPTED, ours("levied"), assessed_fen=levy.fen)
    if item.status == CaseStatus.REGISTERING.value and not item.withdrawing:
        step.move(CaseStatus.AWAITING_PAYMENT, "levy_declared", amount=str(Money(levy.fen)), due=levy.due)


def _again(step: Step, levy: LevyRow, nth: int) -> None:
    item = cases.item(step.tx, step.case.id, step.insurance)
    if item.withdrawing:
        withdraw.go_on(step.runtime, step.tx, step.case, item)
    elif levy.state in COLLECTED:
        return
    elif treasury_orders.may_be_tried_again(step.tx, levy):
        step.tell("deduction_failed", reason=step.outcome.reason)
        treasury_orders.deduct(step.runtime, step.tx, step.case, item, levy, nth + 1)
    else:
        step.to_person()
