"""What becomes of a leg whose outcome is not simply yes or no."""

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import LegState
from gateway.model.province import CoverFound, EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind
from gateway.services import operate
from gateway.services.deliver import Courier, carry
from gateway.services.operate import Act
from gateway.store import legs
from gateway.store.rows import LegRow
from tests.gateway.services.conftest import World, accepted, registered
from tests.gateway.services.test_journey import assessed, begin, events, view

ACT = Act("tester", "retry", "asked the agency by telephone")


def enrol_leg(world: World, case: str) -> LegRow:
    with world.runtime.store.reading() as tx:
        return legs.named(tx, case, "EnrolWorker", "pension")[-1]


def test_an_unreachable_party_is_tried_again_with_growing_pauses(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNREACHABLE, reason="connection refused"))
    case = begin(world)
    world.carry_due()
    for _ in range(3):
        world.clock.forward(minutes=1)
        world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 4
    world.zhejiang.answers("EnrolWorker", registered)
    world.clock.forward(minutes=10)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"


def test_an_uncertain_leg_is_not_sent_again_before_the_party_was_asked(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.UNREACHABLE))
    case = begin(world)
    world.carry_due()
    world.clock.forward(hours=1)
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 1
    assert world.zhejiang.inquired
    assert enrol_leg(world, case).state == LegState.UNCERTAIN.value
    assert "leg_uncertain" in events(world, case)


def test_an_effect_that_is_found_is_not_repeated(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    world.zhejiang.finds("EnrolWorker", registered)
    case = begin(world)
    world.carry_due()
    world.clock.forward(minutes=1)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    assert world.zhejiang.count("EnrolWorker") == 1


def test_an_effect_that_is_not_there_is_brought_about_once_more(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"), registered)
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.NO_EFFECT))
    case = begin(world)
    world.carry_due()
    world.clock.forward(minutes=1)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    assert world.zhejiang.count("EnrolWorker") == 2


def test_an_effect_that_somebody_else_caused_goes_to_a_person(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.FOREIGN, reason="entered by window clerk 017"))
    case = begin(world)
    world.carry_due()
    world.clock.forward(minutes=1)
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"


def test_where_nobody_can_tell_a_person_decides_and_the_case_goes_on(world: World) -> None:
    assessed(world)
    support = world.zhejiang.supports["EnrolWorker"]
    world.zhejiang.supports["EnrolWorker"] = type(support)("EnrolWorker", inquire="nothing")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"
    leg = enrol_leg(world, case)
    with pytest.raises(GatewayError) as problem:
        operate.retry(world.runtime, leg.id, ACT)
    assert problem.value.kind.code == "needs_i_know"
    answer = b'{"decision":"accepted","person_number":"P1","registration_number":"R1","notice_number":"N1"}'
    operate.settle_as(world.runtime, leg.id, LegState.ACCEPTED, ACT, answer)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"
    assert any("telephone" in line["text"] for line in view(world, case)["timeline"])


def test_a_worker_that_died_leaves_an_uncertain_leg_behind_not_a_second_sending(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("FindCover", accepted(CoverFound(known=False)))
    world.hunan.answers("FindCover", accepted(CoverFound(known=False)))
    case = begin(world)
    world.clock.forward(seconds=1)
    for row in world.claim():
        carry(world.runtime, row)
    abandoned = [row for row in world.claim() if row.message == "EnrolWorker"]
    assert len(abandoned) == 1, "claimed, and never carried"
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.NO_EFFECT))
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 0, "the lease still runs"
    world.clock.forward(minutes=1)
    world.carry_due()
    assert len(world.zhejiang.inquired) == 1
    assert world.zhejiang.count("EnrolWorker") == 1
    assert view(world, case)["status"] == "awaiting_payment"


def test_a_result_that_comes_after_its_lease_is_ignored(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.clock.forward(seconds=1)
    for row in world.claim():
        carry(world.runtime, row)
    (late,) = [row for row in world.claim() if row.message == "EnrolWorker"]
    world.zhejiang.finds("EnrolWorker", registered)
    world.clock.forward(minutes=1)
    world.carry_due()
    before = events(world, case)
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.REFUSED, reason="late"))
    carry(world.runtime, late)
    assert events(world, case) == before


def test_a_paused_party_is_not_sent_to_and_the_others_are(world: World) -> None:
    operate.pause(world.runtime, "zhejiang", paused=True, act=Act("tester", "pause", "maintenance"))
    case = begin(world)
    world.clock.forward(seconds=1)
    courier = Courier(world.runtime)
    courier.once()
    courier.finish()
    assert world.zhejiang.delivered == []
    assert world.hunan.count("FindCover") == 1
    assert view(world, case)["status"] in {"accepted", "checking"}


def test_the_reply_stays_with_the_leg_for_both_sides_to_be_compared(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    leg = enrol_leg(world, case)
    with world.runtime.store.reading() as tx:
        assert b"R001" in (legs.reply(tx, leg) or b"")
    assert isinstance(registered(world.zhejiang.delivered[1]).reply, EnrolmentDecided)
