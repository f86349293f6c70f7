"""Refunds: a case of its own from the claim to the money's way back; nothing goes back twice, or before a decision."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import GatewayError
from gateway.model.books import EventKind
from gateway.model.codes import CaseStatus, Insurance, Payer, RefundOrigin, RefundRoute, RefundState
from gateway.model.handles import new_handle
from gateway.model.tax import Component, Receipt
from gateway.model.tax_payments import RefundResult, RequestRefund
from gateway.model.values import Money, Month
from gateway.rules.refunds import REFUND, Refunding, check_route
from gateway.services import account, advance, paying, plans, refund_record, refund_shares, treasury_changes
from gateway.services.determine import local_day, question_of
from gateway.services.records import content_of, decode
from gateway.services.registrations import REFUND as KIND
from gateway.services.registrations import copied
from gateway.services.renew import enrolment_of
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, persons
from gateway.store import refunds as kept
from gateway.store.rows import CaseRow, ItemRow, LevyRow, RefundRow
from gateway.store.work import Tx

_OPEN = (RefundState.OPENED.value, RefundState.ASKED.value, RefundState.DECIDED.value)
_BY_ROUTE = {
    RefundRoute.TREASURY.value: EventKind.REFUND_BY_TREASURY,
    RefundRoute.AGENCY.value: EventKind.REFUND_BY_AGENCY,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to go back. `receipt`: the payment it goes back from; `part`: which part of it, where there are several.

    `waits`: the insurance waits for a person until the refund is settled.
    """

    levy: LevyRow
    key: str
    receipt: Receipt
    origin: RefundOrigin
    amount: Money
    first: Month
    last: Month
    part: str = ""
    waits: bool = False

    @classmethod
    def whole(cls, levy: LevyRow, key: str, receipt: Receipt, origin: RefundOrigin, *, waits: bool = False) -> "Claim":
        """All of a payment."""
        return cls(levy, key, receipt, origin, receipt.amount, receipt.first, receipt.last, waits=waits)


def open_refund(runtime: Runtime, tx: Tx, case: CaseRow, claim: Claim) -> str:
    """Open the case of a refund; its handle, also where it was open. The caller has locked `case`.

    GatewayError `refunded_already` where more would go back than was paid, `refunded_months` where a month would twice.
    """
    before = kept.of_receipt(tx, claim.levy.tax, claim.key)
    for row in before:
        if row.part == claim.part:
            return row.case
    _check_left(before, claim)
    item = cases.item(tx, case.id, claim.levy.insurance)
    row = _row(tx, case, claim)
    found = question_of(runtime.law, item, claim.receipt.collected_on).look(REFUND, subject=claim.origin.value)
    levied = refund_shares.levied(content_of(claim.levy.content))
    shares = refund_shares.of(claim.receipt, claim.amount, found.content if found else None, levied)
    new = cases.NewCase(
        id=row.case,
        kind=KIND,
        client=case.client,
        person=case.person,
        status=CaseStatus.NEEDS_PERSON.value,
        rules=runtime.law.fingerprint,
        payload=cases.payload(tx, case),
        origin=case.id,
    )
    said = {"amount": str(claim.amount), "refund_origin": claim.origin.value, "party": claim.levy.tax}
    decides = ", ".join(found.content.decides) if found else "-"
    cases.add(tx, new, [_item(row.case, item)], "refund_opened", insurance=item.insurance, decides=decides, **said)
    kept.add(tx, row, json.dumps({"before": item.status if claim.waits else "", "shares": shares}).encode())
    return row.case


def _check_left(before: Sequence[RefundRow], claim: Claim) -> None:
    if refund_shares.BY_MONTH in claim.part:
        refund_shares.check_months(claim.receipt, before, claim.first, claim.last)
    refunded = sum(row.fen for row in before if row.state != RefundState.REFUSED.value)
    if refunded + claim.amount.fen > claim.receipt.amount.fen:
        before_now, more = str(Money(refunded)), str(claim.amount)
        voucher = claim.receipt.voucher_number
        raise GatewayError("refunded_already", receipt=voucher, refunded=before_now, amount=more)


def _row(tx: Tx, case: CaseRow, claim: Claim) -> RefundRow:
    return RefundRow(
        id=new_handle("refund", tx.now),
        case=new_handle("case", tx.now),
        origin_case=case.id,
        levy=claim.levy.id,
        party=claim.levy.tax,
        receipt=claim.key,
        part=claim.part,
        person=case.person,
        insurance=claim.levy.insurance,
        first=claim.first.ordinal,
        last=claim.last.ordinal,
        fen=claim.amount.fen,
        origin=claim.origin.value,
        route=None,
        state=RefundState.OPENED.value,
        decided_by=None,
        refund_number=None,
        refunded_on=None,
        content=b"",
        created_at=tx.now,
        updated_at=tx.now,
    )


def _item(case: str, item: ItemRow) -> ItemRow:
    numberless = {"acceptance_number": None, "notice_number": None, "reason": None, "cover_from": None}
    status = CaseStatus.NEEDS_PERSON.value
    return copied(item, case=case, status=status, hold_until=None, withdrawing=False, **numberless)


# decisions


def grant(runtime: Runtime, tx: Tx, case: CaseRow, row: RefundRow, route: RefundRoute, by: str) -> None:
    """Grant a refund by one of the routes of its rule. By the treasury the tax bureau is asked, and decides too.

    GatewayError `refund_through`, `refund_undecided`, `refund_not_offset`, `parameter_missing`. `case` is locked.
    """
    _check_open(row)
    item = cases.item(tx, case.id, row.insurance)
    found = check_route(question_of(runtime.law, item, local_day(tx.now)), RefundOrigin(row.origin), route)
    if route is RefundRoute.OFFSET:
        _check_used(item, found.content)
    kept.change(tx, row.id, route=route.value, decided_by=by)
    ours = treasury_changes.ordered(runtime, tx, case, row, route)
    if ours or route is RefundRoute.TREASURY:
        kept.change(tx, row.id, state=RefundState.ASKED.value)
        if not ours:
            plans.queue(tx, case.id, row.party, _request(tx, case, item, row), row.insurance)
        event = "refund_asked" if route is RefundRoute.TREASURY else "offset_asked"
        _move(runtime, tx, row, CaseStatus.CHECKING, event, citation=found.value.instrument)
    elif route is RefundRoute.OFFSET:
        set_off(runtime, tx, kept.get(tx, row.id))
    else:
        decided(runtime, tx, kept.get(tx, row.id))


def _check_used(item: ItemRow, rule: Refunding) -> None:
    """GatewayError `refund_not_offset` where no levy would ever use what is set off: the money would be gone."""
    if item.assessor not in plans.DECLARED_BY_US:
        allowed = ", ".join(each.value for each in rule.routes if each is not RefundRoute.OFFSET) or "-"
        raise GatewayError("refund_not_offset", insurance=item.insurance, assessor=item.assessor, allowed=allowed)


def set_off(runtime: Runtime, tx: Tx, row: RefundRow) -> None:
    """What goes back is a credit from now on, which the next levy uses."""
    decided(runtime, tx, row)
    kept.add_credit(tx, new_handle("credit", tx.now), row)
    settled(runtime, tx, kept.get(tx, row.id), "refund_offset")


def confirm_paid(runtime: Runtime, tx: Tx, row: RefundRow, by: str) -> None:
    """Somebody says that the money went back; GatewayError `refund_not_decided`, `refund_through`."""
    if row.state in (RefundState.OPENED.value, RefundState.ASKED.value):
        raise GatewayError("refund_not_decided", state=row.state)
    if row.state != RefundState.DECIDED.value:
        raise GatewayError("refund_through", state=row.state)
    kept.change(tx, row.id, decided_by=by)
    settled(runtime, tx, kept.get(tx, row.id), "refund_paid")


def refuse(runtime: Runtime, tx: Tx, case: CaseRow, row: RefundRow, reason: str) -> None:
    """Decide against a refund that nobody has decided, or whose payment is gone; GatewayError `refund_through`."""
    receipt = levies.receipt(tx, row.party, row.receipt)
    gone = receipt is not None and receipt.state not in paying.THERE
    if row.state != RefundState.DECIDED.value or not gone:
        _check_open(row)
    refused(runtime, tx, case, row, reason)


def _check_open(row: RefundRow) -> None:
    if row.state != RefundState.OPENED.value:
        raise GatewayError("refund_through", state=row.state)


def _request(tx: Tx, case: CaseRow, item: ItemRow, row: RefundRow) -> RequestRefund:
    levy = levies.get(tx, row.levy) if row.levy else None
    content = json.loads(kept.content(tx, row))
    receipt = levies.receipt(tx, row.party, row.receipt)
    voucher = decode(Receipt, levies.receipt_content(tx, receipt)).voucher_number if receipt else ""
    return RequestRefund(
        reference=row.id,
        person=enrolment_of(tx, case).worker.identity,
        person_number=persons.local_number(tx, case.person, item.province) or "",
        voucher_number=voucher,
        insurance=Insurance(row.insurance),
        first=Month(row.first),
        last=Month(row.last),
        amount=Money(row.fen),
        origin=RefundOrigin(row.origin),
        reason=row.origin,
        levy_number=levy.levy_number if levy else None,
        tax_person_number=levy.tax_person_number if levy else None,
        components=tuple(
            Component(each["name"], Payer(each["payer"]), Money.parse(each["amount"])) for each in content["shares"]
        ),
    )


# what comes of them


def told(runtime: Runtime, tx: Tx, row: RefundRow, reply: RefundResult) -> None:
    """The bureau says what became of a refund; what it said before changes nothing."""
    if reply.refund_number and reply.refund_number != row.refund_number:
        kept.change(tx, row.id, refund_number=reply.refund_number)
    day = reply.refunded_on.isoformat() if reply.refunded_on else None
    match reply.state:
        case RefundState.REFUSED if row.state in _OPEN:
            refused(runtime, tx, cases.get(tx, row.case), row, reply.reason or "")
        case RefundState.DECIDED if row.state == RefundState.ASKED.value:
            decided(runtime, tx, row)
        case RefundState.PAID if row.state in _OPEN:
            if row.state != RefundState.DECIDED.value:
                decided(runtime, tx, row)
            kept.change(tx, row.id, refunded_on=day)
            settled(runtime, tx, kept.get(tx, row.id), "refund_paid")


def decided(runtime: Runtime, tx: Tx, row: RefundRow) -> None:
    """It is decided: only now the record and the cover are touched, as far as the rule says."""
    cases.lock(tx, row.origin_case)
    kept.change(tx, row.id, state=RefundState.DECIDED.value)
    origin = cases.item(tx, row.origin_case, row.insurance)
    today = local_day(tx.now)
    account.refund(runtime, tx, origin, row, account.Act(EventKind.REFUND_DECIDED, today, row.fen))
    tell = {"insurance": row.insurance, "amount": str(Money(row.fen)), "route": row.route or ""}
    advance.tell(runtime, tx, row.case, "refund_decided", **tell)
    refund_record.undo(runtime, tx, origin, row)


def settled(runtime: Runtime, tx: Tx, row: RefundRow, event: str) -> None:
    """The money went back, or is a credit by now: the case is through."""
    day = local_day(tx.now)
    kept.change(tx, row.id, state=RefundState.PAID.value, refunded_on=row.refunded_on or day.isoformat())
    if kind := _BY_ROUTE.get(row.route or ""):
        item = cases.item(tx, row.origin_case, row.insurance)
        account.refund(runtime, tx, item, row, account.Act(kind, day, row.fen))
    _move(runtime, tx, row, CaseStatus.COMPLETED, event, amount=str(Money(row.fen)))
    _release(runtime, tx, row)


def refused(runtime: Runtime, tx: Tx, case: CaseRow, row: RefundRow, reason: str) -> None:
    """It is decided against; the same part may be claimed again, which is another refund."""
    if row.state == RefundState.DECIDED.value:
        item = cases.item(tx, row.origin_case, row.insurance)
        act = account.Act(EventKind.REFUND_CANCELLED, local_day(tx.now), row.fen)
        account.refund(runtime, tx, item, row, act)
        cases.lock(tx, row.origin_case)
        refund_record.restore(runtime, tx, row)
    kept.change(tx, row.id, state=RefundState.REFUSED.value, part=f"!{row.id}"[:40])
    cases.change_item(tx, case.id, row.insurance, reason=reason or None)
    _move(runtime, tx, row, CaseStatus.REFUSED, "refund_refused", reason=reason)
    _release(runtime, tx, row)


def _move(runtime: Runtime, tx: Tx, row: RefundRow, to: CaseStatus, event: str, **params: str) -> None:
    """A refund ends with somebody's word; the table of an enrolment's statuses has no such way."""
    cases.change_item(tx, row.case, row.insurance, status=to.value)
    advance.tell(runtime, tx, row.case, event, insurance=row.insurance, party=row.party, **params)


def _release(runtime: Runtime, tx: Tx, row: RefundRow) -> None:
    """The insurance that waited for this refund, and for no other, goes back to where it stood."""
    cases.lock(tx, row.origin_case)
    others = [each for each in kept.of_origin(tx, row.origin_case) if each.insurance == row.insurance]
    if any(each.state in _OPEN for each in others):
        return
    stood = [status for each in others if (status := json.loads(kept.content(tx, each))["before"])]
    item = cases.item(tx, row.origin_case, row.insurance)
    real = [status for status in stood if status != CaseStatus.NEEDS_PERSON.value]
    if real and item.status == CaseStatus.NEEDS_PERSON.value:
        to = CaseStatus(real[0])
        advance.move(runtime, tx, row.origin_case, Insurance(row.insurance), to, "refund_settled", refund=row.case)
