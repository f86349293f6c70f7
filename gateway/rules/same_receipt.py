"""Which receipt is the same one, and whether two tell of the same payment: one may say more, but nothing else."""

from collections import Counter

from gateway.model.tax import Receipt
from gateway.model.tax_payments import CorrectPayment, PostPayment, ReversePayment

_MUST_AGREE = ("voucher_number", "insurance", "first", "last", "amount", "accounting_month", "collected_on")
_MAY_BE_ABSENT = ("levy_number", "notice_number", "reference", "treasury_on", "sequence")


Named = Receipt | PostPayment | ReversePayment | CorrectPayment
"""What names a row of a voucher."""


def natural_key(named: Named) -> str:
    """What makes a receipt the same one: voucher, insurance, first month and, of a further row, its sequence."""
    row = named.sequence or 1
    return plain_key(named) if row == 1 else f"{plain_key(named)}#{row}"


def plain_key(named: Named) -> str:
    """The key of the first row, and of a row whose sequence nobody told."""
    return f"{named.voucher_number}/{named.insurance.value}/{named.first}"


def same_receipt(one: Receipt, other: Receipt) -> bool:
    """Whether nothing in one contradicts the other, as where one was rebuilt from a statement before the other came."""
    agreed = all(getattr(one, name) == getattr(other, name) for name in _MUST_AGREE)
    return (
        agreed
        and all(_fits(getattr(one, name), getattr(other, name)) for name in _MAY_BE_ABSENT)
        and _parts(one, other)
    )


def _fits(one: object, other: object) -> bool:
    return one is None or other is None or one == other


def _parts(one: Receipt, other: Receipt) -> bool:
    """Whether the components come to the same by their names; who pays which share may be said by one alone."""
    return not one.components or not other.components or _sums(one) == _sums(other)


def _sums(receipt: Receipt) -> Counter[str]:
    sums: Counter[str] = Counter()
    for each in receipt.components:
        sums[each.name] += each.amount.fen
    return sums
