import json
from datetime import timedelta

from gateway.model.codes import LegState
from gateway.model.province import Done
from gateway.ports import Outcome, OutcomeKind
from gateway.services import operate, views
from gateway.services.operate import Act
from gateway.store import legs
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_accept import enrolment, key
from tests.gateway.services.test_journey import assessed, begin, events, view


def test_every_follower_is_told_of_every_change_in_order(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.platform.answers("CaseChanged", Outcome(OutcomeKind.UNREACHABLE, reason="down"))
    world.carry_due()
    assert world.platform.count("CaseChanged") == 1, "the later ones wait for the first"
    world.platform.answers("CaseChanged", accepted(Done(done=True)))
    world.clock.forward(minutes=10)
    world.carry_due()
    told = [work.message.event for work in world.platform.delivered][1:]
    assert told == [event for event in events(world, case) if event != "accepted"]


def test_webhooks_that_fail_for_three_days_are_listed_and_the_case_goes_on(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.platform.answers("CaseChanged", Outcome(OutcomeKind.UNREACHABLE, reason="down"))
    world.carry_due()
    world.clock.forward(days=3, hours=1)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    with world.runtime.store.reading() as tx:
        undelivered = legs.stuck(tx, [LegState.NEEDS_PERSON])
    assert {row.message for row in undelivered} == {"CaseChanged"}


def test_a_receiver_that_says_when_it_wants_the_next_try_is_left_alone_until_then(world: World) -> None:
    assessed(world)
    begin(world)
    later = world.clock() + timedelta(minutes=45)
    busy = Outcome(OutcomeKind.UNREACHABLE, reason="the platform answered with HTTP status 429", ask_again_at=later)
    world.platform.answers("CaseChanged", busy)
    world.carry_due()
    world.clock.forward(minutes=44)
    world.carry_due()
    assert world.platform.count("CaseChanged") == 1
    world.clock.forward(minutes=2)
    world.carry_due()
    assert world.platform.count("CaseChanged") == 2


def test_a_webhook_that_is_not_wanted_any_more_stands_on_the_timeline(world: World) -> None:
    assessed(world)
    world.platform.answers("CaseChanged", Outcome(OutcomeKind.REFUSED, reason="410 Gone"))
    case = begin(world)
    world.carry_due()
    assert "webhook_unwanted" in events(world, case)


def test_who_else_follows_a_case_shows_neither_in_its_legs_nor_on_its_timeline(world: World) -> None:
    assessed(world)
    world.platform.answers("CaseChanged", Outcome(OutcomeKind.REFUSED, reason="410 Gone"))
    case = begin(world)
    theirs = json.loads(accept(world.runtime, key(client="other-platform"), enrolment(), "en").body)["case"]
    world.carry_due()
    told = next(each["leg"] for each in view(world, case)["legs"] if each["message"] == "CaseChanged")
    operate.replay_webhook(world.runtime, told, Act("tester", "replay", "the people of demo-platform asked"))
    with world.runtime.store.reading() as tx:
        mine = views.case_view(world.runtime, tx, case, "demo-platform", "en")
        other = views.case_view(world.runtime, tx, theirs, "other-platform", "en")
    assert told in {each["leg"] for each in mine["legs"]}
    assert {"webhook_unwanted", "operator"} <= {each["event"] for each in mine["timeline"]}
    assert "CaseChanged" not in {each["message"] for each in other["legs"]}
    assert "demo-platform" not in json.dumps(other)
    assert "Demonstration platform" not in json.dumps(other)
    hidden = [each for each in mine["timeline"] if each not in other["timeline"]]
    assert {each["event"] for each in hidden} == {"webhook_unwanted", "operator"}
