"""The table of a levy's states: closed, reachable, and the same wherever it is asked."""

from itertools import pairwise

import pytest

from gateway.model.codes import LevyState
from gateway.model.levy import (
    COLLECTED,
    LEVY_STATES,
    OWED,
    PAYABLE,
    RECEIPTED,
    STANDING,
    TOLD,
    ForbiddenLevyStepError,
    levy_step,
)

ALL = {state.value for state in LevyState}


def reached(start: LevyState) -> set[LevyState]:
    found: set[LevyState] = set()
    waiting = [start]
    while waiting:
        news = LEVY_STATES[waiting.pop()].follows - found
        found |= news
        waiting += news
    return found


def test_the_table_has_every_state_and_each_is_reached_from_the_preview() -> None:
    assert set(LEVY_STATES) == set(LevyState)
    assert reached(LevyState.PREVIEW) | {LevyState.PREVIEW} == set(LevyState)


@pytest.mark.parametrize("now", LevyState)
@pytest.mark.parametrize("then", LevyState)
def test_a_step_that_the_table_does_not_have_is_a_named_error(now: LevyState, then: LevyState) -> None:
    if then is now or then in LEVY_STATES[now].follows:
        assert levy_step(now, then) is then
    else:
        with pytest.raises(ForbiddenLevyStepError, match=f"{now} -> {then}"):
            levy_step(now, then)


def test_the_way_of_a_declared_levy_is_that_of_the_channel() -> None:
    way = [LevyState(name) for name in ("preview", "declared", "accepted", "paid", "receipted", "posted")]
    for now, then in pairwise(way):
        assert levy_step(now, then) is then


@pytest.mark.parametrize("state", sorted(COLLECTED), ids=str)
def test_money_that_is_there_goes_only_by_a_reversal(state: str) -> None:
    follows = {each.value for each in LEVY_STATES[LevyState(state)].follows}
    assert follows - {"reversed"} <= COLLECTED


def test_money_finds_every_levy_that_is_owed() -> None:
    for state in LevyState:
        if state.value in OWED - RECEIPTED:
            assert LevyState.RECEIPTED in LEVY_STATES[state].follows, state


def test_a_locked_levy_is_neither_paid_nor_can_it_be_cancelled_or_paid_in_another_way() -> None:
    assert "locked" not in COLLECTED | TOLD | STANDING
    assert "locked" in PAYABLE, "the bank may have taken the money after all"


def test_the_kinds_of_state_do_not_contradict_one_another() -> None:
    assert STANDING < TOLD <= PAYABLE
    assert TOLD.isdisjoint(COLLECTED)
    assert RECEIPTED < COLLECTED <= OWED
    assert OWED <= ALL
