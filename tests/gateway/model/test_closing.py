"""Days, months and years by their text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.closing import ClosingKind, Period
from gateway.model.values import Month


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026-02-09", ClosingKind.DAY, "2026-02-09", "2026-02-09"),
        ("2026-02", ClosingKind.MONTH, "2026-02-01", "2026-02-28"),
        ("2026", ClosingKind.YEAR, "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_says_its_first_and_last_day(text: str, kind: ClosingKind, first: str, last: str) -> None:
    period = Period.parse(text)
    assert (period.kind, period.first.isoformat(), period.last.isoformat(), str(period)) == (kind, first, last, text)


@pytest.mark.parametrize("text", ["", "26", "2026-13", "2026-02-30", "0026", "２０２６", "2026-W01", "2026-02-9"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        Period.parse(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_the_text_of_a_period_reads_back(day: date) -> None:
    assert Period.parse(str(Period.of(day))) == Period.of(day)
    month = Period.of_month(Month.of(day))
    assert Period.parse(str(month)) == month
