"""What an event posts: pairs of accounts per component, as dated data; what a day, a year and a fund are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.errors import GatewayError
from gateway.model.books import AccountKind, BookEvent, Component, Line, Place, Side, Sums, Turnover
from gateway.model.codes import Insurance
from gateway.rules.dated import Found, Parameter, Rulebook
from gateway.rules.explained import Words

ClosedDay = Literal["today", "refuse"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a fund. `increases`: the side on which it grows; `names` it in both languages."""

    kind: AccountKind
    increases: Side
    names: Words


@dataclass(frozen=True, slots=True)
class Fund:
    """The fund that an insurance's money belongs to. `part_names`: where the insurance is a marked part of it."""

    fund: str
    names: Words
    part_names: Words | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One debit and one credit account for some components of the amount: balanced by construction."""

    debit: str
    credit: str
    of: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """What an event posts. `closed_day`: what becomes of it where its own day is closed (`today`: booked today)."""

    pairs: tuple[Pair, ...]
    names: Words
    closed_day: ClosedDay = "today"


@dataclass(frozen=True, slots=True)
class AdjustmentPeriod:
    """The last day after the turn of the year on which the treasury still books for the old one (整理期)."""

    month: int
    day: int

    def until(self, year: int) -> date:
        """Its last day for what belongs to `year`."""
        return date(year + 1, self.month, self.day)


ACCOUNT = Parameter("account", Account)
FUND = Parameter("fund", Fund)
POSTING = Parameter("posting", Posting)
ADJUSTMENT = Parameter("adjustment_period", AdjustmentPeriod)

BALANCE_ACCOUNT = "fund_balance"
_CARRIED = (AccountKind.INCOME, AccountKind.EXPENDITURE)


def fund_of(rules: Rulebook, insurance: Insurance, region: str, on: date) -> Fund:
    """The fund of an insurance; GatewayError `parameter_missing`."""
    return rules.find(FUND, region, on, insurance=insurance.value).content


def account(rules: Rulebook, code: str, region: str, on: date) -> Account:
    """An account by its code; GatewayError `parameter_missing`."""
    return rules.find(ACCOUNT, region, on, subject=code).content


def posting_of(rules: Rulebook, event: BookEvent, on: date) -> Found[Posting]:
    """What an event posts in its region, by what holds when it is booked; GatewayError `parameter_missing`."""
    return rules.find(POSTING, event.region.code, on, insurance=event.insurance.value, subject=event.kind.value)


def lines_of(rules: Rulebook, event: BookEvent, on: date) -> tuple[Line, ...]:
    """The lines that an event posts; none for an amount of nothing. A negative amount stands on the other sides.

    GatewayError `entry_unbalanced` for a component that the posting has no place for.
    """
    sums: defaultdict[tuple[str, Side], int] = defaultdict(int)
    pairs = posting_of(rules, event, on).content.pairs
    _refuse_left_out(event, pairs)
    for pair in pairs:
        fen = sum(event.fen(component) for component in pair.of)
        turned = fen < 0
        sums[pair.debit, Side.CREDIT if turned else Side.DEBIT] += abs(fen)
        sums[pair.credit, Side.DEBIT if turned else Side.CREDIT] += abs(fen)
    return tuple(
        Line(code, side, fen, _is_memorandum(rules, code, event.region.code, on))
        for (code, side), fen in sums.items()
        if fen
    )


def _refuse_left_out(event: BookEvent, pairs: Iterable[Pair]) -> None:
    placed = {component for pair in pairs for component in pair.of}
    for component in Component:
        if event.fen(component) and component not in placed:
            reason = f"{event.kind.value} has no place for {component.value}"
            raise GatewayError("entry_unbalanced", event=event.event, origin=event.origin, reason=reason)


def _is_memorandum(rules: Rulebook, code: str, region: str, on: date) -> bool:
    return account(rules, code, region, on).kind is AccountKind.MEMORANDUM


def booking_day(stated: date, today: date, closed_through: date | None) -> date:
    """The day that something stated for a day is booked on: that day, or today where it is closed or yet to come."""
    if stated > today or (closed_through is not None and stated <= closed_through):
        return today
    return stated


def accounting_year(stated: date, booked: date, *, adjustment: bool, until: AdjustmentPeriod | None) -> int:
    """The year that an entry belongs to.

    With the flag 整理期 it is the old one while the adjustment period lasts: what is stated for December, or within the
    period for the year before. Afterwards, and without the flag, it is the year of the day it is booked on.
    """
    if not adjustment or until is None:
        return booked.year
    old = stated.year - 1 if stated <= until.until(stated.year - 1) else stated.year
    return old if booked <= until.until(old) else booked.year


def closing_lines(sums: Sums, kinds: Iterable[tuple[str, AccountKind]]) -> dict[str, tuple[Line, ...]]:
    """The year-end carry-forward (年终结转) per part: income and expenditure closed into the balance of the fund."""
    carried = {code for code, kind in kinds if kind in _CARRIED}
    parts: defaultdict[str, list[Line]] = defaultdict(list)
    for place, turnover in sorted(sums.items()):
        if place.account in carried and turnover.balance:
            parts[place.part].append(_against(place.account, turnover.balance))
    return {part: _with_balance(lines) for part, lines in parts.items()}


def _with_balance(lines: Sequence[Line]) -> tuple[Line, ...]:
    left = sum(line.fen if line.side is Side.DEBIT else -line.fen for line in lines)
    return (*lines, _against(BALANCE_ACCOUNT, left)) if left else tuple(lines)


def _against(code: str, balance: int) -> Line:
    return Line(code, Side.CREDIT if balance > 0 else Side.DEBIT, abs(balance))


def brought_forward(sums: Sums, year: int, kinds: Mapping[str, AccountKind]) -> dict[Place, Turnover]:
    """What stands at the beginning of `year`, given all of the year before: income and expenditure in the balance."""
    found: defaultdict[Place, int] = defaultdict(int)
    for place, turnover in sums.items():
        code = BALANCE_ACCOUNT if kinds[place.account] in _CARRIED else place.account
        found[Place(year, place.part, code)] += turnover.balance
    return {place: Turnover(max(fen, 0), max(-fen, 0)) for place, fen in found.items() if fen}
