from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from typing import Literal

import pytest

from gateway.errors import GatewayError
from gateway.model.values import Month
from gateway.rules.cover import (
    CHINA,
    MONTH_LOCK,
    PayableUntil,
    check_saved,
    check_start,
    closure,
    cover_starts,
    last_saving_day,
    payable_until,
    reopens,
)
from gateway.rules.duties import Assessor, Teller, who_assesses, who_tells_province
from gateway.rules.law import Law, Question

Asking = Callable[..., Question]
Overlaid = Callable[[str], Law]
TODAY = date(2026, 11, 22)

RULES = """
defaults: {from: 2020-01-01, grade: invented, instrument: test}
values:
  - {parameter: cover_start, region: "33", content: {rule: paid_month}}
  - {parameter: cover_start, region: "43", content: {rule: month_after_payment}}
  - {parameter: cover_start, region: "44", insurance: medical, content: {rule: nth_month, nth: 7}}
  - {parameter: month_lock, region: ["33", "3702"], content: {day: 19, offset: 0, moved: previous_working_day}}
  - {parameter: month_lock, region: "3702", insurance: medical, content: {day: 31, offset: 0, moved: stays}}
  - {parameter: payable_until, region: "33", content: {day: 31, offset: 2}}
  - {parameter: payable_until, region: "43", content: {fixed: 2022-01-31}}
"""


@pytest.fixture(scope="module")
def law(overlaid: Overlaid) -> Law:
    return overlaid(RULES)


@pytest.mark.parametrize(
    ("region", "insurance", "paid", "starts"),
    [
        ("330106", "pension", date(2026, 1, 20), date(2026, 1, 1)),
        ("330106", "pension", date(2026, 3, 20), date(2026, 1, 1)),
        ("430102", "medical", date(2026, 1, 20), date(2026, 2, 1)),
        ("430102", "medical", date(2025, 12, 20), date(2026, 1, 1)),
        ("440106", "medical", date(2026, 1, 20), date(2026, 8, 1)),
    ],
)
def test_cover_starts_by_the_rule_of_insurance_and_region(
    law: Law, ask: Asking, region: str, insurance: str, paid: date, starts: date
) -> None:
    assert cover_starts(ask(law, insurance, region, TODAY), Month.parse("2026-01"), paid) == starts


def test_a_month_is_saved_until_its_lock_or_the_working_day_before(law: Law, ask: Asking) -> None:
    question = ask(law, "pension", "330106", TODAY)
    assert last_saving_day(question, Month.parse("2026-11")) == date(2026, 11, 19)
    assert last_saving_day(question, Month.parse("2026-09")) == date(2026, 9, 18)


def test_a_closure_that_runs_into_the_lock_ends_the_time_earlier(law: Law, ask: Asking) -> None:
    assert last_saving_day(ask(law, "medical", "370202", TODAY), Month.parse("2022-12")) == date(2022, 12, 29)
    assert last_saving_day(ask(law, "medical", "370202", TODAY), Month.parse("2022-11")) == date(2022, 11, 30)


@pytest.mark.parametrize(
    ("what", "at", "shut"),
    [
        ("registration", "2022-12-30T17:59:00+08:00", False),
        ("registration", "2022-12-30T18:00:00+08:00", True),
        ("registration", "2022-12-31T00:30:00+00:00", True),
        ("payment", "2022-12-31T11:59:00+08:00", False),
        ("payment", "2022-12-31T04:00:00+00:00", True),
        ("registration", "2023-01-05T06:00:00+08:00", False),
    ],
)
def test_qingdao_was_shut_over_the_turn_of_2022(
    shipped: Law, ask: Asking, what: Literal["registration", "payment"], at: str, shut: bool
) -> None:
    found = closure(ask(shipped, "pension", "370202", TODAY), what, datetime.fromisoformat(at))
    assert (found is not None) is shut


def test_an_unpaid_month_stays_payable_until_its_dated_limit(law: Law, ask: Asking) -> None:
    assert payable_until(ask(law, "pension", "330106", TODAY), Month.parse("2026-12")) == date(2027, 2, 28)
    assert payable_until(ask(law, "pension", "430102", TODAY), Month.parse("2021-03")) == date(2022, 1, 31)
    with pytest.raises(ValueError, match="exactly one"):
        PayableUntil()


def test_a_limit_that_nobody_published_is_missing(shipped: Law, ask: Asking) -> None:
    with pytest.raises(GatewayError) as raised:
        payable_until(ask(shipped, "pension", "330106", TODAY), Month.parse("2026-01"))
    assert raised.value.params["parameter"] == "payable_until/pension"


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-10", "start_in_past"), ("2026-11", ""), ("2027-02", ""), ("2027-03", "start_too_far")],
)
def test_a_first_month_lies_in_the_window_on_offer(demo: Law, ask: Asking, start: str, code: str) -> None:
    question = ask(demo, "pension", "330106", TODAY)
    if not code:
        check_start(question, Month.parse(start), TODAY)
        return
    with pytest.raises(GatewayError) as raised:
        check_start(question, Month.parse(start), TODAY)
    assert raised.value.kind.code == code


def test_whether_a_late_payment_reopens_its_month_is_a_rule_of_the_region(demo: Law, ask: Asking) -> None:
    said = {
        region: (reopens(question, withdrawn=True, on=TODAY), reopens(question, withdrawn=False, on=TODAY))
        for region in ("330106", "430102", "110105")
        for question in [ask(demo, "pension", region, TODAY)]
    }
    assert said == {"330106": (False, True), "430102": (True, False), "110105": (False, False)}


def test_who_assesses_and_who_tells_the_province_is_dated_data(shipped: Law, demo: Law, ask: Asking) -> None:
    regions = {"330106": "zhejiang", "120101": "tianjin", "430102": "hunan", "110105": "beijing", "440303": "guangdong"}
    duties = {
        name: (who_assesses(question).content.who, who_tells_province(question).content.who)
        for region, name in regions.items()
        for question in [ask(demo, "pension", region, TODAY)]
    }
    assert duties == {
        "zhejiang": (Assessor.AGENCY, Teller.GATEWAY),
        "tianjin": (Assessor.AGENCY, Teller.TAX),
        "hunan": (Assessor.GATEWAY, Teller.TAX),
        "beijing": (Assessor.GATEWAY, Teller.TAX),
        "guangdong": (Assessor.GATEWAY, Teller.GATEWAY),
    }
    shenzhen = ask(shipped, "pension", "440303", date(2024, 7, 1))
    assert who_assesses(shenzhen).content.who is Assessor.PAYER_AT_TAX
    with pytest.raises(GatewayError):
        who_assesses(ask(shipped, "pension", "440303", date(2024, 6, 30)))


@pytest.mark.parametrize(
    ("insurance", "at", "saved"),
    [
        ("pension", datetime(2026, 12, 18, 23, 59, tzinfo=CHINA), True),
        ("pension", datetime(2026, 12, 19, 0, 0, tzinfo=CHINA), False),
        ("medical", datetime(2022, 12, 30, 17, 59, tzinfo=CHINA), True),
        ("medical", datetime(2022, 12, 30, 18, 0, tzinfo=CHINA), False),
    ],
)
def test_a_month_is_refused_from_its_lock_or_the_closure_that_runs_into_it(
    law: Law, ask: Asking, insurance: str, at: datetime, saved: bool
) -> None:
    question = ask(law, insurance, "370202", at.date())
    with nullcontext() if saved else pytest.raises(GatewayError, match=f"{Month.of(at)} can no longer be enrolled"):
        check_saved(question, Month.of(at), at)


def test_a_lock_that_says_nothing_of_missed_months_leaves_them_to_a_person(law: Law, ask: Asking) -> None:
    assert ask(law, "pension", "330106", TODAY).find(MONTH_LOCK).content.missed == "person"
