"""Reconciliation (对账): the sides, the rows they are compared by, the classes of breaks (差异), totals that explain all.

A *pairing* compares two sides, `here` and `there`. Every row of either is in the end matched, in transit (未达) until its
expected day, or part of a break; nothing is left over (`Tally.explained`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
`line`, `key`, `voucher`, `region`, `fund`, `month`, `accounting_month`, `day`, `adjustment`, the amounts and `state` are
never NULL."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a column may differ and still be equal: fen for amounts, days for `day`; with the rule that allows it."""

    column: str
    by: int
    rule: str


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
