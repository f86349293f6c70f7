from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mapping.converters import CONVERTERS
from gateway.model.codes import IdType
from gateway.model.values import Money, Month, Region

AMOUNTS = st.integers(-(10**17) + 1, 10**17 - 1).map(Money)
MONTHS = st.integers(1000 * 12, 9999 * 12 + 11).map(Month)
DAYS = st.dates(date(1000, 1, 1))
SECONDS = st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zones are given
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "yuan": AMOUNTS,
    "yuan_number": AMOUNTS,
    "month6": MONTHS,
    "first_day": MONTHS,
    "last_day": MONTHS,
    "date8": DAYS,
    "date_iso": DAYS,
    "date14": DAYS,
    "stamp14": SECONDS.map(lambda value: value.replace(microsecond=0)),
    "stamp_ms": SECONDS.map(lambda value: value.replace(microsecond=0)),
    "digits": st.integers(1, 10**15 - 1).map(str),
    "region": st.integers(100000, 999999).map(lambda code: Region(str(code))),
    "number": st.integers(0, 10**9),
    "text": st.text("字a·&< \n", min_size=1, max_size=20),
}


@pytest.mark.parametrize("name", sorted(VALUES))
@given(st.data())
def test_what_a_converter_writes_it_reads_as_it_was(name: str, data: st.DataObject) -> None:
    converter, value = CONVERTERS[name](None), data.draw(VALUES[name])
    assert converter.read(converter.write(value)) == value


ANYTHING = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.none(),
    st.booleans(),
    st.decimals(),
    st.lists(st.integers()),
    st.floats(),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{6,14}|-?[0-9]{1,20}(\.[0-9]{0,4})?", fullmatch=True),
)


@pytest.mark.parametrize("name", sorted(CONVERTERS))
@given(value=ANYTHING)
def test_a_converter_reads_or_refuses_and_never_fails_otherwise(name: str, value: Any) -> None:
    converter = CONVERTERS[name](None)
    try:
        made = converter.read(value)
    except ValueError:
        made = None
    assert made is None or isinstance(made, str | int | Money | Month | Region | date)


@pytest.mark.parametrize(
    ("name", "told", "meant"),
    [
        ("yuan", "1024.8", Money(102480)),
        ("yuan", "1024", Money(102400)),
        ("yuan", "-0.05", Money(-5)),
        ("yuan", "１０２４．８０", Money(102480)),
        ("yuan_number", Decimal("1024.8"), Money(102480)),
        ("yuan_number", Decimal("1.0248E+3"), Money(102480)),
        ("yuan_number", 3000, Money(300000)),
        ("yuan_number", "810.60", Money(81060)),
        ("month6", "２０２６01", Month.parse("2026-01")),
        ("date14", "20340301", date(2034, 3, 1)),
        ("date14", "20340301000000", date(2034, 3, 1)),
        ("stamp14", "20260105093000", datetime(2026, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=8)))),
        ("stamp_date8", "20260105", datetime(2026, 1, 4, 16, tzinfo=UTC)),
        ("stamp_ms", 1767578400000, datetime(2026, 1, 5, 2, tzinfo=UTC)),
        ("last_day", "2028-02-29", Month.parse("2028-02")),
        ("last_day", "9999-12-31", Month.parse("9999-12")),
        ("id_type_by_form", "810000199001010019", IdType.HMT_PERMIT),
        ("id_type_by_form", "911124198108030024", IdType.PERMANENT_RESIDENCE),
        ("id_type_by_form", "ABC123456789012", IdType.PERMANENT_RESIDENCE),
        ("id_type_by_form", "43010219900307101ｘ", IdType.RESIDENT_ID),
        ("name", "王\ue863", "王䶮"),
        ("text", "王\ue863", "王\ue863"),
    ],
)
def test_a_form_means_what_the_facts_say(name: str, told: Any, meant: Any) -> None:
    assert CONVERTERS[name](None).read(told) == meant


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("yuan", "1024.805"),
        ("yuan", "1,024.80"),
        ("yuan", ""),
        ("yuan_number", Decimal("0.001")),
        ("yuan_number", Decimal("Infinity")),
        ("yuan_number", Decimal("1E+999999999")),
        ("yuan_number", 0.1),
        ("yuan_number", True),
        ("month6", "202613"),
        ("first_day", "2026-01-02"),
        ("last_day", "2026-02-27"),
        ("date8", "20260230"),
        ("date8", "00000000"),
        ("date_iso", "2026-W01-1"),
        ("stamp14", "20260105250000"),
        ("stamp_ms", 10**20),
        ("digits", 10**15),
        ("digits", "007"),
        ("digits", -1),
        ("number", "９９九"),
        ("region", "4301"),
        ("text", "a\x00b"),
        ("text", "a\ud800b"),
        ("login_function", "F20.01"),
    ],
)
def test_what_is_not_in_the_form_is_refused(name: str, told: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        CONVERTERS[name](None).read(told)


def test_a_refusal_does_not_quote_the_value() -> None:
    with pytest.raises(ValueError, match="form") as raised:
        CONVERTERS["date8"](None).read("430102199003071015")
    assert "430102" not in str(raised.value)
