from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.values import Month
from gateway.rules.due import day_of, due_date
from gateway.rules.law import Law, Question
from gateway.rules.workdays import Calendar

Asking = Callable[..., Question]


def test_a_due_day_on_a_holiday_moves_to_the_next_working_day(demo: Law, ask: Asking) -> None:
    question = ask(demo, "pension", "330106", date(2026, 3, 10))
    assert due_date(question, Month.parse("2026-03"), Month.parse("2026-03"), date(2026, 3, 10)).day == date(
        2026, 4, 27
    )


def test_spring_festival_is_not_a_working_time(demo: Law) -> None:
    calendar = demo.calendar
    assert not calendar.is_working(date(2026, 2, 17))
    assert calendar.moved(date(2026, 2, 17), "next_working_day") == date(2026, 2, 24)
    assert calendar.is_working(date(2026, 2, 14))  # a Saturday worked instead
    assert calendar.moved(date(2026, 2, 17), "previous_working_day") == date(2026, 2, 14)
    assert calendar.moved(date(2026, 2, 17), "stays") == date(2026, 2, 17)


def test_a_date_beyond_the_last_holiday_notice_is_said_to_be_uncertain(demo: Law, ask: Asking) -> None:
    year = demo.calendar.known_until.year + 1
    start = Month.parse(f"{year}-03")
    due = due_date(ask(demo, "pension", "330106", start.first_day), start, start, start.first_day)
    assert not due.certain
    assert "not published" in due.explanation.en
    assert due.day.weekday() < 5


def test_nobody_gets_less_than_the_notice_that_the_rule_gives(demo: Law, ask: Asking) -> None:
    question = ask(demo, "pension", "330106", date(2026, 3, 10))
    late = date(2026, 4, 28)
    assert due_date(question, Month.parse("2026-03"), Month.parse("2026-03"), late).day >= late + timedelta(days=5)


@pytest.mark.parametrize(("month", "day", "expected"), [("2026-02", 31, 28), ("2028-02", 30, 29), ("2026-04", 15, 15)])
def test_a_day_that_a_month_does_not_have_is_its_last(month: str, day: int, expected: int) -> None:
    assert day_of(Month.parse(month), day).day == expected


CALENDAR = Calendar(
    frozenset({date(2026, 10, 1), date(2026, 10, 2)}), frozenset({date(2026, 10, 10)}), date(2026, 12, 31)
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 20))


@given(DAYS)
def test_moving_ends_on_the_nearest_working_day_and_moves_no_working_day(day: date) -> None:
    later, earlier = CALENDAR.moved(day, "next_working_day"), CALENDAR.moved(day, "previous_working_day")
    assert CALENDAR.is_working(later)
    assert CALENDAR.is_working(earlier)
    assert earlier <= day <= later
    between = [earlier + timedelta(days=n) for n in range(1, (later - earlier).days)]
    assert not any(CALENDAR.is_working(each) for each in between)
    assert CALENDAR.is_working(day) == (earlier == later)


@given(DAYS, st.integers(0, 20))
def test_working_days_are_counted_without_the_first(day: date, count: int) -> None:
    end = CALENDAR.after(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(CALENDAR.is_working(each) for each in passed) == count


@given(st.integers(1000 * 12, 9998 * 12 + 11), st.integers(-600, 600))
def test_months_add_up_and_end_on_the_day_before_the_next(ordinal: int, count: int) -> None:
    start = Month(ordinal)
    moved = start + count if start.ordinal + count >= 1000 * 12 else start
    assert (moved + (start - moved)) == start
    assert Month.parse(str(start)) == start
    assert start.last_day + timedelta(days=1) == (start + 1).first_day
    assert Month.of(start.last_day) == Month.of(start.first_day) == start
