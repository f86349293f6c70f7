"""Which payer gets which share of a refund: the components of the payment, scaled to what goes back, to the fen."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.errors import GatewayError
from gateway.model.codes import Payer, RefundState
from gateway.model.tax import Component, Receipt
from gateway.model.values import Money, Month
from gateway.rules.refunds import Refunding
from gateway.store.rows import RefundRow

BY_MONTH = ".."
"""What stands between first and last month in the `part` of a refund of some months of a payment, and in no other."""


def of(
    receipt: Receipt, amount: Money, rule: Refunding | None, levied: Sequence[Component] = ()
) -> list[dict[str, str]]:
    """The shares of `amount`: component, who paid it, how much goes back, to whom (the rule may name the worker).

    `levied`: what was asked for, and of whom; a receipt that does not say what it is made of pays that.
    """
    parts = receipt.components or levied or (Component("whole", Payer.WORKER, receipt.amount),)
    fens = scaled([part.amount.fen for part in parts], amount.fen)
    to_worker = rule is not None and rule.shares == "worker"
    return [
        {
            "name": part.name,
            "payer": part.payer.value,
            "amount": str(Money(fen)),
            "to": Payer.WORKER.value if to_worker else part.payer.value,
        }
        for part, fen in zip(parts, fens, strict=True)
        if fen
    ]


def levied(content: Mapping[str, Any]) -> list[Component]:
    """Of what a levy is made, and who pays each part of it."""
    return [
        Component(each["name"], Payer(each["payer"]), Money.parse(each["amount"]))
        for each in content.get("components", ())
    ]


def amount(row: RefundRow | None) -> Money:
    """What goes back."""
    return Money(0 if row is None else row.fen)


def of_months(content: Mapping[str, Any], receipt: Receipt, first: Month, last: Month) -> Money:
    """The share of a payment that some of its months have: by what each was levied at, else evenly, to the fen."""
    every = [receipt.first + n for n in range(receipt.last - receipt.first + 1)]
    levied = {each["month"]: Money.parse(each["amount"]).fen for each in content.get("months", ())}
    fens = scaled([levied.get(str(month), 0 if levied else 1) for month in every], receipt.amount.fen)
    return Money(sum(fen for month, fen in zip(every, fens, strict=True) if first <= month <= last))


def by_month(rows: Sequence[RefundRow]) -> list[RefundRow]:
    """Those of `rows` that give back some months of a payment, or may yet."""
    return [row for row in rows if BY_MONTH in row.part and row.state != RefundState.REFUSED.value]


def check_months(receipt: Receipt, before: Sequence[RefundRow], first: Month, last: Month) -> None:
    """GatewayError `refunded_months` where one of the refunds of a payment is of these months too."""
    for row in by_month(before):
        if row.first <= last.ordinal and first.ordinal <= row.last:
            since, until = str(Month(row.first)), str(Month(row.last))
            raise GatewayError("refunded_months", receipt=receipt.voucher_number, first=since, last=until)


def scaled(fens: Sequence[int], whole: int) -> list[int]:
    """`whole` divided in the proportions of `fens`: whole fen that sum up to it, the largest remainders first."""
    total = sum(fens)
    if total == 0:
        return [whole, *[0] * (len(fens) - 1)] if fens else []
    exact = [divmod(fen * whole, total) for fen in fens]
    shares = [each for each, _ in exact]
    by_remainder = sorted(range(len(fens)), key=lambda n: (-exact[n][1], n))
    for n in by_remainder[: whole - sum(shares)]:
        shares[n] += 1
    return shares
