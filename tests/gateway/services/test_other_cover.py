"""A cover elsewhere that has to end first: its holder is asked again by the dated rule, and the enrolment goes on."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.model.codes import CoverState, Scheme
from gateway.model.province import Cover, CoverFound
from gateway.model.values import Month, Region
from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions, housekeeping
from tests.gateway.services.changed import wish
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.laws import published
from tests.gateway.services.test_journey import assessed, begin, events, view

ACTIVE = Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2020-01"))
THERE = accepted(CoverFound(known=True, person_number="H1", covers=(ACTIVE,)))
GONE = accepted(CoverFound(known=True, person_number="H1", covers=(replace(ACTIVE, state=CoverState.ENDED),)))
RULE = "{every: 7, within: 90}"
WEEK = timedelta(days=7)


def waiting(world: World, *answers: Outcome) -> str:
    assessed(world)
    world.hunan.answers("FindCover", THERE, *answers)
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "waiting"
    return case


def later(world: World, time: timedelta = WEEK, times: int = 1) -> None:
    for _ in range(times):
        world.clock.at += time
        world.carry_due()


def test_it_goes_on_by_itself_once_the_other_cover_has_ended(world: World) -> None:
    case = waiting(world, THERE, GONE)
    assert "other_cover_awaited" in events(world, case)
    later(world, timedelta(days=6))
    assert world.hunan.count("FindCover") == 1, "not before its time"
    later(world, timedelta(days=1))
    assert (world.hunan.count("FindCover"), view(world, case)["status"]) == (2, "waiting")
    later(world)
    shown = view(world, case)
    assert (shown["status"], shown["items"][0]["reason"]) == ("awaiting_payment", None)
    assert events(world, case).count("end_other_first") == 1, "told once, however often it is asked"
    assert "other_cover_ended" in events(world, case)
    later(world, times=3)
    assert world.hunan.count("FindCover") == 3, "nobody is asked any more"
    assert world.zhejiang.count("EnrolWorker") == 1


def test_only_who_holds_the_other_cover_is_asked_again(world: World) -> None:
    waiting(world, THERE)
    before = world.zhejiang.count("FindCover")
    later(world)
    assert (world.hunan.count("FindCover"), world.zhejiang.count("FindCover")) == (2, before)


def test_one_that_never_ends_is_a_persons_after_the_time_that_the_rule_gives(world: World) -> None:
    case = waiting(world, THERE)
    later(world, times=12)
    assert view(world, case)["status"] == "needs_person"
    assert "other_cover_not_ended" in events(world, case)
    asked = world.hunan.count("FindCover")
    later(world, times=4)
    assert asked == world.hunan.count("FindCover") == 13, "twelve weeks, and the first time"


def test_a_holder_that_cannot_be_reached_is_tried_until_it_answers(world: World) -> None:
    case = waiting(world, Outcome(OutcomeKind.UNREACHABLE, reason="connection refused"), GONE)
    later(world)
    assert view(world, case)["status"] == "waiting"
    later(world, timedelta(hours=1))
    assert view(world, case)["status"] == "awaiting_payment"


def test_a_region_that_stays_silent_does_not_hold_up_what_waits_for_another(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("FindCover", Outcome(OutcomeKind.UNREACHABLE, reason="connection refused"))
    world.hunan.answers("FindCover", THERE, GONE)
    case = begin(world)
    world.carry_due()
    world.clock.forward(days=20)
    assert housekeeping.release_holds(world.runtime) == 1
    assert view(world, case)["status"] == "waiting"
    later(world)
    assert "unverified" in events(world, case), "one region has not said anything yet"
    assert view(world, case)["status"] != "waiting"


def test_another_cover_that_turned_into_a_pension_refuses_it(world: World) -> None:
    drawing = accepted(CoverFound(known=True, covers=(replace(ACTIVE, state=CoverState.DRAWING),)))
    case = waiting(world, drawing)
    later(world)
    assert view(world, case)["status"] == "refused"


def test_whoever_withdraws_is_not_asked_about_any_more(world: World) -> None:
    case = waiting(world, THERE)
    actions.withdraw_case(world.runtime, wish(case), "不再参保")
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"
    later(world, times=2)
    assert world.hunan.count("FindCover") == 1


@pytest.mark.parametrize("rule", ["", "{every: 91, within: 92}"])
def test_how_often_and_how_long_is_the_rules_and_without_one_a_person_sees_to_it(
    world: World, tmp_path: Path, rule: str
) -> None:
    text = f'  - {{parameter: overlap_wait, region: ["11", "12", "33", "43", "44"], content: {RULE}}}'
    before = world.runtime
    world.runtime = replace(before, law=published(tmp_path, instead=(text, text.replace(RULE, rule) if rule else "")))
    case = waiting(world, GONE)
    later(world, times=12)
    assert (view(world, case)["status"], world.hunan.count("FindCover")) == ("waiting", 1)
    later(world, timedelta(days=8))
    assert world.hunan.count("FindCover") == (2 if rule else 1)
    world.runtime = before
