"""The table of a case's statuses: closed, reachable, and the same wherever it is asked."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.case import FINAL, STATUSES, ForbiddenStepError, allowed_actions, shown, step
from gateway.model.codes import CaseStatus

SOME = st.lists(st.sampled_from(CaseStatus), min_size=1, max_size=7)
ACTIONS = {"withdraw", "supply"}


def reached(start: CaseStatus) -> set[CaseStatus]:
    """Every status that may follow, one step or many."""
    found: set[CaseStatus] = set()
    waiting = [start]
    while waiting:
        news = STATUSES[waiting.pop()].follows - found
        found |= news
        waiting += news
    return found


def test_the_table_has_every_status_and_leads_to_no_other() -> None:
    assert set(STATUSES) == set(CaseStatus)
    for rule in STATUSES.values():
        assert rule.follows <= set(CaseStatus)
        assert set(rule.actions) <= ACTIONS


def test_every_status_is_reached_from_the_acceptance() -> None:
    assert reached(CaseStatus.ACCEPTED) | {CaseStatus.ACCEPTED} == set(CaseStatus)


@pytest.mark.parametrize("status", CaseStatus)
def test_no_status_is_the_end_of_the_road_while_the_case_is_open(status: CaseStatus) -> None:
    if status not in FINAL:
        assert {CaseStatus.COMPLETED, CaseStatus.WITHDRAWN, CaseStatus.REFUSED} <= reached(status) | {status}


@pytest.mark.parametrize("status", CaseStatus)
def test_a_person_can_be_called_in_at_any_time(status: CaseStatus) -> None:
    assert step(status, CaseStatus.NEEDS_PERSON) is CaseStatus.NEEDS_PERSON


@pytest.mark.parametrize("status", CaseStatus)
def test_a_person_can_put_a_case_wherever_it_belongs(status: CaseStatus) -> None:
    assert step(CaseStatus.NEEDS_PERSON, status) is status


@pytest.mark.parametrize("now", CaseStatus)
@pytest.mark.parametrize("then", CaseStatus)
def test_a_step_that_the_table_does_not_have_is_refused(now: CaseStatus, then: CaseStatus) -> None:
    if then is now or then in STATUSES[now].follows:
        assert step(now, then) is then
    else:
        with pytest.raises(ForbiddenStepError, match=f"{now} -> {then}"):
            step(now, then)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (CaseStatus.COMPLETED, CaseStatus.WITHDRAWN),
        (CaseStatus.COMPLETED, CaseStatus.UNPAID),
        (CaseStatus.REFUSED, CaseStatus.REGISTERING),
        (CaseStatus.ACCEPTED, CaseStatus.COMPLETED),
        (CaseStatus.ACCEPTED, CaseStatus.AWAITING_PAYMENT),
        (CaseStatus.REGISTERING, CaseStatus.COMPLETED),
        (CaseStatus.AWAITING_PAYMENT, CaseStatus.REFUSED),
        (CaseStatus.UNPAID, CaseStatus.REGISTERING),
    ],
)
def test_what_must_never_follow_does_not_follow(now: CaseStatus, then: CaseStatus) -> None:
    with pytest.raises(ForbiddenStepError):
        step(now, then)


def test_what_is_over_offers_nothing_to_do() -> None:
    assert allowed_actions(FINAL) == ()
    assert {CaseStatus.COMPLETED, CaseStatus.REFUSED, CaseStatus.WITHDRAWN} == FINAL


@pytest.mark.parametrize("status", sorted(set(CaseStatus) - FINAL - {CaseStatus.NEEDS_PERSON}))
def test_what_is_under_way_can_be_withdrawn(status: CaseStatus) -> None:
    assert "withdraw" in allowed_actions([status])


def test_material_is_asked_for_only_while_the_case_waits() -> None:
    assert [status for status in CaseStatus if "supply" in allowed_actions([status])] == [CaseStatus.WAITING]


@given(SOME)
def test_actions_and_status_do_not_depend_on_the_order_of_the_insurances(statuses: list[CaseStatus]) -> None:
    other = sorted(statuses, reverse=True)
    assert allowed_actions(statuses) == allowed_actions(other)
    assert shown(statuses) is shown(other)


@given(SOME)
def test_a_case_offers_what_any_of_its_insurances_offers_once_and_in_order(statuses: list[CaseStatus]) -> None:
    offered = allowed_actions(statuses)
    assert list(offered) == sorted({action for status in statuses for action in STATUSES[status].actions})


@given(SOME)
def test_a_case_shows_one_of_its_insurances_and_completed_only_when_all_are_through(statuses: list[CaseStatus]) -> None:
    found = shown(statuses)
    assert found in statuses
    if found is CaseStatus.COMPLETED:
        assert set(statuses) == {CaseStatus.COMPLETED}


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (["completed", "refused"], "refused"),
        (["completed", "needs_person", "refused"], "needs_person"),
        (["awaiting_payment", "unpaid"], "unpaid"),
        (["registering", "awaiting_payment"], "registering"),
        (["completed", "awaiting_payment"], "awaiting_payment"),
        (["withdrawn", "completed"], "withdrawn"),
        (["waiting", "checking"], "waiting"),
    ],
)
def test_a_case_shows_the_worst_of_its_insurances(statuses: Iterable[str], worst: str) -> None:
    assert shown(CaseStatus(status) for status in statuses) is CaseStatus(worst)
