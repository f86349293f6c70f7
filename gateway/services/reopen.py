"""What a payment leaves that is taken back: by dated rule its levy is payable again, and its cover falls or stays."""

from typing import Any

from gateway.model.codes import CaseStatus, Insurance, LevyState, RefundState
from gateway.model.tax_payments import CorrectPayment, ReversePayment
from gateway.rules.refunds import REVERSAL
from gateway.services import advance, paying, refunds, reversal_told
from gateway.services.determine import local_day, question_of
from gateway.services.levy_words import cause, unpaid
from gateway.services.registrations import OF_MONEY
from gateway.services.runtime import Runtime
from gateway.store import cases, levies
from gateway.store import refunds as kept_refunds
from gateway.store.rows import CaseRow, ItemRow, LevyRow, ReceiptRow
from gateway.store.work import Tx

_PAID_FOR = frozenset({CaseStatus.COMPLETED.value, CaseStatus.AWAITING_PAYMENT.value, CaseStatus.UNPAID.value})
_WITHOUT: dict[str, Any] = dict.fromkeys(
    ("voucher_number", "paid_on", "paid_fen", "treasury_on", "accounting_month", "trace_number")
)


def standing(item: ItemRow, levy: LevyRow, today: str) -> LevyState:
    """The state of a levy that the bureau has and nobody has paid, on a day (ISO)."""
    if levy.due < today:
        return LevyState.UNPAID
    return LevyState.ASSESSED if item.assessor == "agency" else LevyState.ACCEPTED


def levy(
    runtime: Runtime, tx: Tx, case: CaseRow, row: LevyRow, message: ReversePayment | CorrectPayment, event: str
) -> None:
    """Take the payment off its levy; the rule of the day says what follows, and the timeline shows it.

    What is left of a payment in parts goes on standing there. `row`: the levy as it was before.
    """
    item, said = cases.item(tx, case.id, row.insurance), cause(message, row.tax)
    left = paying.stands(paying.whole(tx, row))
    levies.change(tx, row.id, LevyState.REVERSED, said, reversals=row.reversals + 1, **{**_WITHOUT, **left})
    about = {"insurance": row.insurance, "party": row.tax, "reason": message.reason}
    advance.tell(runtime, tx, case.id, event, **about)
    today = local_day(tx.now)
    found = question_of(runtime.law, item, today).look(REVERSAL)
    if found is None or not found.content.payable or row.payable_until < today.isoformat():
        advance.move(runtime, tx, case.id, Insurance(row.insurance), CaseStatus.NEEDS_PERSON, "not_payable_again")
    else:
        levies.change(tx, row.id, standing(item, row, today.isoformat()), said)
        _wait_again(runtime, tx, case, item, levies.get(tx, row.id))
    if case.kind not in OF_MONEY:
        if found is not None:
            falls = found.content.cover == "falls"
            _cover(runtime, tx, case, item, falls=falls, citation=found.value.instrument)
        reversal_told.taken_back(runtime, tx, case, row)


def _wait_again(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, row: LevyRow) -> None:
    if item.status not in _PAID_FOR:
        return
    insurance, dates = Insurance(item.insurance), {"due": row.due, "until": row.payable_until}
    event, about = unpaid(row)
    if item.status == CaseStatus.COMPLETED.value:
        advance.move(runtime, tx, case.id, insurance, CaseStatus.AWAITING_PAYMENT, "payable_again", **dates)
    if row.state == LevyState.UNPAID.value:
        advance.move(runtime, tx, case.id, insurance, CaseStatus.UNPAID, event, **about)


def _cover(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, *, falls: bool, citation: str) -> None:
    event = "cover_falls" if falls else "cover_stays"
    if falls:
        cases.change_item(tx, case.id, item.insurance, cover_from=None)
    advance.tell(runtime, tx, case.id, event, insurance=item.insurance, citation=citation)


def without_payment(runtime: Runtime, tx: Tx, row: ReceiptRow, message: ReversePayment | CorrectPayment) -> None:
    """Close what was to be refunded of a payment that is not there any more; what went back already is a person's."""
    for refund in kept_refunds.of_receipt(tx, row.party, row.natural_key):
        if refund.state in (RefundState.OPENED.value, RefundState.ASKED.value):
            refunds.refused(runtime, tx, cases.lock(tx, refund.case), refund, message.reason)
        elif refund.state != RefundState.REFUSED.value:
            to, insurance = CaseStatus.NEEDS_PERSON, Insurance(refund.insurance)
            advance.move(runtime, tx, refund.case, insurance, to, "refunded_and_reversed", reason=message.reason)
