"""What an operator does by hand to a leg, and what the case makes of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import LegState, LevyState
from gateway.model.province import Done
from gateway.model.tax import LevyResult
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.services import operate
from gateway.services.deliver import Courier, carry
from gateway.services.operate import Act
from gateway.services.receive import receive
from gateway.store import legs
from gateway.store.rows import LegRow
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World, accepted, registered
from tests.gateway.services.test_accept import REQUEST, enrolment, key
from tests.gateway.services.test_journey import assessed, begin, receipt, view

ACT = Act("tester", "by hand", "asked the agency by telephone")
UNSURE = Outcome(OutcomeKind.UNCERTAIN, reason="no answer")
DOWN = Outcome(OutcomeKind.UNREACHABLE, reason="down")


def leg(world: World, case: str, message: str, party: str = "") -> LegRow:
    """The last leg of the case that carries `message` (to `party`)."""
    with world.runtime.store.reading() as tx:
        return [row for row in legs.named(tx, case, message) if row.party == (party or row.party)][-1]


def refusal(verb: Callable[..., None], *args: Any, **more: Any) -> GatewayError:
    with pytest.raises(GatewayError) as problem:
        verb(*args, **more)
    return problem.value


def put(world: World, row: LegRow, state: LegState) -> None:
    """Bring a leg into a state as an earlier act would have left it."""
    with world.runtime.store.work("test") as tx:
        legs.change(tx, row.id, state, due_at=None)


def doubtful(world: World) -> str:
    """A case whose registration is a person's to find out about."""
    assessed(world)
    world.zhejiang.supports["EnrolWorker"] = Support("EnrolWorker", inquire="nothing")
    world.zhejiang.answers("EnrolWorker", UNSURE, registered)
    case = begin(world)
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"
    return case


def test_a_leg_whose_effect_nobody_knows_is_sent_again_only_by_who_knows(world: World) -> None:
    case = doubtful(world)
    row = leg(world, case, "EnrolWorker")
    refused = refusal(operate.retry, world.runtime, row.id, ACT)
    assert refused.kind.code == "needs_i_know"
    assert "--i-know" in str(refused)
    assert view(world, case)["status"] == "needs_person", "nothing has happened yet"
    operate.retry(world.runtime, row.id, ACT, i_know=True)
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 2
    assert view(world, case)["status"] == "awaiting_payment"


@pytest.mark.parametrize("state", [LegState.SENDING, LegState.UNCERTAIN, LegState.RECEIVED, LegState.HELD])
def test_whatever_may_have_had_its_effect_is_not_sent_again_without_a_word(world: World, state: LegState) -> None:
    case = doubtful(world)
    row = leg(world, case, "EnrolWorker")
    put(world, row, state)
    assert refusal(operate.retry, world.runtime, row.id, ACT).kind.code == "needs_i_know"


def test_a_leg_that_the_party_would_recognise_is_sent_again_without_a_word(world: World) -> None:
    case = doubtful(world)
    world.zhejiang.supports["EnrolWorker"] = Support("EnrolWorker", recognises_id=True)
    operate.retry(world.runtime, leg(world, case, "EnrolWorker").id, ACT)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"


def test_a_leg_that_was_never_sent_is_sent_at_once_without_a_word(world: World) -> None:
    assessed(world)
    world.zhejiang.answers("EnrolWorker", DOWN, registered)
    case = begin(world)
    world.carry_due()
    operate.retry(world.runtime, leg(world, case, "EnrolWorker").id, ACT)
    world.carry_due()
    assert view(world, case)["status"] == "awaiting_payment"


def test_what_took_effect_is_not_done_a_second_time_not_even_by_who_knows(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    row = leg(world, case, "EnrolWorker")
    assert row.state == LegState.ACCEPTED.value
    for i_know in (False, True):
        refused = refusal(operate.retry, world.runtime, row.id, ACT, i_know=i_know)
        assert refused.kind.code in {"needs_i_know", "leg_action_not_allowed"}
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 1


def test_a_refused_enrolment_is_not_sent_again_behind_the_back_of_its_case(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.REFUSED, reason="户籍信息不符"), registered)
    case = begin(world)
    world.carry_due()
    refused = refusal(operate.retry, world.runtime, leg(world, case, "EnrolWorker").id, ACT, i_know=True)
    assert refused.kind.code == "leg_action_not_allowed"
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 1


def test_a_refused_declaration_is_sent_again_once_its_cause_is_removed(world: World) -> None:
    declared = LevyResult(found=True, state=LevyState.DECLARED, levy_number="L9")
    world.tax_hunan.answers("DeclareLevy", Outcome(OutcomeKind.REFUSED, reason="费种未认定"), accepted(declared))
    case = begin(world, choice="registered")
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"
    operate.retry(world.runtime, leg(world, case, "DeclareLevy").id, ACT)
    world.carry_due()
    shown = view(world, case)
    assert (shown["status"], shown["payment_instructions"][0]["number"]) == ("awaiting_payment", "L9")


def test_a_question_that_was_refused_is_put_again_and_the_case_goes_on(world: World) -> None:
    case = begin(world, choice="registered")
    world.carry_due()
    world.hunan.answers("FindCover", Outcome(OutcomeKind.REFUSED, reason="无查询权限"))
    receive(world.runtime, "tax-hunan", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"
    active = {"scheme": "individual_pension", "state": "active", "region": "430100", "first": "2026-11"}
    found = {"known": True, "covers": [active]}
    answer = json.dumps(found).encode()
    operate.settle_as(world.runtime, leg(world, case, "FindCover").id, LegState.ACCEPTED, ACT, answer)
    assert view(world, case)["status"] == "completed"


def test_a_cancelled_leg_is_not_sent_and_what_was_done_stays(world: World) -> None:
    world.card.answers("FindCard", DOWN)
    assessed(world)
    case = begin(world)
    world.carry_due()
    row = leg(world, case, "FindCard")
    operate.cancel(world.runtime, row.id, ACT)
    asked = world.card.count("FindCard")
    world.clock.forward(days=1)
    world.carry_due()
    assert leg(world, case, "FindCard").state == LegState.CANCELLED.value
    assert world.card.count("FindCard") == asked
    assert view(world, case)["status"] == "awaiting_payment"


@pytest.mark.parametrize("state", [LegState.ACCEPTED, LegState.REFUSED, LegState.CANCELLED])
def test_what_is_finished_cannot_be_cancelled(world: World, state: LegState) -> None:
    case = begin(world)
    row = leg(world, case, "FindCover")
    put(world, row, state)
    refused = refusal(operate.cancel, world.runtime, row.id, ACT)
    assert refused.kind.code == "leg_action_not_allowed"
    assert state.value in str(refused)


def test_a_claim_that_is_under_way_cannot_undo_what_the_operator_decided(world: World) -> None:
    case = begin(world)
    world.clock.forward(seconds=1)
    claimed = {row.party: row for row in world.claim()}["hunan"]
    operate.cancel(world.runtime, claimed.id, ACT)
    carry(world.runtime, claimed)
    assert leg(world, case, "FindCover", "hunan").state == LegState.CANCELLED.value


def test_paused_parties_are_kept_until_they_are_resumed(world: World) -> None:
    def rounds() -> None:
        courier = Courier(world.runtime)
        courier.once()
        courier.finish()

    begin(world)
    world.clock.forward(seconds=1)
    operate.pause(world.runtime, "zhejiang", paused=True, act=ACT)
    operate.pause(world.runtime, "zhejiang", paused=True, act=ACT)
    rounds()
    assert world.zhejiang.delivered == []
    operate.pause(world.runtime, "zhejiang", paused=False, act=ACT)
    rounds()
    assert world.zhejiang.count("FindCover") == 1


def test_what_does_not_exist_is_named(world: World) -> None:
    for refused in (
        refusal(operate.retry, world.runtime, "leg_x", ACT),
        refusal(operate.cancel, world.runtime, "leg_x", ACT),
        refusal(operate.settle_as, world.runtime, "leg_x", LegState.REFUSED, ACT),
        refusal(operate.replay_webhook, world.runtime, "leg_x", ACT),
    ):
        assert (refused.kind.code, "leg_x" in str(refused)) == ("not_found", True)
    assert "atlantis" in str(refusal(operate.pause, world.runtime, "atlantis", paused=True, act=ACT))


def test_a_webhook_is_delivered_once_more_whatever_became_of_it(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    delivered = world.platform.count("CaseChanged")
    first = world.platform.delivered[0]
    operate.replay_webhook(world.runtime, first.leg, ACT)
    world.carry_due()
    assert world.platform.count("CaseChanged") == delivered + 1
    assert world.platform.delivered[-1].message == first.message
    assert world.platform.delivered[-1].leg == first.leg, "the platform knows it again by its id"
    assert view(world, case)["status"] == "awaiting_payment"


def test_a_webhook_that_was_given_up_is_delivered_when_it_is_replayed(world: World) -> None:
    world.platform.answers("CaseChanged", DOWN)
    begin(world)
    world.carry_due()
    world.clock.forward(days=3, hours=1)
    world.carry_due()
    given_up = [row for row in operate.stuck(world.runtime) if row.message == "CaseChanged"]
    world.platform.answers("CaseChanged", accepted(Done(done=True)))
    for row in given_up:
        operate.replay_webhook(world.runtime, row.leg, ACT)
    world.carry_due()
    assert given_up
    assert [row for row in operate.stuck(world.runtime) if row.message == "CaseChanged"] == []


def test_only_webhooks_are_replayed(world: World) -> None:
    case = begin(world)
    row = leg(world, case, "FindCover")
    assert refusal(operate.replay_webhook, world.runtime, row.id, ACT).kind.code == "not_found"


def test_the_list_of_what_waits_for_somebody_begins_with_the_oldest(world: World) -> None:
    case = doubtful(world)
    world.clock.forward(hours=1)
    person = REQUEST["worker"] | {"id_number": "330106198806150021", "name": "浙小厨"}
    other = json.loads(accept(world.runtime, key("k2"), enrolment(worker=person), "en").body)["case"]
    world.zhejiang.answers("EnrolWorker", UNSURE)
    world.carry_due()
    assert [row.case for row in operate.stuck(world.runtime) if row.message == "EnrolWorker"] == [case, other]
