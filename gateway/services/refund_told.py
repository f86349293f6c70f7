"""Tell a province of a refund that was decided without its agency, where it learnt of the payment from us.

What its agency decides, or pays back, it knows; what the tax bureau decides it would go on counting as paid. The legs
are the refund's own. Where the province has no message for it, a person tells its counter.
"""

from datetime import date

from gateway.model.codes import LegState, RefundRoute, RefundState
from gateway.model.levy import RECEIPTED
from gateway.model.province import ReverseCover, StartCover
from gateway.model.values import Money, Month
from gateway.rules.refunds import REFUND
from gateway.services import advance, plans, reversal_told
from gateway.services.determine import local_day, question_of
from gateway.services.records import request
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, unsent
from gateway.store import refunds as kept
from gateway.store.rows import ItemRow, LegRow, LevyRow, RefundRow
from gateway.store.work import Tx

_PAID, _BACK = "StartCover", "ReverseCover"
_AGENCY_ALONE = ("agency",)
_REASON = "退费"
_GONE = (RefundState.DECIDED.value, RefundState.PAID.value)


def decided(runtime: Runtime, tx: Tx, item: ItemRow, levy: LevyRow, row: RefundRow) -> None:
    """A refund that undoes something of the record is decided. `item`: of the enrolment, whose case is locked."""
    found = question_of(runtime.law, item, local_day(tx.now)).look(REFUND, subject=row.origin)
    undone = found.content.undoes if found else ()
    known = row.route == RefundRoute.AGENCY.value or (found is not None and found.content.decides == _AGENCY_ALONE)
    if not undone or known or legs.named(tx, row.case, _BACK):
        return
    for leg in legs.named(tx, row.origin_case, _PAID, levy.insurance):
        if leg.occurrence == plans.payment_number(levy) and leg.state == LegState.ACCEPTED.value:
            _tell(runtime, tx, leg, row, cover_falls="cover" in undone)


def after_payment(runtime: Runtime, tx: Tx, case: str, leg: LegRow) -> None:
    """A province has just learnt of a payment: what of it was given back meanwhile it is told of now."""
    levy, _ = plans.levy_paid(levies.of_item(tx, case, leg.insurance), leg.occurrence)
    for row in kept.of_origin(tx, case):
        if row.levy == levy.id and row.state in _GONE:
            decided(runtime, tx, cases.item(tx, case, leg.insurance), levy, row)


def taken_back(runtime: Runtime, tx: Tx, row: RefundRow, *, stands: bool) -> None:
    """A decided refund is refused after all: a province that was told of it is told that the months are paid.

    `stands`: the payment is there; of one that is gone the province has learnt by then.
    """
    for leg in legs.named(tx, row.case, _BACK):
        if leg.state == LegState.NEEDS_PERSON.value or unsent.lock(tx, leg.id) is not None:
            legs.change(tx, leg.id, LegState.CANCELLED, due_at=None, reason="the refund was refused")
        elif stands and leg.state == LegState.ACCEPTED.value:
            _paid_after_all(runtime, tx, leg, row)


def answered(runtime: Runtime, tx: Tx, leg: LegRow, state: LegState) -> None:
    """Follow what a province says of a refund; what it refuses is a person's, who tells its counter."""
    row = kept.of_case(tx, leg.case)
    about = {"insurance": leg.insurance, "party": leg.party}
    if state is LegState.ACCEPTED:
        advance.tell(runtime, tx, leg.case, "refund_known" if leg.message == _BACK else "refund_unknown", **about)
        if row is not None and leg.message == _BACK and _refused_meanwhile(tx, row):
            _paid_after_all(runtime, tx, leg, row)
    elif state is LegState.REFUSED:
        legs.change(tx, leg.id, LegState.NEEDS_PERSON, due_at=None, reason=reversal_told.COUNTER)
        advance.tell(runtime, tx, leg.case, "refund_not_told", **about)
    elif state is LegState.NEEDS_PERSON:
        advance.tell(runtime, tx, leg.case, "refund_not_told", **about)


def _refused_meanwhile(tx: Tx, row: RefundRow) -> bool:
    paid = row.levy is not None and levies.get(tx, row.levy).state in RECEIPTED
    return paid and row.state == RefundState.REFUSED.value


def _tell(runtime: Runtime, tx: Tx, told: LegRow, row: RefundRow, *, cover_falls: bool) -> None:
    paid: StartCover = request(_PAID, legs.payload(tx, told))
    message = ReverseCover(
        reference=paid.reference,
        person=paid.person,
        person_number=paid.person_number,
        insurance=paid.insurance,
        first=Month(row.first),
        last=Month(row.last),
        amount=Money(row.fen),
        voucher_number=paid.voucher_number,
        reversal_number=kept.get(tx, row.id).refund_number or row.id,
        reversed_on=local_day(tx.now),
        cover_falls=cover_falls,
        reason=_REASON,
    )
    queued = plans.queue(tx, row.case, told.party, message, row.insurance)
    party, about = runtime.parties.get(told.party), {"insurance": row.insurance, "party": told.party}
    if party is not None and _BACK in party.supports:
        advance.tell(runtime, tx, row.case, "refund_being_told", **about)
    else:
        legs.change(tx, queued, LegState.NEEDS_PERSON, due_at=None, reason=reversal_told.COUNTER)
        advance.tell(runtime, tx, row.case, "refund_not_told", **about)


def _paid_after_all(runtime: Runtime, tx: Tx, leg: LegRow, row: RefundRow) -> None:
    back: ReverseCover = request(_BACK, legs.payload(tx, leg))
    levy = levies.get(tx, row.levy) if row.levy else None
    paid_on = levy.paid_on if levy is not None and levy.paid_on else back.reversed_on.isoformat()
    message = StartCover(
        reference=back.reference,
        person=back.person,
        person_number=back.person_number,
        insurance=back.insurance,
        first=back.first,
        last=back.last,
        amount=back.amount,
        paid_on=date.fromisoformat(paid_on),
        voucher_number=back.voucher_number,
    )
    plans.queue(tx, row.case, leg.party, message, row.insurance)
    advance.tell(runtime, tx, row.case, "refund_being_undone", insurance=row.insurance, party=leg.party)
