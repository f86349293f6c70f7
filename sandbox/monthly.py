"""A voucher told month by month: each month as a levy of its own, with its share of the money."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sandbox.levies import Levy

_MONTHS, _FEN = 12, Decimal("0.01")


def told(levy: Levy) -> list[Levy]:
    """What is told of a payment: the levy as it is, or each of its months but those that are held back."""
    if not levy.by_month:
        return [levy]
    months = list(_months(levy))
    return months[: len(months) - levy.held]


def _months(levy: Levy) -> Iterator[Levy]:
    fields = levy.fields
    first, last = (
        int(fields[name][:4]) * _MONTHS + int(fields[name][5:7]) - 1 for name in ("SFSSQ_QSRQ", "SFSSQ_ZZRQ")
    )
    count = last - first + 1
    share = (levy.collected / count).quantize(_FEN)
    for month in range(first, last + 1):
        # What does not divide goes with the last month.
        amount = share if month < last else levy.collected - share * (count - 1)
        days = {"SFSSQ_QSRQ": _day(month).isoformat(), "SFSSQ_ZZRQ": (_day(month + 1) - timedelta(days=1)).isoformat()}
        said = {**fields, **days, "YJJE": str(amount)}
        said.pop("FYZCGrid", None)
        yield replace(levy, fields=said, collected=amount)


def _day(month: int) -> date:
    return date(month // _MONTHS, month % _MONTHS + 1, 1)
