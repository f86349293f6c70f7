"""Money, months, regions, dates and instants: one text form each, and right by construction."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.values import ZERO, Money, Month, Region, parse_date, parse_instant
from tests.strategies.records import instants

FEN = st.integers(-(10**17) + 1, 10**17 - 1)
MONTHS = st.integers(1000 * 12, 9999 * 12 + 11).map(Month)
FEW = st.integers(-1000, 1000)


@given(FEN)
def test_an_amount_is_read_back_from_what_it_shows(fen: int) -> None:
    assert Money.parse(str(Money(fen))) == Money(fen)
    assert Money.from_yuan(Money(fen).yuan) == Money(fen)
    assert str(Money(fen).yuan) == str(Money(fen)), "the decimal shows its two places too"


@given(FEN, FEN)
def test_amounts_add_up_to_the_fen(one: int, other: int) -> None:
    assert Money(one) + Money(other) - Money(other) == Money(one)
    assert Money(one) + -Money(one) == ZERO
    assert (Money(one) < Money(other)) == (one < other)


@pytest.mark.parametrize(
    ("text", "fen"), [("0.00", 0), ("0.01", 1), ("1024.80", 102480), ("-0.01", -1), ("-3.20", -320)]
)
def test_an_amount_is_yuan_with_two_places(text: str, fen: int) -> None:
    assert Money.parse(text) == Money(fen)
    assert str(Money(fen)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.0",
        "1.000",
        ".50",
        "01.00",
        "+1.00",
        "1,024.80",
        "1e3",
        "1.00 ",
        " 1.00",
        "１.００",
        "--1.00",
        "1.00\n",
        "NaN",
    ],
)
def test_no_other_form_is_an_amount(text: str) -> None:
    with pytest.raises(ValueError, match="yuan"):
        Money.parse(text)


@pytest.mark.parametrize("yuan", ["0.001", "10.005", "-0.001"])
def test_a_fraction_of_a_fen_is_never_lost_in_silence(yuan: str) -> None:
    with pytest.raises(ValueError, match="whole number of fen"):
        Money.from_yuan(Decimal(yuan))


@given(MONTHS, FEW)
def test_months_are_counted_across_years(month: Month, more: int) -> None:
    later = month + more
    assert later - month == more
    assert (later > month) == (more > 0)
    assert (later >= month) == (more >= 0)


@given(MONTHS)
def test_a_month_is_read_back_from_what_it_shows_and_knows_its_days(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.of(month.first_day) == month
    assert month.first_day == date(month.year, month.number, 1)


@given(st.dates(date(1000, 1, 1), date(9999, 11, 30)))
def test_a_day_lies_between_the_first_and_the_last_of_its_month(day: date) -> None:
    month = Month.of(day)
    assert month.first_day <= day <= month.last_day
    assert Month.of(date.fromordinal(month.last_day.toordinal() + 1)) == month + 1


@pytest.mark.parametrize(("text", "last"), [("2024-02", 29), ("2026-02", 28), ("2100-02", 28), ("2026-12", 31)])
def test_the_last_day_of_a_month_is_that_of_the_calendar(text: str, last: int) -> None:
    assert Month.parse(text).last_day.day == last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-1",
        "2026-00",
        "2026-13",
        "202601",
        "26-01",
        "0999-01",
        "2026-01-01",
        "２０２６-01",
        "2026-01\n",
    ],
)
def test_no_other_form_is_a_month(text: str) -> None:
    with pytest.raises(ValueError, match="a month such as"):
        Month.parse(text)


def test_a_region_widens_from_the_county_to_the_province() -> None:
    region = Region.parse("330106")
    assert (str(region), region.province) == ("330106", "33")
    assert region.widening == ("330106", "3301", "33")


@pytest.mark.parametrize(
    "code", ["", "33", "3301", "33010", "3301066", "033010", "33010a", "３３０１０６", "330106\n", " 330106"]
)
def test_no_other_form_is_a_region(code: str) -> None:
    for make in (Region, Region.parse):
        with pytest.raises(ValueError, match="six digits"):
            make(code)


@given(st.dates(date(1000, 1, 1)))
def test_a_date_is_read_back_from_its_iso_form(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@given(instants())
def test_an_instant_is_read_back_with_its_offset(instant: datetime) -> None:
    found = parse_instant(instant.isoformat())
    assert found == instant
    assert found.utcoffset() == instant.utcoffset()


def test_an_instant_in_utc_may_end_in_z() -> None:
    assert parse_instant("2026-01-31T00:00:00Z") == datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_date, "2026-02-30"),
        (parse_date, "2026-1-31"),
        (parse_date, "20260131"),
        (parse_date, "2026-W05-6"),
        (parse_date, "2026-01-31T00:00:00Z"),
        (parse_date, "２０２６-01-31"),
        (parse_date, ""),
        (parse_instant, "2026-01-31T08:00:00"),
        (parse_instant, "2026-01-31 08:00:00Z"),
        (parse_instant, "2026-01-31T24:00:00Z"),
        (parse_instant, "2026-01-31T08:00:60Z"),
        (parse_instant, "2026-01-31T08:00Z"),
        (parse_instant, "2026-01-31T08:00:00+25:00"),
        (parse_instant, "2026-01-31T08:00:00.1234567Z"),
        (parse_instant, "2026-02-30T08:00:00Z"),
        (parse_instant, "2026-01-31"),
        (parse_instant, ""),
    ],
)
def test_no_other_form_is_a_date_or_an_instant(parse: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        parse(text)


@pytest.mark.parametrize("value", [Money(1), Month.parse("2026-01"), Region("330106")])
def test_a_value_cannot_be_changed_and_serves_as_a_key(value: Any) -> None:
    (name,) = value.__slots__
    with pytest.raises((AttributeError, TypeError)):
        setattr(value, name, 0)
    assert {value: True}[value]


@pytest.mark.parametrize(
    ("day", "plain", "adjusted"),
    [("2026-01-01", "2026-01", "2025-12"), ("2026-11-30", "2026-11", "2025-12"), ("2026-12-31", "2026-12", "2026-12")],
)
def test_money_of_the_adjustment_period_is_booked_in_the_december_that_was_last(
    day: str, plain: str, adjusted: str
) -> None:
    assert str(Month.booked(date.fromisoformat(day), adjustment=False)) == plain
    assert str(Month.booked(date.fromisoformat(day), adjustment=True)) == adjusted
