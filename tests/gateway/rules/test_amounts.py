from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.model.codes import Cycle, Payer
from gateway.model.platform import Contribution
from gateway.model.values import Money, Month
from gateway.rules.amounts import MonthAmount, Part, check_cycle, last_month, month_amount, preview, total
from gateway.rules.base import contribution_base
from gateway.rules.law import Law, Question
from gateway.rules.rounding import Rounding, rounded

Asking = Callable[..., Question]
Overlaid = Callable[[str], Law]
NOW = date(2025, 8, 1)


def asked(grade: int = 60, cycle: str = "monthly", wage: str | None = None) -> Contribution:
    return Contribution(grade, Cycle(cycle), Money.parse(wage) if wage else None)


def month(law: Law, ask: Asking, insurance: str, region: str, when: str, grade: int) -> MonthAmount:
    return month_amount(ask(law, insurance, region, NOW), Month.parse(when), asked(grade))


@pytest.mark.parametrize(
    ("insurance", "grade", "amount"),
    [
        ("pension", 300, "7162.20"),
        ("unemployment", 300, "358.11"),
        ("pension", 60, "1432.40"),
        ("unemployment", 60, "71.62"),
    ],
)
def test_v1_beijing_2025_at_both_bounds(shipped: Law, ask: Asking, insurance: str, grade: int, amount: str) -> None:
    assert str(month(shipped, ask, insurance, "110105", "2025-08", grade).amount) == amount


def test_beijing_medical_is_a_fixed_amount_and_has_no_base(shipped: Law, ask: Asking) -> None:
    of_month = month(shipped, ask, "medical", "110105", "2025-08", 60)
    assert (str(of_month.amount), of_month.base.amount.fen) == ("584.92", 0)


@pytest.mark.parametrize(("grade", "base"), [(60, "5124.00"), (300, "25620.00"), (100, "8540.00")])
def test_v2_tianjin_base_is_the_grade_of_the_reference_wage(shipped: Law, ask: Asking, grade: int, base: str) -> None:
    assert str(month(shipped, ask, "pension", "120101", "2025-08", grade).base.amount) == base


def test_v3_tianjin_at_60_percent_by_month_and_by_year(shipped: Law, ask: Asking) -> None:
    months = [month(shipped, ask, "pension", "120101", f"2025-{n:02d}", 60).amount for n in range(1, 13)]
    assert str(months[0]) == "1024.80"
    assert str(total(months)) == "12297.60"


def test_v4_the_year_is_twelve_times_the_rounded_month(shipped: Law, ask: Asking) -> None:
    both = [
        month(shipped, ask, insurance, "120101", f"2025-{n:02d}", 60).amount
        for n in range(1, 13)
        for insurance in ("pension", "medical")
    ]
    medical = month(shipped, ask, "medical", "120101", "2025-08", 60)
    assert [(share.name, str(share.amount)) for share in medical.shares] == [("rate", "384.30"), ("fixed", "21.67")]
    assert str(total(both[:2])) == "1430.77"
    assert str(total(both)) == "17169.24"


def test_where_only_bounds_are_known_another_grade_needs_a_wage(shipped: Law, ask: Asking) -> None:
    question = ask(shipped, "pension", "110105", NOW)
    with pytest.raises(GatewayError) as raised:
        contribution_base(question, asked(100))
    assert raised.value.kind.code == "wage_needed"
    assert str(contribution_base(question, asked(100, wage="9000.00")).amount) == "9000.00"
    assert str(contribution_base(question, asked(100, wage="3000.00")).amount) == "7162.00"
    assert str(contribution_base(question, asked(100, wage="90000.00")).amount) == "35811.00"


def test_guangzhou_has_a_lower_bound_of_its_own(shipped: Law, ask: Asking) -> None:
    assert str(contribution_base(ask(shipped, "pension", "440106", NOW), asked()).amount) == "5510.00"
    assert str(contribution_base(ask(shipped, "pension", "440303", NOW), asked()).amount) == "4775.00"


def test_a_grade_that_is_not_on_offer_is_refused_with_those_that_are(shipped: Law, ask: Asking) -> None:
    for region, grade, offered in (("330106", 70, "60, 80, 90, 100"), ("110105", 59, "60-300")):
        with pytest.raises(GatewayError) as raised:
            contribution_base(ask(shipped, "pension", region, NOW), asked(grade))
        assert raised.value.kind.code == "grade_not_offered"
        assert raised.value.params["offered"].startswith(offered)


@pytest.mark.parametrize(
    ("region", "on", "parameter"),
    [
        ("330106", date(2025, 8, 1), "base_bounds/pension"),  # Zhejiang's published pair contradicts itself
        ("110105", date(2026, 7, 1), "base_bounds/pension"),  # Beijing's period is over and nothing carries it on
        ("310101", date(2025, 8, 1), "base_bounds/pension"),
    ],
)
def test_a_base_that_nobody_published_is_missing_by_name(
    shipped: Law, ask: Asking, region: str, on: date, parameter: str
) -> None:
    with pytest.raises(GatewayError) as raised:
        contribution_base(ask(shipped, "pension", region, on), asked())
    assert raised.value.params == {"parameter": parameter, "region": region, "date": on.isoformat()}


@pytest.mark.parametrize(
    ("start", "cycle", "last"),
    [
        ("2026-01", "monthly", "2026-01"),
        ("2026-02", "quarterly", "2026-03"),
        ("2026-03", "quarterly", "2026-03"),
        ("2026-05", "half_yearly", "2026-06"),
        ("2026-07", "half_yearly", "2026-12"),
        ("2026-01", "yearly", "2026-12"),
        ("2026-12", "yearly", "2026-12"),
    ],
)
def test_a_payment_covers_the_months_to_the_end_of_its_calendar_period(start: str, cycle: str, last: str) -> None:
    assert str(last_month(Month.parse(start), Cycle(cycle))) == last


@given(st.integers(2020 * 12, 2040 * 12), st.sampled_from(list(Cycle)))
def test_the_next_payment_begins_a_whole_period(ordinal: int, cycle: Cycle) -> None:
    start = Month(ordinal)
    following = last_month(start, cycle) + 1
    assert start < following <= start + cycle.months
    assert last_month(following, cycle) - following == cycle.months - 1


def test_a_preview_lists_components_months_total_and_due_date(demo: Law, ask: Asking) -> None:
    question = ask(demo, "medical", "430102", date(2026, 2, 10))
    levy = preview(question, Month.parse("2026-02"), asked(100, "quarterly"), date(2026, 2, 10))
    assert [(share.name, share.payer, str(share.amount)) for share in levy.components] == [
        ("rate", Payer.WORKER, "840.00"),
        ("fixed", Payer.WORKER, "10.00"),
    ]
    assert (str(levy.monthly), str(levy.total), len(levy.months)) == ("425.00", "850.00", 2)
    assert (str(levy.first), str(levy.last), levy.due, levy.due_certain) == (
        "2026-02",
        "2026-03",
        date(2026, 3, 25),
        True,
    )
    assert levy.share_of(Payer.WORKER) == levy.total
    assert levy.share_of(Payer.PLATFORM) == Money(0)
    assert levy.invented
    assert "invented" in levy.explanation.en
    assert "虚构" in levy.explanation.zh


def test_a_cycle_that_is_not_on_offer_is_refused(overlaid: Overlaid, ask: Asking) -> None:
    law = overlaid(
        """
        values:
          - {parameter: cycles, region: "33", insurance: pension, from: 2026-01-01, grade: invented, instrument: test,
             content: {offered: [monthly]}}
        """
    )
    with pytest.raises(GatewayError) as raised:
        check_cycle(ask(law, "pension", "330106", date(2026, 2, 1)), Cycle.YEARLY)
    assert raised.value.params["offered"] == "monthly"


HALF_YEARS = """
defaults: {region: "33", insurance: pension, grade: invented, instrument: test}
values:
  - {parameter: due_date, from: 2026-01-01, content: {day: 25, anchor: last, offset: 0, moved: stays}}
  - {parameter: base_bounds, from: 2026-01-01, to: 2026-06-30, carry_forward: carry notice,
     content: {lower: 5000, upper: 20000, lower_grade: 60, upper_grade: 300}}
"""


def test_months_behind_the_published_period_are_reckoned_provisionally_and_said_so(
    overlaid: Overlaid, ask: Asking
) -> None:
    question = ask(overlaid(HALF_YEARS), "pension", "330203", date(2026, 5, 1))
    published = preview(question, Month.parse("2026-05"), asked(60, "half_yearly"), date(2026, 5, 1))
    crossing = preview(question, Month.parse("2026-05"), asked(60, "yearly"), date(2026, 5, 1))
    assert (published.provisional, crossing.provisional) == (False, True)
    assert (str(published.total), str(crossing.total)) == ("2000.00", "8000.00")
    assert "carry notice" in crossing.explanation.en
    assert "暂行" in crossing.explanation.zh
    assert "暂行" not in published.explanation.zh


def test_each_month_of_a_cycle_is_reckoned_by_its_own_values(overlaid: Overlaid, ask: Asking) -> None:
    law = overlaid(
        HALF_YEARS
        + """
  - {parameter: base_bounds, from: 2026-07-01, content: {lower: 6000, upper: 20000, lower_grade: 60, upper_grade: 300}}
"""
    )
    question = ask(law, "pension", "330203", date(2026, 5, 1))
    levy = preview(question, Month.parse("2026-05"), asked(60, "yearly"), date(2026, 5, 1))
    assert [str(each.amount) for each in levy.months] == ["1000.00"] * 2 + ["1200.00"] * 6
    assert (str(levy.base), str(levy.monthly), str(levy.total)) == ("5000.00", "1000.00", "9200.00")
    assert not levy.provisional
    assert "5000.00" in levy.explanation.en
    assert "6000.00" in levy.explanation.en


@given(st.integers(0, 60_000_00), st.integers(0, 60_000_00))
def test_the_base_never_falls_as_the_wage_rises_and_stays_within_its_bounds(
    shipped: Law, ask: Asking, one: int, other: int
) -> None:
    question = ask(shipped, "pension", "110105", NOW)
    low, high = (
        contribution_base(question, Contribution(100, Cycle.MONTHLY, Money(fen))).amount for fen in sorted((one, other))
    )
    assert Money.parse("7162.00") <= low <= high <= Money.parse("35811.00")


@given(st.integers(60, 300), st.integers(60, 300))
def test_the_base_never_falls_as_the_grade_rises(shipped: Law, ask: Asking, one: int, other: int) -> None:
    question = ask(shipped, "pension", "120101", NOW)
    low, high = (contribution_base(question, asked(grade)).amount for grade in sorted((one, other)))
    assert Money.parse("5124.00") <= low <= high <= Money.parse("25620.00")


CONTRIBUTIONS = st.builds(
    Contribution, st.sampled_from([60, 70, 80, 90, 100, 150, 200, 250, 300]), st.sampled_from(list(Cycle))
)
INSURANCES = ["pension", "medical", "unemployment", "maternity", "resident_pension", "resident_medical"]
PLACES = st.tuples(
    st.sampled_from(INSURANCES), st.sampled_from(["110105", "120101", "330106", "430102", "440106", "440303"])
)


@given(PLACES, CONTRIBUTIONS, st.integers(0, 11))
def test_components_sum_to_the_amount_of_every_month_and_of_the_whole(
    demo: Law, ask: Asking, place: tuple[str, str], contribution: Contribution, offset: int
) -> None:
    start = Month.parse("2026-01") + offset
    levy = preview(ask(demo, *place, start.first_day), start, contribution, start.first_day)
    assert levy.total == total(share.amount for share in levy.components)
    assert levy.total == total(each.amount for each in levy.months)
    assert all(each.amount == total(share.amount for share in each.shares) for each in levy.months)
    assert levy.total.fen > 0
    assert levy.due >= start.first_day


@given(st.decimals(0, 100000, places=6), st.sampled_from(list(Rounding)))
def test_every_named_rounding_gives_whole_fen_in_its_own_direction(yuan: Decimal, how: Rounding) -> None:
    result = rounded(yuan, how)
    assert Money.from_yuan(result).yuan == result
    if how.value.startswith("down"):
        assert result <= yuan
    elif how.value.startswith("up"):
        assert result >= yuan


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("half_up_fen", "0.13"),
        ("half_even_fen", "0.12"),
        ("down_fen", "0.12"),
        ("up_fen", "0.13"),
        ("half_up_jiao", "0.10"),
        ("down_jiao", "0.10"),
        ("half_up_yuan", "0.00"),
        ("down_yuan", "0.00"),
        ("up_yuan", "1.00"),
    ],
)
def test_roundings_of_an_eighth_of_a_yuan(how: str, expected: str) -> None:
    assert str(Money.from_yuan(rounded(Decimal("0.125"), Rounding(how)))) == expected


def test_a_component_is_a_rate_or_one_amount() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Part("rate", Payer.WORKER, Rounding.HALF_UP_FEN)
    with pytest.raises(ValueError, match="exactly one"):
        Part("rate", Payer.WORKER, Rounding.HALF_UP_FEN, rate=Decimal("0.2"), monthly=Decimal(5))
