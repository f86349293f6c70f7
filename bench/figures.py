"""Figures and how they are shown: percentiles, medians, ratios, targets met or missed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """What the project promised: at least `value`, or at most where `at_most`."""

    value: float
    at_most: bool = False

    def verdict(self, measured: float) -> str:
        """`met` or `missed by N %`, in words."""
        if (measured <= self.value) if self.at_most else (measured >= self.value):
            return "met"
        return f"missed by {abs(measured - self.value) / (self.value or 1):.0%}".replace("%", " %")

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {number(self.value)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `beside`: label -> the same unit measured of a floor or a peer; `notes`: what else was seen."""

    section: str
    name: str
    value: float
    unit: str
    target: Target | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def document(self) -> dict[str, Any]:
        """For machines: everything, with the verdict and the ratios."""
        verdict = self.target.verdict(self.value) if self.target else None
        ratios = {label: self.value / other for label, other in self.beside.items() if other}
        return asdict(self) | {"verdict": verdict, "ratios": ratios}


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that `share` (0 to 1) of all do not exceed; 0 of none."""
    if not values:
        return 0.0
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def middle(values: Sequence[float]) -> float:
    """The median; 0 of none."""
    return median(values) if values else 0.0


def number(value: float) -> str:
    """A figure with as many digits as are worth reading."""
    if abs(value) >= 100:  # noqa: PLR2004 - from three digits on a fraction says nothing
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004 - three digits each


def table(figures: Sequence[Figure]) -> str:
    """The figures as text: one line each, what stands beside it and the notes below it."""
    lines: list[str] = []
    section = ""
    for figure in figures:
        if figure.section != section:
            section = figure.section
            lines += ["", section]
        lines += [_line(figure), *_below(figure)]
    return "\n".join(lines).lstrip("\n")


def _line(figure: Figure) -> str:
    line = f"  {figure.name:<44}{number(figure.value):>9} {figure.unit:<10}"
    if figure.target:
        line += f" target {figure.target!s:<9} {figure.target.verdict(figure.value)}"
    return line.rstrip()


def _below(figure: Figure) -> list[str]:
    ratios = [
        f"    {label:<42}{number(other):>9} {figure.unit:<10} ratio {figure.value / other:.2f}"
        for label, other in figure.beside.items()
        if other
    ]
    return ratios + [f"    {note}" for note in figure.notes]
