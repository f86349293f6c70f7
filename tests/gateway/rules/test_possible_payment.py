from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, Payer
from gateway.model.tax import Component, Receipt
from gateway.model.tax_payments import CorrectPayment, PostPayment, ReversePayment
from gateway.model.values import Money, Month
from gateway.rules.possible_payment import check_levy, check_notice, check_receipt

TODAY = date(2026, 11, 10)
NOVEMBER = Month.parse("2026-11")
PAID = Receipt(
    voucher_number="3300",
    amount=Money(96000),
    insurance=Insurance.PENSION,
    first=NOVEMBER,
    last=NOVEMBER,
    accounting_month=NOVEMBER,
    collected_on=TODAY,
)


def reason_of(check: Callable[[], None]) -> str:
    with pytest.raises(GatewayError) as problem:
        check()
    assert problem.value.kind.code == "payment_impossible"
    return str(problem.value.params["reason"])


def test_a_payment_as_bureaus_tell_of_them_is_possible() -> None:
    parts = (Component("rate", Payer.WORKER, Money(95000)), Component("late_fee", Payer.WORKER, Money(1000)))
    for receipt in (
        PAID,
        replace(PAID, components=parts),
        replace(PAID, accounting_month=NOVEMBER + 1),
        replace(PAID, treasury_on=date(2026, 11, 12)),
    ):
        check_receipt(receipt, TODAY)
        check_levy(receipt, Insurance.PENSION, NOVEMBER, NOVEMBER + 2)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (replace(PAID, amount=Money(0)), "its amount is 0.00 yuan"),
        (replace(PAID, amount=Money(-96000)), "its amount is -960.00 yuan"),
        (
            replace(PAID, components=(Component("rate", Payer.WORKER, Money(1)),)),
            "its components come to 0.01 yuan, not to 960.00",
        ),
        (replace(PAID, first=NOVEMBER + 1), "its months end with 2026-11, before 2026-12"),
        (replace(PAID, collected_on=date(2026, 11, 11)), "2026-11-11 has not come"),
        (replace(PAID, accounting_month=NOVEMBER + 2), "booked in 2027-01, more than a month ahead"),
        (
            replace(PAID, treasury_on=date(2026, 11, 9)),
            "posted on 2026-11-09, before it was collected on 2026-11-10",
        ),
    ],
)
def test_what_nobody_can_have_paid_is_told_with_its_reason(told: Receipt, reason: str) -> None:
    assert reason_of(lambda: check_receipt(told, TODAY)) == reason


def test_a_payment_is_none_of_a_levy_of_another_insurance_or_of_other_months() -> None:
    said = reason_of(lambda: check_levy(PAID, Insurance.MEDICAL, NOVEMBER, NOVEMBER))
    assert said == "the levy whose number it bears is of medical, not of pension"
    said = reason_of(lambda: check_levy(PAID, Insurance.PENSION, NOVEMBER + 1, NOVEMBER + 3))
    assert said == "the levy whose number it bears is for 2026-12 to 2027-02"


TAKEN_BACK = ReversePayment("CZ1", "3300", Insurance.PENSION, NOVEMBER, Money(96000), TODAY, NOVEMBER, "冲正")
POSTED = PostPayment("RK1", "3300", Insurance.PENSION, NOVEMBER, Money(96000), TODAY, NOVEMBER)
CORRECTED = CorrectPayment("GZ1", "3300", Insurance.PENSION, NOVEMBER, TODAY, "更正")


@pytest.mark.parametrize("notice", [TAKEN_BACK, POSTED])
def test_nothing_and_less_than_nothing_cannot_be_taken_back_or_posted(notice: ReversePayment | PostPayment) -> None:
    check_notice(notice, TODAY)
    assert reason_of(lambda: check_notice(replace(notice, amount=Money(0)), TODAY)) == "its amount is 0.00 yuan"
    assert reason_of(lambda: check_notice(replace(notice, amount=Money(-1)), TODAY)) == "its amount is -0.01 yuan"


@pytest.mark.parametrize("notice", [TAKEN_BACK, POSTED, CORRECTED])
def test_nothing_has_become_of_a_payment_on_a_day_that_has_not_come(
    notice: ReversePayment | PostPayment | CorrectPayment,
) -> None:
    check_notice(notice, TODAY)
    assert reason_of(lambda: check_notice(notice, date(2026, 11, 9))) == "2026-11-10 has not come"
    ahead = replace(notice, accounting_month=NOVEMBER + 2)
    assert reason_of(lambda: check_notice(ahead, TODAY)) == "booked in 2027-01, more than a month ahead"
