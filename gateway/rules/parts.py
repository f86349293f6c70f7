"""A voucher may come month by month, or row by row: which receipts are parts of one payment, and when it is whole.

Amounts compare by component: late fee and interest come on top of what was levied and complete nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.model.tax import Receipt
from gateway.model.values import Money

_APART = ("late_fee", "interest")


@dataclass(frozen=True, slots=True)
class Owed:
    """What a levy asks for, in fen, and the ordinals of its months. `total`: with late fee and interest."""

    contribution: int
    total: int
    months: frozenset[int]


def contribution(receipt: Receipt) -> int:
    """What of a receipt is contribution, in fen."""
    return receipt.amount.fen - sum(receipt.fen_of(name) for name in _APART)


def contributed(parts: Iterable[Receipt]) -> int:
    """What several receipts hold of contribution, in fen."""
    return sum(contribution(each) for each in parts)


def months_of(receipt: Receipt) -> frozenset[int]:
    """The ordinals of the months that a receipt is for."""
    return frozenset(range(receipt.first.ordinal, receipt.last.ordinal + 1))


def is_whole(parts: Sequence[Receipt], owed: Owed) -> bool:
    """Whether nothing more is to come: each month has its contribution, or as much came as was asked for."""
    came = frozenset[int]().union(*(months_of(each) for each in parts if contribution(each)))
    return owed.months <= came or contributed(parts) >= owed.contribution


def agrees(whole: Receipt, owed: Owed) -> bool:
    """Whether a payment is what was asked for: as a whole, or its contribution."""
    return whole.amount.fen == owed.total or contribution(whole) == owed.contribution


def overlaps(parts: Iterable[Receipt], receipt: Receipt) -> bool:
    """Whether a month of a receipt is paid for already; another row (sequence) of a voucher is paid beside it."""
    return any(_same_row(each, receipt) and _both_contribute(each, receipt) for each in parts)


def joins(parts: Sequence[Receipt], receipt: Receipt, taken_back: Collection[int]) -> bool:
    """Whether a receipt is one more part of the payment that `parts` began.

    It is of a voucher of theirs, or pays again for months that were taken back (`taken_back`, ordinals).
    """
    known = any(each.voucher_number == receipt.voucher_number for each in parts)
    return (known or months_of(receipt) <= frozenset(taken_back)) and not overlaps(parts, receipt)


def tops_up(parts: Sequence[Receipt], receipt: Receipt, owed: Owed) -> bool:
    """Whether a receipt adds to a payment that was whole: a row of its own for late fee, interest or what was short."""
    more = contribution(receipt)
    fits = more == 0 or contributed(parts) + more <= owed.contribution
    return fits and joins(parts, receipt, ())


def together(parts: Sequence[Receipt], voucher: str) -> Receipt:
    """What several parts say as one receipt, named by `voucher`: collected when the last of them was."""
    last = max(parts, key=lambda each: (each.collected_on, each.accounting_month.ordinal))
    posted = [each.treasury_on for each in parts]
    days = [day for day in posted if day is not None]
    return replace(
        last,
        voucher_number=voucher,
        amount=Money(sum(each.amount.fen for each in parts)),
        first=min((each.first for each in parts), key=lambda month: month.ordinal),
        last=max((each.last for each in parts), key=lambda month: month.ordinal),
        treasury_on=max(days) if len(days) == len(posted) else None,
        components=tuple(component for each in parts for component in each.components),
        sequence=None,
    )


def _same_row(one: Receipt, other: Receipt) -> bool:
    return one.voucher_number != other.voucher_number or (one.sequence or 1) == (other.sequence or 1)


def _both_contribute(one: Receipt, other: Receipt) -> bool:
    return bool(contribution(one) and contribution(other) and months_of(one) & months_of(other))
