"""What no payment can be, whatever its bureau says of it: of nothing, of a day that has not come, of another levy."""

from datetime import date

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.model.tax import Receipt
from gateway.model.tax_payments import ReversePayment
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
    if receipt.collected_on > today:
        raise _impossible(receipt.voucher_number, f"{receipt.collected_on} has not come")
    if receipt.accounting_month > Month.of(today) + 1:
        raise _impossible(receipt.voucher_number, f"booked in {receipt.accounting_month}, more than a month ahead")
    if receipt.treasury_on is not None and receipt.treasury_on < receipt.collected_on:
        posted, collected = receipt.treasury_on, receipt.collected_on
        raise _impossible(receipt.voucher_number, f"posted on {posted}, before it was collected on {collected}")


def check_reversal(reversal: ReversePayment) -> None:
    """GatewayError `payment_impossible` for what cannot be taken back."""
    _check_amount(reversal.voucher_number, reversal.amount)


def check_levy(receipt: Receipt, insurance: Insurance, first: Month, last: Month) -> None:
    """GatewayError `payment_impossible` where the levy whose number it bears is not what was paid."""
    if receipt.insurance is not insurance:
        reason = f"the levy whose number it bears is of {insurance.value}, not of {receipt.insurance.value}"
        raise _impossible(receipt.voucher_number, reason)
    if receipt.last < first or last < receipt.first:
        raise _impossible(receipt.voucher_number, f"the levy whose number it bears is for {first} to {last}")


def _check_amount(voucher: str, amount: Money) -> None:
    if amount.fen <= 0:
        raise _impossible(voucher, f"its amount is {amount} yuan")


def _impossible(voucher: str, reason: str) -> GatewayError:
    return GatewayError("payment_impossible", voucher=voucher, reason=reason)
