"""Money, months and regions: right by construction, one text form each."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, total_ordering
from typing import Self

FEN_PER_YUAN = 100
MONTHS_PER_YEAR = 12
MORE_THAN_ANY_MONTH = 1_000_000
"""A number above the ordinal of every month."""

_MONEY = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{2}")
_MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")
_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_REGION = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole fen. Text form: decimal yuan with exactly two places (`"1024.80"`)."""

    fen: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"1024.80"`; ValueError for any other form (no exponent, no grouping, no full-width digits)."""
        if not _MONEY.fullmatch(text):
            raise ValueError("an amount in yuan with two decimal places, such as 1024.80")
        return cls(int(text.replace(".", "")))

    @classmethod
    def from_yuan(cls, yuan: Decimal) -> Self:
        """Take decimal yuan that is already whole fen; ValueError where a fraction of a fen would be lost."""
        fen = yuan * FEN_PER_YUAN
        if fen != fen.to_integral_value():
            raise ValueError(f"{yuan} yuan is not a whole number of fen; round it by a named rule first")
        return cls(int(fen))

    @property
    def yuan(self) -> Decimal:
        """The amount as decimal yuan with two places."""
        return Decimal(self.fen).scaleb(-2)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __neg__(self) -> "Money":
        return Money(-self.fen)

    def __str__(self) -> str:
        sign, fen = ("-", -self.fen) if self.fen < 0 else ("", self.fen)
        return f"{sign}{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"


ZERO = Money(0)


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, counted from year 0. Text form `"2026-01"`."""

    ordinal: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"2026-01"`; ValueError otherwise."""
        if not _MONTH.fullmatch(text):
            raise ValueError("a month such as 2026-01")
        return cls(int(text[:4]) * MONTHS_PER_YEAR + int(text[5:]) - 1)

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that `day` (or a datetime) lies in."""
        return cls(day.year * MONTHS_PER_YEAR + day.month - 1)

    @classmethod
    def booked(cls, day: date, *, adjustment: bool) -> Self:
        """The month (AAE002) that money of `day` is booked in: of the adjustment period (整理期), the last December."""
        month = cls.of(day)
        return cls((month.ordinal + 1) // MONTHS_PER_YEAR * MONTHS_PER_YEAR - 1) if adjustment else month

    @property
    def year(self) -> int:
        """The calendar year."""
        return self.ordinal // MONTHS_PER_YEAR

    @property
    def number(self) -> int:
        """The month of the year, 1 to 12."""
        return self.ordinal % MONTHS_PER_YEAR + 1

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return _first_day(self.ordinal)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date.fromordinal(_first_day(self.ordinal + 1).toordinal() - 1)

    def __add__(self, months: int) -> "Month":
        return Month(self.ordinal + months)

    def __sub__(self, other: "Month") -> int:
        return self.ordinal - other.ordinal

    def __lt__(self, other: "Month") -> bool:
        return self.ordinal < other.ordinal

    def __str__(self) -> str:
        return _month_text(self.ordinal)


# The months that decisions are about are few, and asked for again and again.
@lru_cache(maxsize=4096)
def _first_day(ordinal: int) -> date:
    return date(ordinal // MONTHS_PER_YEAR, ordinal % MONTHS_PER_YEAR + 1, 1)


@lru_cache(maxsize=4096)
def _month_text(ordinal: int) -> str:
    return f"{ordinal // MONTHS_PER_YEAR:04d}-{ordinal % MONTHS_PER_YEAR + 1:02d}"


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """An administrative region, GB/T 2260, six digits. Whether it is in force on a day is a matter of dated data."""

    code: str

    def __post_init__(self) -> None:
        if not _REGION.fullmatch(self.code):
            raise ValueError("a region of six digits such as 330106")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read six digits; ValueError otherwise."""
        return cls(text)

    @property
    def province(self) -> str:
        """The first two digits: the province."""
        return self.code[:2]

    @property
    def widening(self) -> tuple[str, str, str]:
        """The code at 6, 4 and 2 digits: the order in which dated data is looked up (most specific first)."""
        return self.code, self.code[:4], self.code[:2]

    def __str__(self) -> str:
        return self.code


def parse_date(text: str) -> date:
    """Read `"2026-01-31"` and nothing else (no week dates, no other digits)."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # a day that the calendar does not have
    raise ValueError("a date such as 2026-01-31")


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant with its offset, such as `"2026-01-31T08:00:00+08:00"`."""
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # a moment that the calendar or the clock does not have
    raise ValueError("an instant with offset such as 2026-01-31T08:00:00+08:00")
