"""The sandbox's own view of what is owed, from figures.toml: repeated by hand, so that an agreement means something."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from sandbox.codes import month_after

FEN = Decimal("0.01")
MONTHS = 12
MONDAY_AFTER = 8
FRIDAY = 5


class NoFigureError(LookupError):
    """figures.toml has nothing for this province and insurance."""


@dataclass(frozen=True, slots=True)
class Share:
    """One component of a levy, yuan."""

    name: str
    payer: str
    amount: Decimal


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("sandbox").joinpath("figures.toml").read_text(encoding="utf-8"))


def owed(province: str, insurance: str, base: Decimal, months: int) -> list[Share]:
    """What is owed for `months`: each component rounded half up to fen per month, then multiplied. NoFigureError."""
    figures = {**_table()["all"], **_table().get(province, {})}.get(insurance)
    if figures is None:
        raise NoFigureError(f"figures.toml has nothing for {insurance} in {province}")
    return [_share(figure, base, months) for figure in figures]


def due(province: str, first: str) -> str:
    """The day on which a levy for months from `first` on is due, ISO."""
    figures = {**_table()["all"], **_table().get(province, {})}
    day = date.fromisoformat(f"{month_after(first, int(figures['due_months']))}-{int(figures['due_day']):02d}")
    return (day + timedelta(days=MONDAY_AFTER - day.isoweekday() if day.isoweekday() > FRIDAY else 0)).isoformat()


def _share(figure: Mapping[str, str], base: Decimal, months: int) -> Share:
    if "rate" in figure:
        monthly = base * Decimal(figure["rate"])
    else:
        monthly = Decimal(figure["monthly"]) if "monthly" in figure else Decimal(figure["yearly"]) / MONTHS
    return Share(figure["name"], figure["payer"], monthly.quantize(FEN, ROUND_HALF_UP) * months)
