import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Decision, LevyState
from gateway.model.province import EnrolmentDecided
from gateway.model.tax import LevyResult
from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions
from gateway.services.once import Wish
from gateway.services.receive import receive
from gateway.store import reservations
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_accept import key
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view

CANCELLED = accepted(LevyResult(found=True, state=LevyState.CANCELLED))


def withdraw(world: World, case: str, header: str = "w1") -> None:
    actions.withdraw_case(world.runtime, Wish(key(header), "demo-platform", case, "en"), "changed my mind")


def reserved(world: World, case: str) -> int:
    worker = view(world, case)["worker"]
    with world.runtime.store.reading() as tx:
        return len(reservations.months(tx, worker))


def test_before_anybody_was_told_a_withdrawal_is_done_at_once(world: World) -> None:
    case = begin(world)
    withdraw(world, case)
    assert view(world, case)["status"] == "withdrawn"
    assert reserved(world, case) == 0
    world.carry_due()
    assert world.zhejiang.count("EnrolWorker") == 0
    assert world.zhejiang.count("FindCover") == world.hunan.count("FindCover") == 0, "nobody is told of the person"


def test_a_declared_levy_is_cancelled_first_then_the_registration(world: World) -> None:
    world.tax_hunan.answers("CancelLevy", CANCELLED)
    case = begin(world, choice="registered")
    world.carry_due()
    withdraw(world, case)
    assert view(world, case)["status"] == "awaiting_payment", "not done before the tax bureau agrees"
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"
    assert [event for event in events(world, case) if event in {"levy_cancelled", "withdrawn"}] == [
        "levy_cancelled",
        "withdrawn",
    ]
    assert reserved(world, case) == 0


def test_a_paid_enrolment_cannot_be_withdrawn(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    with pytest.raises(GatewayError) as problem:
        withdraw(world, case)
    assert problem.value.kind.code == "paid_already"
    assert problem.value.kind.status == 409


def test_a_payment_that_is_not_told_yet_cannot_be_withdrawn_either(world: World) -> None:
    assessed(world)
    case = begin(world)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    with pytest.raises(GatewayError) as problem:
        withdraw(world, case)
    assert problem.value.kind.code == "paid_already"


def test_a_receipt_that_arrives_before_the_cancellation_wins(world: World) -> None:
    assessed(world)
    paid = LevyResult(found=True, state=LevyState.PAID)
    world.tax_zhejiang.answers("CancelLevy", Outcome(OutcomeKind.REFUSED, reply=paid, reason="已缴费"))
    case = begin(world)
    world.carry_due()
    withdraw(world, case)
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    assert "withdrawal_overtaken" in events(world, case)
    assert reserved(world, case) > 0
    assert [item["reason"] for item in view(world, case)["items"]] == [None], "it is not withdrawn for any reason"


def test_money_for_a_withdrawn_enrolment_is_never_dropped(world: World) -> None:
    assessed(world)
    world.tax_zhejiang.answers("CancelLevy", CANCELLED)
    case = begin(world)
    world.carry_due()
    withdraw(world, case)
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] in {"needs_person", "awaiting_payment", "completed", "registering"}
    assert {"refund_needed", "month_reopened"} & set(events(world, case))


def test_an_application_under_decision_is_withdrawn_by_its_acceptance_number(world: World) -> None:
    received = EnrolmentDecided(Decision.RECEIVED, acceptance_number="A1")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received))
    case = begin(world)
    world.carry_due()
    withdraw(world, case)
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"
    assert world.zhejiang.delivered[-1].message.acceptance_number == "A1"


def test_while_nobody_knows_whether_it_was_registered_a_withdrawal_waits_for_the_truth(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.NO_EFFECT))
    case = begin(world)
    world.carry_due()
    withdraw(world, case)
    assert view(world, case)["status"] == "registering"
    world.clock.forward(minutes=5)
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"
    assert world.zhejiang.count("EnrolWorker") == 1, "it is not sent again only to be withdrawn"


def test_the_same_withdrawal_again_is_the_same_answer(world: World) -> None:
    case = begin(world)
    first = actions.withdraw_case(world.runtime, Wish(key("w1"), "demo-platform", case, "en"), "x")
    again = actions.withdraw_case(world.runtime, Wish(key("w1"), "demo-platform", case, "en"), "x")
    assert again.body == first.body
    assert again.replayed


def test_another_platform_cannot_withdraw_a_case_that_it_does_not_follow(world: World) -> None:
    case = begin(world)
    with pytest.raises(GatewayError) as problem:
        actions.withdraw_case(world.runtime, Wish(key("w1", "other-platform"), "other-platform", case, "en"), "x")
    assert problem.value.kind.code == "not_found"
