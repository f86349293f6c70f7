"""What is claimed of a payment: the one that stands on a levy, whole or the share of some of its months."""

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, RefundOrigin
from gateway.model.levy import RECEIPTED
from gateway.model.tax import Receipt
from gateway.model.values import Month
from gateway.services import refund_shares
from gateway.services.records import content_of, decode
from gateway.services.refunds import Claim
from gateway.store import levies
from gateway.store.rows import CaseRow, LevyRow, ReceiptRow
from gateway.store.work import Tx


def standing(tx: Tx, levy: LevyRow) -> ReceiptRow | None:
    """The receipt that pays a levy; None where nothing does."""
    if levy.state not in RECEIPTED or levy.voucher_number is None:
        return None
    rows = [row for row in levies.receipts_of(tx, levy.id) if row.state in (None, "standing")]
    return next((row for row in rows if row.natural_key.partition("/")[0] == levy.voucher_number), None)


def paid(tx: Tx, case: CaseRow, insurance: Insurance) -> tuple[LevyRow, ReceiptRow]:
    """The payment that stands on the levy of an insurance; GatewayError `not_found` where there is none."""
    for levy in levies.of_item(tx, case.id, insurance.value):
        if (row := standing(tx, levy)) is not None:
            return levy, row
    raise GatewayError("not_found", thing="payment")


def of(
    tx: Tx, levy: LevyRow, row: ReceiptRow, origin: RefundOrigin, first: Month | None = None, last: Month | None = None
) -> Claim:
    """All of a payment, or the share that the months from `first` to `last` have in it."""
    receipt = decode(Receipt, levies.receipt_content(tx, row))
    first, last = first or receipt.first, last or receipt.last
    if (first, last) == (receipt.first, receipt.last):
        return Claim.whole(levy, row.natural_key, receipt, origin)
    amount = refund_shares.of_months(content_of(levy.content), receipt, first, last)
    return Claim(
        levy, row.natural_key, receipt, origin, amount, first, last, part=f"{first}{refund_shares.BY_MONTH}{last}"
    )
