"""What is claimed of a payment: of all that stands on a levy, whole or the share of some of its months."""

from collections.abc import Sequence

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, RefundOrigin
from gateway.model.tax import Receipt
from gateway.model.values import Month
from gateway.services import paying, refund_shares
from gateway.services.records import content_of, decode
from gateway.services.refunds import Claim
from gateway.store import levies
from gateway.store.rows import CaseRow, LevyRow, ReceiptRow
from gateway.store.work import Tx


def paid(tx: Tx, case: CaseRow, insurance: Insurance) -> tuple[LevyRow, Sequence[ReceiptRow]]:
    """The levy of an insurance that something was paid for, and every receipt of it; GatewayError `not_found`."""
    for levy in levies.of_item(tx, case.id, insurance.value):
        if rows := paying.rows(tx, levy):
            return levy, rows
    raise GatewayError("not_found", thing="payment")


def claims(
    tx: Tx,
    levy: LevyRow,
    rows: Sequence[ReceiptRow],
    origin: RefundOrigin,
    first: Month | None = None,
    last: Month | None = None,
) -> list[Claim]:
    """A claim on each receipt of a payment that is for some of the months from `first` to `last`: for their share.

    Empty where a month was asked for that none of them is for.
    """
    receipts = {row.natural_key: decode(Receipt, levies.receipt_content(tx, row)) for row in rows}
    paid_for = {month for each in receipts.values() for month in range(each.first.ordinal, each.last.ordinal + 1)}
    since, until = first or Month(min(paid_for)), last or Month(max(paid_for))
    if not {since.ordinal, until.ordinal} <= paid_for or until < since:
        return []
    return [
        of(tx, levy, row, origin, max(since, came.first), min(until, came.last))
        for row in rows
        for came in [receipts[row.natural_key]]
        if came.first <= until and since <= came.last
    ]


def of(
    tx: Tx, levy: LevyRow, row: ReceiptRow, origin: RefundOrigin, first: Month | None = None, last: Month | None = None
) -> Claim:
    """All of a receipt, or the share that the months from `first` to `last` have in it."""
    receipt = decode(Receipt, levies.receipt_content(tx, row))
    first, last = first or receipt.first, last or receipt.last
    if (first, last) == (receipt.first, receipt.last):
        return Claim.whole(levy, row.natural_key, receipt, origin)
    amount = refund_shares.of_months(content_of(levy.content), receipt, first, last)
    return Claim(
        levy, row.natural_key, receipt, origin, amount, first, last, part=f"{first}{refund_shares.BY_MONTH}{last}"
    )
