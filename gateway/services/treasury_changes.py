"""Changes of what the treasury posted of our own deductions: paid back (1104), corrected (1105), set off (1106).

Each is a package of its own with a number of its own, whose rows name the voucher that they change; nothing is edited.
What of the layout is seen, and what is ours: docs/protocols/tips.md, section 4.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, PostingKind, RefundOrigin, RefundRoute
from gateway.model.tax import Receipt
from gateway.model.treasury import ChangePostings, Deduct, PostingChange
from gateway.model.values import Money, Month
from gateway.services.determine import local_day
from gateway.services.records import decode, encode
from gateway.services.runtime import Runtime
from gateway.services.treasury_orders import LevyNode, node, order_of, reverse, scope
from gateway.store import legs, levies, serials
from gateway.store import refunds as kept
from gateway.store.rows import CaseRow, LevyRow, ReceiptRow, RefundRow
from gateway.store.work import Tx

CHANGE = "ChangePostings"
ROUTES: Mapping[RefundRoute, PostingKind] = {
    RefundRoute.TREASURY: PostingKind.REFUND,
    RefundRoute.OFFSET: PostingKind.EXEMPTION,
}
"""What the treasury is ordered to do for a refund of what we deducted, by its route."""
_REASONS: Mapping[RefundOrigin, str] = {
    RefundOrigin.TAX_ERROR: "01",
    RefundOrigin.PAYER_ERROR: "02",
    RefundOrigin.OVERLAP: "03",
    RefundOrigin.PREPAID: "04",
    RefundOrigin.DEATH: "05",
    RefundOrigin.CLEARING: "06",
}
_MISBOOKED = "11"
_LEVEL = "1"


@dataclass(frozen=True, slots=True)
class _Changing:
    """One change of one payment: what is done, why, and in which amounts, a row each."""

    kind: PostingKind
    reason_code: str
    amounts: Sequence[Money]
    adjustment: bool


def ordered(runtime: Runtime, tx: Tx, case: CaseRow, row: RefundRow, route: RefundRoute) -> bool:
    """Order what a refund of our own deduction asks of the treasury; whether it was one that we are to order.

    All of a payment that the treasury has not posted is reversed; a part, or what was posted, is paid back (退库); what
    the next levy uses is set off. GatewayError `unsupported` for a payment that we did not deduct, `levy_org_needed`.
    """
    if route not in ROUTES or node(runtime, row.party) is None:
        return False
    if route is RefundRoute.OFFSET and order_of(tx, row.origin_case, row.insurance, row.receipt) is None:
        return False
    if route is RefundRoute.OFFSET or not reverse(runtime, tx, case, row):
        _give_back(runtime, tx, case, row, route)
    return True


def _give_back(runtime: Runtime, tx: Tx, case: CaseRow, row: RefundRow, route: RefundRoute) -> None:
    """A row for each component; it goes back to the account that it was deducted from."""
    ordered_as = _ordered_as(tx, row.origin_case, row.insurance, row.receipt, row.party)
    shares = json.loads(kept.content(tx, row))["shares"]
    amounts = [Money.parse(each["amount"]) for each in shares] or [Money(row.fen)]
    kind, adjustment = ROUTES[route], ordered_as.deduction.adjustment
    asked = _Changing(kind, _REASONS[RefundOrigin(row.origin)], amounts, adjustment)
    _order(runtime, tx, (case, row.party, row.insurance), ordered_as, asked)


def correct(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, paid: ReceiptRow, *, adjustment: bool) -> Month:
    """Order that a payment be booked in the adjustment period (整理期), or out of it; the month that it will stand in.

    GatewayError `unsupported` for a payment that we did not deduct or that stands so already, `levy_org_needed`.
    """
    ordered_as = _ordered_as(tx, case.id, levy.insurance, paid.natural_key, levy.tax)
    receipt = decode(Receipt, levies.receipt_content(tx, paid))
    month = Month.booked(receipt.collected_on, adjustment=adjustment)
    if month == Month(levy.accounting_month or receipt.accounting_month.ordinal):
        raise GatewayError("nothing_to_correct", party=levy.tax, voucher=receipt.voucher_number)
    asked = _Changing(PostingKind.CORRECTION, _MISBOOKED, [receipt.amount], adjustment)
    _order(runtime, tx, (case, levy.tax, levy.insurance), ordered_as, asked)
    return month


def original(tx: Tx, levy: LevyRow) -> Receipt:
    """The receipt of the payment that stands on a levy, as it came; LookupError where none does."""
    rows = levies.receipts_of(tx, levy.id)
    row = next((each for each in rows if each.natural_key.partition("/")[0] == levy.voucher_number), None)
    if row is None:
        raise LookupError(levy.id)
    return decode(Receipt, levies.receipt_content(tx, row))


def _ordered_as(tx: Tx, case: str, insurance: str, receipt: str, party: str) -> Deduct:
    found = order_of(tx, case, insurance, receipt)
    if found is None:
        raise GatewayError("unsupported", party=party, message=CHANGE, alternative="")
    return found


def _order(runtime: Runtime, tx: Tx, where: tuple[CaseRow, str, str], was: Deduct, asked: _Changing) -> None:
    case, party, insurance = where
    treasury = node(runtime, party)
    if treasury is None or CHANGE not in treasury.supports:
        raise GatewayError("levy_org_needed", party=party, message=CHANGE, org=treasury.levy_org if treasury else "-")
    message = _package(tx, treasury, was, asked)
    occurrence = len(legs.named(tx, case.id, CHANGE, insurance)) + 1
    legs.add(tx, legs.NewLeg(case.id, party, CHANGE, encode(message), insurance, occurrence))


def _package(tx: Tx, treasury: LevyNode, was: Deduct, asked: _Changing) -> ChangePostings:
    today = local_day(tx.now)
    number = serials.following(tx, f"{scope(treasury.id, today)}/changes")
    rows = tuple(_row(tx, treasury, was, asked, amount) for amount in asked.amounts)
    whole = Money(sum(amount.fen for amount in asked.amounts))
    return ChangePostings(asked.kind, treasury.levy_org, today, f"{number:08d}", len(rows), whole, rows)


def _row(tx: Tx, treasury: LevyNode, was: Deduct, asked: _Changing, amount: Money) -> PostingChange:
    today, made = local_day(tx.now), was.deduction
    number = f"{serials.following(tx, scope(treasury.id, today)):08d}"
    payee = (made.bank, made.account, made.payer_name) if asked.kind is PostingKind.REFUND else (None, None, None)
    return PostingChange(
        trace_number=number,
        treasury=treasury.treasury_code,
        voucher_number=number,
        original_voucher_number=made.voucher_number,
        amount=amount,
        billed_on=today,
        insurance=Insurance(made.items[0].insurance),
        level=_LEVEL,
        reason_code=asked.reason_code,
        payee_bank=payee[0],
        payee_account=payee[1],
        payee_name=payee[2],
        examined_by=treasury.levy_org,
        adjustment=asked.adjustment,
    )
