"""Fund accounts (基金账套): what happens to a fund's money, and the entries that write it down.

One set of accounts per fund and region, on a cash basis; what is only owed stands in memorandum accounts (备查), which
balance among themselves and touch no balance of the fund. Amounts are whole fen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.model.values import ZERO, Money, Region


class Side(StrEnum):
    """The two sides of an account (借、贷)."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> "Side":
        """The side across."""
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class AccountKind(StrEnum):
    """What an account is about (科目类别); memorandum accounts stand outside the balance."""

    ASSET = "asset"
    LIABILITY = "liability"
    BALANCE = "balance"
    INCOME = "income"
    EXPENDITURE = "expenditure"
    MEMORANDUM = "memorandum"


class EventKind(StrEnum):
    """What can happen to a fund's money (业务事项). Which accounts each touches: mappings/books/postings.yaml."""

    LEVIED = "levied"
    LEVY_CANCELLED = "levy_cancelled"
    COLLECTED = "collected"
    COLLECTED_UNLEVIED = "collected_unlevied"
    TREASURY_POSTED = "treasury_posted"
    INCOME_RECEIVED = "income_received"
    INCOME_MOVED = "income_moved"
    TRANSFER_SENT = "transfer_sent"
    TRANSFER_RECEIVED = "transfer_received"
    EXPENDITURE_FUNDED = "expenditure_funded"
    UNIDENTIFIED_RECEIVED = "unidentified_received"
    UNIDENTIFIED_IDENTIFIED = "unidentified_identified"
    UNIDENTIFIED_RETURNED = "unidentified_returned"
    REFUND_DECIDED = "refund_decided"
    REFUND_CANCELLED = "refund_cancelled"
    REFUND_BY_TREASURY = "refund_by_treasury"
    REFUND_BY_AGENCY = "refund_by_agency"
    REFUND_OFFSET = "refund_offset"
    INTEREST_CREDITED = "interest_credited"
    BENEFIT_PAID = "benefit_paid"
    REVERSED = "reversed"
    CARRIED_FORWARD = "carried_forward"


class Component(StrEnum):
    """The parts of an amount that are booked apart (费用组成)."""

    AMOUNT = "amount"
    LATE_FEE = "late_fee"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEvent:
    """Something that happened to a fund's money.

    `origin` names what it comes from, such as a levy's handle or `tax-hunan/<voucher>/<insurance>/<month>`: at most 200
    characters, nothing personal. Origin, kind and `sequence` together are posted once. `day`: when it happened.
    `adjustment`: booked in the adjustment period (整理期). A negative amount takes back (the sides change places).
    `corrects`: the entry that this one puts right; `note`: why, kept sealed.
    """

    kind: EventKind
    origin: str
    insurance: Insurance
    region: Region
    day: date
    amount: Money
    late_fee: Money = ZERO
    interest: Money = ZERO
    adjustment: bool = False
    sequence: str = ""
    corrects: str | None = None
    note: str = ""

    @property
    def event(self) -> str:
        """What is posted once of one origin."""
        return f"{self.kind.value}:{self.sequence}" if self.sequence else self.kind.value

    def fen(self, component: Component) -> int:
        """One component in fen."""
        money: Money = getattr(self, component.value)
        return money.fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What takes back, whole, every entry of an earlier origin (冲正): new entries, each naming its original."""

    origin: str
    of: str
    day: date
    adjustment: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry: an account, its side, and more than 0 fen."""

    account: str
    side: Side
    fen: int
    memorandum: bool = False

    @property
    def mirrored(self) -> "Line":
        """The same line on the other side."""
        return replace(self, side=self.side.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A double entry (分录): in the balance and in the memorandum accounts, debit equals credit, each by itself.

    GatewayError `entry_unbalanced` where it does not, or a line is not above 0 fen, or there is none. `part`: the
    marked part of the fund (the insurance). `stated`: the day of the event; `day`: the day it is booked on; `year`: the
    year it belongs to. `reverses`, `corrects`: the original entry.
    """

    id: str
    fund: str
    part: str
    region: str
    day: date
    year: int
    stated: date
    adjustment: bool
    origin: str
    event: str
    lines: tuple[Line, ...]
    reverses: str | None = None
    corrects: str | None = None

    def __post_init__(self) -> None:
        for memorandum in (False, True):
            debit, credit = totals(line for line in self.lines if line.memorandum is memorandum)
            if debit != credit:
                reason = f"debit {Money(debit)} is not credit {Money(credit)}"
                raise GatewayError("entry_unbalanced", event=self.event, origin=self.origin, reason=reason)
        if not self.lines or any(line.fen <= 0 for line in self.lines):
            reason = "it needs lines, each above 0.00"
            raise GatewayError("entry_unbalanced", event=self.event, origin=self.origin, reason=reason)


def totals(lines: Iterable[Line]) -> tuple[int, int]:
    """Debit and credit of some lines, in fen."""
    sums = {Side.DEBIT: 0, Side.CREDIT: 0}
    for line in lines:
        sums[line.side] += line.fen
    return sums[Side.DEBIT], sums[Side.CREDIT]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a line counts: the year it belongs to, the marked part of the fund, the account."""

    year: int
    part: str
    account: str


@dataclass(frozen=True, slots=True)
class Turnover:
    """What stands on both sides of an account, in fen; the balance is debit less credit."""

    debit: int = 0
    credit: int = 0

    @property
    def balance(self) -> int:
        """Debit less credit."""
        return self.debit - self.credit

    def __add__(self, other: "Turnover") -> "Turnover":
        return Turnover(self.debit + other.debit, self.credit + other.credit)


Sums = Mapping[Place, Turnover]


def added(*many: Sums) -> dict[Place, Turnover]:
    """Sums of sums."""
    found: defaultdict[Place, Turnover] = defaultdict(Turnover)
    for sums in many:
        for place, turnover in sums.items():
            found[place] += turnover
    return dict(found)


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One line of a trial balance. `opening`, `closing`: debit less credit, in fen; `turnover`: of the day."""

    part: str
    account: str
    kind: AccountKind
    opening: int
    turnover: Turnover

    @property
    def closing(self) -> int:
        """What stands at the end of the day."""
        return self.opening + self.turnover.balance


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """A trial balance (试算平衡表) of a fund in a region, of one day of one accounting year.

    `provisional`: the year before is not closed, so what was brought forward may still change.
    """

    fund: str
    region: str
    day: date
    year: int
    provisional: bool
    lines: Sequence[TrialLine]

    @property
    def balanced(self) -> bool:
        """Whether openings, turnovers and closings come to nothing, in the balance and in the memorandum accounts."""
        for memorandum in (False, True):
            some = [line for line in self.lines if (line.kind is AccountKind.MEMORANDUM) is memorandum]
            if sum(line.opening for line in some) or sum(line.turnover.balance for line in some):
                return False
        return True
