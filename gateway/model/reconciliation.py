"""Reconciliation (对账): sides, the rows they compare, classes of breaks (差异), totals.

A *pairing* compares two sides, `here` and `there`. Every row of either is in the end matched, in transit (未达) until
its day, or part of a break; nothing is left over (`Tally.explained`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Book(StrEnum):
    """The sides that can be compared: where the money was written down."""

    ASSESSMENT = "assessment"
    LEVY = "levy"
    RECEIPT = "receipt"
    TREASURY = "treasury"
    TRANSFER = "transfer"
    AGENCY = "agency"
    PROVINCE = "province"


class BreakClass(StrEnum):
    """Primary classes of a break, in the order in which the decision table tries them."""

    LIST_MISSING = "list_missing"
    REVERSED_AFTER_BOOKING = "reversed_after_booking"
    DUPLICATE = "duplicate"
    WRONG_PERSON = "wrong_person"
    WRONG_REGION = "wrong_region"
    AMOUNT = "amount"
    STATE = "state"
    DATE = "date"
    REFUND_PENDING = "refund_pending"
    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"


class RowState(StrEnum):
    """What a side says has become of a row's money."""

    BOOKED = "booked"
    REVERSED = "reversed"
    REFUND_PENDING = "refund_pending"


ROW_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line", "BIGINT"),
    ("key", "VARCHAR"),
    ("voucher", "VARCHAR"),
    ("summary", "VARCHAR"),
    ("trace", "VARCHAR"),
    ("reverses", "VARCHAR"),
    ("person", "VARCHAR"),
    ("region", "VARCHAR"),
    ("fund", "VARCHAR"),
    ("month", "INTEGER"),
    ("accounting_month", "INTEGER"),
    ("day", "DATE"),
    ("adjustment", "BOOLEAN"),
    ("amount", "BIGINT"),
    ("late_fee", "BIGINT"),
    ("interest", "BIGINT"),
    ("state", "VARCHAR"),
)
"""Columns of a side's rows in Parquet. `line`: number of the row in its source; `key`: voucher, item, month, sequence,
joined by a space; `summary`: number of the posting that sums the row up with others; `trace`: number of the payment,
`reverses`: that of what is taken back; `person`: keyed blind value in hexadecimal digits; `fund`: the insurance; months
as ordinals from year 0; `day`: when this side booked it; amounts in fen, negative where taken back; `state`: RowState.
`line`, `key`, `voucher`, `region`, `fund`, `month`, `accounting_month`, `day`, `adjustment`, amounts and `state` are
never NULL."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a column may differ and still be equal: fen for amounts, days for `day`; with the rule that allows it."""

    column: str
    by: int
    rule: str


class Finding(StrEnum):
    """What can be found of a group of rows; the decision table gives each class one of these.

    `columns_differ`: of rows with one key that both sides have, or of what both sides sum up under one number, the
    columns that the table lists. Docs/protocols/breaks.md says each in words.
    """

    LIST_ABSENT = "list_absent"
    REVERSED_ON_ONE_SIDE = "reversed_on_one_side"
    REPEATED_ON_ONE_SIDE = "repeated_on_one_side"
    COLUMNS_DIFFER = "columns_differ"
    REFUND_ON_ONE_SIDE = "refund_on_one_side"
    ABSENT_THERE = "absent_there"
    ABSENT_HERE = "absent_here"


@dataclass(frozen=True, slots=True)
class BreakRule:
    """One line of the decision table. `columns`: of `columns_differ` only."""

    break_class: BreakClass
    finding: Finding
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BreakTable:
    """The decision table: the first rule that holds gives a break its class, every other one that holds a flag."""

    rules: tuple[BreakRule, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two sides, and how they are compared. `compared`: columns that must be equal, of ROW_COLUMNS."""

    id: str
    here: Book
    there: Book
    compared: tuple[str, ...]
    tolerances: tuple[Tolerance, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """Until when a row that one side booked on `day` may be absent from the other side (that side's calendar)."""

    absent_from: str
    day: date
    until: date


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows and how much, in fen, of all components."""

    count: int
    fen: int

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.fen + other.fen)


@dataclass(frozen=True, slots=True)
class FoundBreak:
    """A break as a run finds it. `group`: the smallest key in it; `flags`: every other class of which it is, too.

    `region`, `fund`: the smallest in it; `day`: the earliest.
    """

    group: str
    break_class: BreakClass
    flags: tuple[BreakClass, ...]
    here: Sum
    there: Sum
    region: str
    fund: str
    day: date


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row in a break or in transit. `values`: those of ROW_COLUMNS, by column."""

    group: str
    side: str
    verdict: str
    expected_on: date | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """One line of the totals: a day, region, fund and adjustment flag of one side (`here` or `there`)."""

    side: str
    day: date
    region: str
    fund: str
    adjustment: bool
    whole: Sum
    matched: Sum
    transit: Sum
    broken: Sum

    @property
    def explained(self) -> bool:
        """Whether whole = matched + in transit + breaks."""
        return self.whole == self.matched + self.transit + self.broken
