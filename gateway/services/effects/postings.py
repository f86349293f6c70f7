"""The treasury answered a package that changes what it posted: paid back, set off, or corrected."""

from gateway.model.codes import CaseStatus, LegState, PostingKind
from gateway.model.tax_payments import CorrectPayment
from gateway.model.treasury import ChangePostings
from gateway.model.values import Month
from gateway.services import payment_notices, refunds, treasury_changes
from gateway.services.effects import refund_order
from gateway.services.effects.step import Step
from gateway.store import levies
from gateway.store import refunds as kept
from gateway.store.rows import LevyRow, RefundRow


def postings_changed(step: Step) -> None:
    """Follow ChangePostings: of a refund by what was decided of it, of a correction by how the payment is booked."""
    if step.asked.kind is PostingKind.CORRECTION:
        _correction(step, step.asked)
    else:
        _refund(step, step.asked)


def _refund(step: Step, asked: ChangePostings) -> None:
    row = refund_order.of_case(step)
    match step.state:
        case LegState.ACCEPTED if (done := _done(step, asked)) < asked.count:
            about = {"succeeded": str(done), "count": str(asked.count)}
            step.move(CaseStatus.NEEDS_PERSON, "package_in_part", **about)
        case LegState.ACCEPTED:
            _granted(step, asked, row)
        case _:
            refund_order.not_paid(step, row)


def _done(step: Step, asked: ChangePostings) -> int:
    """How many rows the treasury did; an operator's word, and an answer without a count, are about all of them."""
    succeeded = getattr(step.outcome.reply, "succeeded", None)
    return asked.count if succeeded is None else int(succeeded)


def _granted(step: Step, asked: ChangePostings, row: RefundRow) -> None:
    number = asked.rows[0].voucher_number
    if asked.kind is PostingKind.EXEMPTION:
        kept.change(step.tx, row.id, refund_number=number)
        refunds.set_off(step.runtime, step.tx, kept.get(step.tx, row.id))
        return
    refund_order.paid(step, row, number, asked.entrusted_on)


def _correction(step: Step, asked: ChangePostings) -> None:
    match step.state:
        case LegState.ACCEPTED:
            levy = _paid_by(step, asked.rows[0].original_voucher_number)
            payment_notices.take_ours(step.runtime, step.tx, step.case, step.leg.party, _corrected(step, asked, levy))
        case LegState.REFUSED:
            step.tell("correction_refused", reason=step.outcome.reason)
        case LegState.NEEDS_PERSON:
            step.tell("leg_needs_person", leg=step.leg.id, reason=step.outcome.reason)
        case LegState.UNCERTAIN if step.newly:
            step.tell("leg_uncertain", leg=step.leg.id, message=step.leg.message)


def _paid_by(step: Step, voucher: str) -> LevyRow:
    rows = levies.of_item(step.tx, step.case.id, step.leg.insurance)
    return next(row for row in rows if row.voucher_number == voucher)


def _corrected(step: Step, asked: ChangePostings, levy: LevyRow) -> CorrectPayment:
    """What the treasury did, in the words in which a bureau tells of a correction."""
    (row,) = asked.rows
    original = treasury_changes.original(step.tx, levy)
    return CorrectPayment(
        correction_number=f"{asked.entrusted_on:%Y%m%d}{row.trace_number}",
        voucher_number=row.original_voucher_number,
        insurance=row.insurance,
        first=original.first,
        corrected_on=asked.entrusted_on,
        reason="整理期标志更正",
        accounting_month=Month.booked(original.collected_on, adjustment=row.adjustment),
    )
