"""Closing (结账): days, months and years of a fund's books, what stands in the way of one, and who signed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.model.values import Month, parse_date


class ClosingKind(StrEnum):
    """What is closed."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A day, month or year. Text form: `2026-11-10`, `2026-11`, `2026`."""

    first: date
    last: date
    kind: ClosingKind

    @classmethod
    def of(cls, day: date) -> "Period":
        """One day."""
        return cls(day, day, ClosingKind.DAY)

    @classmethod
    def of_month(cls, month: Month) -> "Period":
        """One month."""
        return cls(month.first_day, month.last_day, ClosingKind.MONTH)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read a day, month or year; ValueError otherwise."""
        if text.isascii() and text.isdigit() and len(text) == len("2026") and text >= "1000":
            return cls(date(int(text), 1, 1), date(int(text), 12, 31), ClosingKind.YEAR)
        if len(text) == len("2026-11"):
            return cls.of_month(Month.parse(text))
        try:
            return cls.of(parse_date(text))
        except ValueError:
            raise ValueError("a day, month or year such as 2026-11-10, 2026-11 or 2026") from None

    def __str__(self) -> str:
        length = {ClosingKind.DAY: 10, ClosingKind.MONTH: 7, ClosingKind.YEAR: 4}[self.kind]
        return self.first.isoformat()[:length]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a closing rests on: runs of the reconciliation by party and pairing, and what was still open then."""

    party: str
    pairing: str
    run: str
    broken_count: int
    broken_fen: int
    transit_count: int
    transit_fen: int


@dataclass(frozen=True, slots=True)
class ClosingFault:
    """What `verify` found wrong: which book, which closing or entry, and what."""

    fund: str
    region: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` looked through, and what is wrong."""

    books: int
    closings: int
    entries: int
    faults: Sequence[ClosingFault]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
