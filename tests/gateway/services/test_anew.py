"""What still holds on another day or by other rules: the decision alone, with worked days."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.codes import LevyState
from gateway.rules.law import Application, Law
from gateway.services.anew import Finding, Matter, Sending, Verdict, holds, weigh
from gateway.services.determine import CHINA, ItemPlan, determine_again
from gateway.store.rows import ItemRow, LevyRow
from tests.gateway.services.laws import WAGE, closed, published
from tests.gateway.services.test_accept import enrolment

ACCEPTED = datetime(2026, 11, 10, 12, tzinfo=CHINA)
LOCKED = datetime(2026, 12, 1, tzinfo=CHINA)
FOLLOWING = (Sending.COMPLETION, Sending.DECLARATION, Sending.LOOK_UP)


def matter(law: Law, choice: str = "registered", at: datetime = ACCEPTED) -> Matter:
    """An insurance of Hunan (or of Zhejiang, where one works) as it was determined at its acceptance."""
    asked = enrolment(choice=choice)
    return Matter(
        *rows(determine_again(law, Application.of(asked), at, None)), asked, frozenset(), at.astimezone(CHINA).date()
    )


def rows(plan: ItemPlan) -> tuple[ItemRow, LevyRow]:
    item = ItemRow(
        case="case_1",
        insurance=plan.insurance.value,
        status="registering",
        start=plan.start.ordinal,
        province=plan.province,
        tax=plan.tax,
        assessor=plan.assessor,
        determination=plan.kept,
    )
    owed = plan.levy_row("levy_1", "case_1")
    return item, owed


def replaced(before: Matter, verdict: Verdict) -> Matter:
    assert verdict.plan is not None
    item, levy = rows(verdict.plan)
    return replace(before, item=item, levy=levy)


def changed(verdict: Verdict) -> tuple[str, str, date]:
    """Base, amount and due date of a changed determination."""
    assert verdict.finding is Finding.CHANGED
    assert verdict.plan is not None
    return json.loads(verdict.plan.kept)["base"], str(verdict.plan.levy.amount), verdict.plan.levy.due


@given(
    days=st.timedeltas(timedelta(0), timedelta(days=300)),
    sending=st.sampled_from(list(Sending)),
    choice=st.sampled_from(["registered", "workplace"]),
)
def test_what_was_found_holds_when_it_is_looked_at_again_and_what_is_lodged_is_never_refused(
    law: Law, days: timedelta, sending: Sending, choice: str
) -> None:
    at, before = ACCEPTED + days, matter(law, choice)
    found = weigh(law, before, sending, at)
    assert (found.plan is None) == (found.finding in (Finding.REFUSED, Finding.UNDECIDED)) == bool(found.reason)
    if sending is Sending.REGISTRATION:
        assert (found.plan is None) == (at >= LOCKED)
    else:
        assert found.finding is not Finding.REFUSED
    if found.plan is not None:
        after = replaced(before, found)
        assert holds(law, after.item, sending, at)
        assert weigh(law, after, sending, at).finding is Finding.HOLDS


def test_on_its_own_day_and_by_its_own_rules_there_is_nothing_to_do(law: Law, tmp_path: Path) -> None:
    item = matter(law).item
    assert holds(law, item, Sending.REGISTRATION, ACCEPTED.replace(hour=23, minute=59))
    assert not holds(law, item, Sending.REGISTRATION, ACCEPTED.replace(hour=0) + timedelta(days=1))
    newer = published(tmp_path, instead=(WAGE, WAGE.replace("7000", "7500")))
    assert not holds(newer, item, Sending.REGISTRATION, ACCEPTED)


@pytest.mark.parametrize(("choice", "over"), [("workplace", Finding.REFUSED), ("registered", Finding.UNDECIDED)])
def test_a_month_that_is_locked_is_refused_or_given_to_a_person_as_its_rule_says(
    law: Law, choice: str, over: Finding
) -> None:
    before = matter(law, choice)
    last = weigh(law, before, Sending.REGISTRATION, LOCKED - timedelta(microseconds=1))
    assert last.finding is Finding.HOLDS
    missed = weigh(law, before, Sending.REGISTRATION, LOCKED)
    assert missed.finding is over
    assert "2026-11" in missed.reason
    assert {weigh(law, before, sending, LOCKED).finding for sending in FOLLOWING} == {Finding.HOLDS}


def test_the_due_date_leaves_the_notice_that_its_rule_asks_for(law: Law) -> None:
    before = matter(law)
    assert before.levy.due == "2026-12-25"
    in_time = weigh(law, before, Sending.DECLARATION, datetime(2026, 12, 20, 9, tzinfo=CHINA))
    assert in_time.finding is Finding.HOLDS
    # Five days from the 22nd is a Sunday.
    late = weigh(law, before, Sending.DECLARATION, datetime(2026, 12, 22, 9, tzinfo=CHINA))
    assert changed(late) == ("4200.00", "840.00", date(2026, 12, 28))


@pytest.mark.parametrize("sending", list(Sending))
def test_a_base_that_is_published_meanwhile_is_the_one_that_counts(law: Law, tmp_path: Path, sending: Sending) -> None:
    newer = published(tmp_path, instead=(WAGE, WAGE.replace("7000", "7500")))
    found = weigh(newer, matter(law), sending, ACCEPTED + timedelta(days=1))
    assert changed(found) == ("4500.00", "900.00", date(2026, 12, 25))


def test_a_base_of_a_later_year_leaves_the_months_before_it_alone(law: Law, tmp_path: Path) -> None:
    ended = '{parameter: reference_wage, region: "43", to: 2026-11-30, content: {monthly: 7000}}'
    following = '{parameter: reference_wage, region: "43", from: 2026-12-01, content: {monthly: 7500}}'
    newer = published(tmp_path, instead=(WAGE, f"{ended}\n  - {following}"))
    assert weigh(newer, matter(law), Sending.DECLARATION, LOCKED).finding is Finding.HOLDS


def test_what_was_declared_or_paid_is_not_determined_anew(law: Law) -> None:
    for state in (LevyState.DECLARED, LevyState.PAID, LevyState.UNPAID):
        before = matter(law)
        before.levy.state = state.value
        assert {weigh(law, before, each, ACCEPTED + timedelta(days=400)).finding for each in Sending} == {Finding.HOLDS}


def test_a_month_past_its_last_payable_day_is_declared_by_nobody(law: Law) -> None:
    before = matter(law)
    assert before.levy.payable_until == "2027-05-31"
    days = datetime(2027, 5, 31, tzinfo=CHINA), datetime(2027, 6, 1, tzinfo=CHINA)
    last, over = (weigh(law, before, Sending.DECLARATION, day) for day in days)
    assert last.finding is Finding.CHANGED
    assert over.finding is Finding.UNDECIDED
    assert "2027-05-31" in over.reason


def test_who_may_no_longer_enrol_is_refused_and_once_lodged_a_person_decides(law: Law, tmp_path: Path) -> None:
    stricter = published(tmp_path, instead=("min_age: 16, until_retirement", "min_age: 40, until_retirement"))
    found = {each: weigh(stricter, matter(law), each, ACCEPTED).finding for each in Sending}
    assert found == {Sending.REGISTRATION: Finding.REFUSED, **dict.fromkeys(FOLLOWING, Finding.UNDECIDED)}


def test_a_value_that_nobody_supplied_is_a_persons_to_mend(law: Law, tmp_path: Path) -> None:
    offered = 'parameter: start_window, region: ["11", "12", "33", "43", "44"]'
    gone = published(tmp_path, instead=(offered, offered.replace('"43", ', "")))
    found = weigh(gone, matter(law), Sending.REGISTRATION, ACCEPTED)
    assert found.finding is Finding.UNDECIDED
    assert "start_window" in found.reason


def test_other_offices_are_a_persons_to_deal_with(law: Law) -> None:
    before = matter(law)
    before.item.province = "zhejiang"
    found = weigh(law, before, Sending.REGISTRATION, ACCEPTED)
    assert found.finding is Finding.UNDECIDED
    assert "hunan" in found.reason


def test_a_door_that_is_shut_is_waited_for_and_one_that_opens_too_late_is_none(law: Law, tmp_path: Path) -> None:
    text = closed("registration", "43", "2026-11-20T18:00:00", "2026-11-25T06:00:00")
    shut = published(tmp_path, more=text)
    before, evening = matter(shut), datetime(2026, 11, 20, 18, tzinfo=CHINA)
    assert weigh(shut, before, Sending.REGISTRATION, evening - timedelta(seconds=1)).not_before is None
    assert not holds(shut, before.item, Sending.REGISTRATION, evening)
    waits = weigh(shut, before, Sending.REGISTRATION, evening)
    assert (waits.finding, waits.not_before) == (Finding.HOLDS, datetime(2026, 11, 25, 6, tzinfo=CHINA))
    assert weigh(shut, before, Sending.DECLARATION, evening).not_before is None
    over = published(tmp_path / "2", more=closed("registration", "43", "2026-11-29T18:00:00", "2026-12-02T06:00:00"))
    eve = datetime(2026, 11, 29, 18, tzinfo=CHINA)
    assert weigh(over, matter(over), Sending.REGISTRATION, eve - timedelta(seconds=1)).finding is Finding.HOLDS
    assert weigh(over, matter(over), Sending.REGISTRATION, eve).finding is Finding.UNDECIDED
    assert law.fingerprint not in (shut.fingerprint, over.fingerprint)
