"""Until when a levy is to be paid."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from gateway.model.values import Month
from gateway.rules.dated import Found, Parameter
from gateway.rules.explained import Words
from gateway.rules.law import Question
from gateway.rules.workdays import Moved


@dataclass(frozen=True, slots=True)
class DueRule:
    """Day `day` of the month that lies `offset` months after the first or last one covered, moved as named.

    Never earlier than `least_notice` days after the day it is reckoned on. A day that the month does not have is its
    last.
    """

    day: int
    anchor: Literal["first", "last"]
    offset: int
    moved: Moved
    least_notice: int = 0


DUE = Parameter("due_date", DueRule)


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of payment. `certain`: the working days it depends on are published."""

    day: date
    certain: bool
    found: Found[DueRule]
    explanation: Words


def day_of(month: Month, day: int) -> date:
    """Day `day` of `month`, or its last day where it has fewer."""
    return month.first_day.replace(day=min(day, month.last_day.day))


def due_date(question: Question, first: Month, last: Month, today: date) -> Due:
    """The last day on which the levy for `first` to `last`, reckoned on `today`, can be paid in time."""
    found = question.find(DUE, on=first.first_day)
    rule = found.content
    by_rule = day_of((first if rule.anchor == "first" else last) + rule.offset, rule.day)
    earliest = today + timedelta(days=rule.least_notice)
    day = question.law.calendar.moved(max(by_rule, earliest), rule.moved)
    certain = rule.moved == "stays" or question.law.calendar.known(day)
    return Due(day, certain, found, _explained(day, certain=certain))


def _explained(day: date, *, certain: bool) -> Words:
    said = Words(f"缴款期限 {day}。", f"Due by {day}.")
    if certain:
        return said
    return said + Words(
        "当年放假安排尚未公布，期限可能顺延。", "That year's holidays are not published yet: it may move."
    )
