"""Months and cover: when an enrolment may start, until when a month can be saved or paid, when cover begins."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from gateway.errors import GatewayError
from gateway.model.values import Month
from gateway.rules.dated import Parameter
from gateway.rules.due import day_of
from gateway.rules.law import Question
from gateway.rules.workdays import Moved

CHINA = timezone(timedelta(hours=8))  # one time for the whole country, without summer time since 1991


@dataclass(frozen=True, slots=True)
class StartWindow:
    """First months on offer, counted from the present month: 0 is this month, 1 the next."""

    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class MonthLock:
    """The last day that still saves a month: day `day` of the month `offset` months after it, moved as named.

    `missed`: what becomes of an accepted enrolment whose registration could not be sent by then.
    """

    day: int
    offset: int
    moved: Moved
    missed: Literal["refuse", "person"] = "person"


@dataclass(frozen=True, slots=True)
class Closure:
    """A window in which registration or payment is shut. Instants carry their offset."""

    what: Literal["registration", "payment"]
    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.begins.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("begins and ends need an offset, such as 2022-12-30T18:00:00+08:00")


@dataclass(frozen=True, slots=True)
class PayableUntil:
    """How long an unpaid month stays payable: to a fixed day, or to day `day` of the month `offset` months after it."""

    fixed: date | None = None
    day: int = 31
    offset: int | None = None

    def __post_init__(self) -> None:
        if (self.fixed is None) == (self.offset is None):
            raise ValueError("give exactly one of fixed, offset")


@dataclass(frozen=True, slots=True)
class CoverStart:
    """When cover begins. `nth_month` counts from the month of the first payment: 7 is the seventh month after it."""

    rule: Literal["paid_month", "month_after_payment", "nth_month"]
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Reopening:
    """Whether a payment that came too late re-opens its month, after withdrawal and after the last payable day."""

    after_withdrawal: bool
    after_limit: bool


START_WINDOW = Parameter("start_window", StartWindow)
MONTH_LOCK = Parameter("month_lock", MonthLock)
CLOSURE = Parameter("closure", Closure)
PAYABLE_UNTIL = Parameter("payable_until", PayableUntil)
COVER_START = Parameter("cover_start", CoverStart)
REOPENING = Parameter("reopening", Reopening)


def check_start(question: Question, start: Month, today: date) -> None:
    """Refuse a first month outside the window on offer: GatewayError `start_in_past` or `start_too_far`."""
    window = question.find(START_WINDOW, on=today).content
    earliest, latest = Month.of(today) + window.earliest, Month.of(today) + window.latest
    if start < earliest:
        raise GatewayError("start_in_past", start=str(start), earliest=str(earliest))
    if start > latest:
        raise GatewayError("start_too_far", start=str(start), latest=str(latest))


def last_saving_day(question: Question, month: Month) -> date:
    """The last day on which registering saves `month`: its lock, or the day before a closure that runs into it."""
    day, shut = _lock(question, month)
    return shut.begins.astimezone(CHINA).date() - timedelta(days=1) if shut else day


def check_saved(question: Question, month: Month, at: datetime) -> None:
    """Refuse a month that registering at the instant `at` does not save any more: GatewayError `month_locked`."""
    day, shut = _lock(question, month)
    if at.astimezone(CHINA).date() > day or (shut is not None and at >= shut.begins):
        raise GatewayError("month_locked", month=str(month), last=str(last_saving_day(question, month)))


def _lock(question: Question, month: Month) -> tuple[date, Closure | None]:
    """The lock's day, and the closure of registration that it falls in."""
    rule = question.find(MONTH_LOCK, on=month.first_day).content
    day = question.law.calendar.moved(day_of(month + rule.offset, rule.day), rule.moved)
    return day, closure(question, "registration", datetime.combine(day, time.min, CHINA))


def closure(question: Question, what: Literal["registration", "payment"], at: datetime) -> Closure | None:
    """The closure of `what` that the instant `at` falls in, if any."""
    found = question.look(CLOSURE, subject=what, on=at.astimezone(CHINA).date())
    shut = found.content if found else None
    return shut if shut and shut.begins <= at < shut.ends else None


def payable_until(question: Question, month: Month) -> date:
    """The last day on which an unpaid `month` can still be paid."""
    rule = question.find(PAYABLE_UNTIL, on=month.first_day).content
    return rule.fixed or day_of(month + (rule.offset or 0), rule.day)


def cover_starts(question: Question, first_paid: Month, paid_on: date) -> date:
    """The first day of cover, once the first month has been paid."""
    rule = question.find(COVER_START, on=first_paid.first_day).content
    after = Month.of(paid_on) + {"month_after_payment": 1, "nth_month": rule.nth}.get(rule.rule, 0)
    return first_paid.first_day if rule.rule == "paid_month" else max(first_paid, after).first_day


def reopens(question: Question, *, withdrawn: bool, on: date) -> bool:
    """Whether a payment made on `on` re-opens its withdrawn (else expired) month; if not, it is to be refunded."""
    rule = question.find(REOPENING, on=on).content
    return rule.after_withdrawal if withdrawn else rule.after_limit
