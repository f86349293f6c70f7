"""What no payment can be, whatever its bureau says of it: of nothing, of a day that has not come, of another levy."""

from datetime import date

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.model.tax import Receipt
from gateway.model.tax_payments import CorrectPayment, PostPayment, ReversePayment
from gateway.model.values import Money, Month


def check_receipt(receipt: Receipt, today: date) -> None:
    """GatewayError `payment_impossible` for what nobody can have paid. `today`: in Beijing.

    `treasury_on` may lie ahead: it is then the day on which the bureau expects the treasury to post it.
    """
    _check_amount(receipt.voucher_number, receipt.amount)
    parts = Money(sum(each.amount.fen for each in receipt.components))
    if receipt.components and parts != receipt.amount:
        raise _impossible(receipt.voucher_number, f"its components come to {parts} yuan, not to {receipt.amount}")
    if receipt.first > receipt.last:
        raise _impossible(receipt.voucher_number, f"its months end with {receipt.last}, before {receipt.first}")
    _check_told(receipt.voucher_number, receipt.collected_on, receipt.accounting_month, today)
    if receipt.treasury_on is not None and receipt.treasury_on < receipt.collected_on:
        posted, collected = receipt.treasury_on, receipt.collected_on
        raise _impossible(receipt.voucher_number, f"posted on {posted}, before it was collected on {collected}")


def check_notice(notice: PostPayment | ReversePayment | CorrectPayment, today: date) -> None:
    """GatewayError `payment_impossible` for what cannot have become of a payment by `today`, in Beijing."""
    if not isinstance(notice, CorrectPayment):
        _check_amount(notice.voucher_number, notice.amount)
    _check_told(notice.voucher_number, _day(notice), notice.accounting_month, today)


def check_levy(receipt: Receipt, insurance: Insurance, first: Month, last: Month) -> None:
    """GatewayError `payment_impossible` where the levy whose number it bears is not what was paid."""
    if receipt.insurance is not insurance:
        reason = f"the levy whose number it bears is of {insurance.value}, not of {receipt.insurance.value}"
        raise _impossible(receipt.voucher_number, reason)
    if receipt.last < first or last < receipt.first:
        raise _impossible(receipt.voucher_number, f"the levy whose number it bears is for {first} to {last}")


def _day(notice: PostPayment | ReversePayment | CorrectPayment) -> date:
    """When it happened."""
    match notice:
        case PostPayment():
            return notice.treasury_on
        case ReversePayment():
            return notice.reversed_on
        case CorrectPayment():
            return notice.corrected_on


def _check_told(voucher: str, day: date, booked: Month | None, today: date) -> None:
    if day > today:
        raise _impossible(voucher, f"{day} has not come")
    if booked is not None and booked > Month.of(today) + 1:
        raise _impossible(voucher, f"booked in {booked}, more than a month ahead")


def _check_amount(voucher: str, amount: Money) -> None:
    if amount.fen <= 0:
        raise _impossible(voucher, f"its amount is {amount} yuan")


def _impossible(voucher: str, reason: str) -> GatewayError:
    return GatewayError("payment_impossible", voucher=voucher, reason=reason)
