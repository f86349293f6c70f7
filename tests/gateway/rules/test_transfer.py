from datetime import date
from decimal import Decimal

import pytest

from gateway.model.values import Money
from gateway.rules.benefits import (
    DEATH_GRANT,
    DISPOSABLE_INCOME,
    PENSION_FORMULA,
    Record,
    death_grant,
    monthly_pension,
)
from gateway.rules.law import Law
from gateway.rules.transfer import ACCOUNT_SPLIT, PAYING_PLACE, Paying, Stay, moved_money, paying_place

ON = date(2025, 1, 1)


def test_v7_a_pension_of_hebei_2024(shipped: Law) -> None:
    formula = shipped.rules.find(PENSION_FORMULA, "130102", date(2024, 12, 31)).content
    record = Record(Money.parse("7265.00"), Decimal("0.6"), Decimal(25), Money.parse("94093.20"), 60)
    basic, account = monthly_pension(formula, record)
    assert [str(each) for each in (basic, account, basic + account)] == ["1453.00", "676.93", "2129.93"]


@pytest.mark.parametrize(
    ("year", "amount"),
    [(2022, "948240.00"), (2023, "985660.00"), (2024, "1036420.00"), (2025, "1083760.00"), (2026, "1130040.00")],
)
def test_v8_twenty_times_the_disposable_income(shipped: Law, year: int, amount: str) -> None:
    on = date(year, 8, 1)
    rule, income = (
        shipped.rules.find(DEATH_GRANT, "", on).content,
        shipped.rules.find(DISPOSABLE_INCOME, "", on).content,
    )
    assert str(death_grant(rule, income)) == amount


def test_v9_what_moves_is_principal_by_month(shipped: Law) -> None:
    split = shipped.rules.find(ACCOUNT_SPLIT, "440106", ON).content
    assert [str(each) for each in moved_money(split, [(Money.parse("5000.00"), 24)])] == ["9600.00", "14400.00"]


@pytest.mark.parametrize(
    ("registered", "stays", "paid_in", "step"),
    [
        ("33", [Stay("44", 120), Stay("11", 168), Stay("31", 96)], "11", 3),  # V10, 老葛
        ("31", [Stay("44", 120), Stay("11", 168), Stay("31", 96)], "31", 1),
        ("33", [Stay("44", 120), Stay("31", 120)], "31", 2),
        ("33", [Stay("44", 119), Stay("31", 119)], "33", 4),
        ("33", [Stay("44", 60), Stay("31", 12), Stay("44", 60), Stay("11", 12)], "44", 3),
        ("33", [Stay("44", 200, temporary=True), Stay("31", 119)], "33", 4),
        ("33", [], "33", 1),
    ],
)
def test_v10_the_place_that_pays(shipped: Law, registered: str, stays: list[Stay], paid_in: str, step: int) -> None:
    rule = shipped.rules.find(PAYING_PLACE, "", ON).content
    assert paying_place(rule, registered, stays) == Paying(paid_in, step)
