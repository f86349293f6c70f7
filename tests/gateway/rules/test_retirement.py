from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.values import Month
from gateway.rules.law import Law
from gateway.rules.retirement import RETIREMENT_AGES, Age, RetirementAges, retirement_month

# Birth month, age, month of retirement. Reckoned by hand from the decision's rule (a month for every 4, or 2, months of
# birth); the decision's own annexes were not at hand to copy from.
TABLE = [
    ("men", "1964-12", 60, 0, "2024-12"),
    ("men", "1965-01", 60, 1, "2025-02"),
    ("men", "1965-04", 60, 1, "2025-05"),
    ("men", "1965-05", 60, 2, "2025-07"),
    ("men", "1970-08", 61, 5, "2032-01"),
    ("men", "1976-08", 62, 11, "2039-07"),
    ("men", "1976-09", 63, 0, "2039-09"),
    ("men", "1990-01", 63, 0, "2053-01"),
    ("women_55", "1969-12", 55, 0, "2024-12"),
    ("women_55", "1970-01", 55, 1, "2025-02"),
    ("women_55", "1970-05", 55, 2, "2025-07"),
    ("women_55", "1981-08", 57, 11, "2039-07"),
    ("women_55", "1981-09", 58, 0, "2039-09"),
    ("women_50", "1974-12", 50, 0, "2024-12"),
    ("women_50", "1975-01", 50, 1, "2025-02"),
    ("women_50", "1975-02", 50, 1, "2025-03"),
    ("women_50", "1975-03", 50, 2, "2025-05"),
    ("women_50", "1984-10", 54, 11, "2039-09"),
    ("women_50", "1984-11", 55, 0, "2039-11"),
]
FINAL_YEARS = {"men": 63, "women_55": 58, "women_50": 55}


@pytest.fixture(scope="module")
def ages(shipped: Law) -> RetirementAges:
    return shipped.rules.find(RETIREMENT_AGES, "", date(2026, 1, 1)).content


def age_of(ages: RetirementAges, category: str) -> Age:
    age = getattr(ages, category)
    assert isinstance(age, Age)
    return age


@pytest.mark.parametrize(("category", "birth", "years", "months", "retires"), TABLE)
def test_the_age_follows_the_rule_of_the_decision_row_by_row(
    ages: RetirementAges, category: str, birth: str, years: int, months: int, retires: str
) -> None:
    age = age_of(ages, category)
    assert age.at_birth(Month.parse(birth)) == years * 12 + months
    assert str(retirement_month(age, Month.parse(birth).first_day)) == retires


@pytest.mark.parametrize("category", list(FINAL_YEARS))
def test_the_age_rises_by_at_most_a_month_a_month_and_ends_exactly_where_the_decision_ends(
    ages: RetirementAges, category: str
) -> None:
    births = [Month.parse("1960-01") + n for n in range(480)]
    reached = [age_of(ages, category).at_birth(birth) for birth in births]
    steps = {later - earlier for earlier, later in pairwise(reached)}
    assert steps == {0, 1}
    assert reached[-1] == FINAL_YEARS[category] * 12


@given(st.integers(0, 600))
def test_nobody_born_later_retires_earlier(offset: int) -> None:
    age = Age(months=720, postponed_from=date(1965, 1, 1), every=4, until=756)
    birth = Month.parse("1950-01") + offset
    assert birth + age.at_birth(birth) < birth + 1 + age.at_birth(birth + 1)


def test_before_2025_nothing_was_postponed(shipped: Law) -> None:
    ages = shipped.rules.find(RETIREMENT_AGES, "", date(2024, 12, 31)).content
    assert [ages.men.at_birth(Month.parse("1990-01")), ages.women_50.at_birth(Month.parse("1990-01"))] == [720, 600]


def test_the_decision_is_named_as_the_source(shipped: Law) -> None:
    value = shipped.rules.find(RETIREMENT_AGES, "", date(2025, 1, 1)).value
    assert "全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定" in value.instrument
