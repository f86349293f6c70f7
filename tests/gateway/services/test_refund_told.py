"""A province that learnt of a payment from us learns of what the tax bureau decides to give back."""

from typing import Any

import pytest

from gateway.model.codes import LegState, RefundOrigin, RefundRoute, RefundState, RefundVerdict
from gateway.model.province import ReverseCover, StartCover
from gateway.ports import Outcome, OutcomeKind
from gateway.services import refund_desk
from gateway.services.operate import Act, settle_as
from gateway.services.receive import receive
from gateway.services.refund_desk import Decided
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, awaiting, hears_of_reversals, paid, reversal
from tests.gateway.services.test_journey import events, receipt, view
from tests.gateway.services.test_refunds import able, claim, grant, pushed, twice_paid, wish

ORIGIN = RefundOrigin.PREPAID
"""Its rule: the bureau decides or the agency, and contribution and cover go."""


@pytest.fixture
def told(world: World) -> World:
    """Zhejiang, where we tell the province, and it has the message; its bureau decides refunds."""
    hears_of_reversals(world)
    able(world)
    return world


def asked_back(world: World, case: str) -> str:
    """The bureau has decided to give all of a payment back; the case of the refund."""
    refund: str = claim(world, case, ORIGIN)["case"]
    grant(world, refund, RefundRoute.TREASURY)
    world.carry_due()
    return refund


def heard(world: World, message: type) -> list[Any]:
    return [work.message for work in world.zhejiang.delivered if isinstance(work.message, message)]


def leg(world: World, case: str, message: str) -> dict[str, Any]:
    return next(each for each in view(world, case)["legs"] if each["message"] == message)


def test_the_province_learns_once_of_what_the_bureau_decided_to_give_back(told: World) -> None:
    case, came = paid(told)
    refund = claim(told, case, ORIGIN)["case"]
    told.carry_due()
    assert heard(told, ReverseCover) == [], "nothing is decided yet"
    grant(told, refund, RefundRoute.TREASURY)
    told.carry_due()
    told.carry_due()
    (said,) = heard(told, ReverseCover)
    assert (said.voucher_number, said.first, said.last) == (came.voucher_number, came.first, came.last)
    assert (said.amount, said.cover_falls, said.reason) == (came.amount, True, "退费")
    assert said.reversal_number == "TF1"
    assert [each for each in events(told, refund) if each in {"refund_being_told", "refund_known"}] == [
        *("refund_being_told", "refund_known")
    ]
    receive(told.runtime, BUREAU, pushed(RefundState.PAID, told, refund))
    told.carry_due()
    assert len(heard(told, ReverseCover)) == 1
    assert view(told, refund)["status"] == "completed"


def test_what_its_agency_decides_or_pays_a_province_knows(told: World) -> None:
    case, _ = paid(told)
    overlap = claim(told, case, RefundOrigin.OVERLAP)["case"]
    grant(told, overlap, RefundRoute.AGENCY)
    told.carry_due()
    assert heard(told, ReverseCover) == []


def test_a_second_payment_that_goes_back_was_never_told(told: World) -> None:
    _, refund = twice_paid(told)
    grant(told, refund, RefundRoute.TREASURY)
    told.carry_due()
    assert heard(told, ReverseCover) == []


def test_where_the_province_has_no_message_a_person_tells_its_counter(world: World) -> None:
    able(world)
    case, _ = paid(world)
    refund = asked_back(world, case)
    waiting = leg(world, refund, "ReverseCover")
    assert (waiting["state"], world.zhejiang.count("ReverseCover")) == ("needs_person", 0)
    assert "refund_not_told" in events(world, refund)
    settle_as(world.runtime, waiting["leg"], LegState.ACCEPTED, Act("anna", "settle", "told the counter in Hangzhou"))
    assert leg(world, refund, "ReverseCover")["state"] == "accepted"
    assert events(world, refund)[-1] == "refund_known"
    receive(world.runtime, BUREAU, pushed(RefundState.PAID, world, refund))
    assert view(world, refund)["status"] == "completed"


def test_what_the_province_refuses_is_a_person_s(told: World) -> None:
    told.zhejiang.answers("ReverseCover", Outcome(OutcomeKind.REFUSED, reason="无此缴费"))
    case, _ = paid(told)
    refund = asked_back(told, case)
    assert leg(told, refund, "ReverseCover")["state"] == "needs_person"
    assert events(told, refund)[-1] == "refund_not_told"
    assert view(told, case)["status"] == "completed"


def test_a_refund_that_is_refused_after_all_leaves_the_months_paid_at_the_province(told: World) -> None:
    case, came = paid(told)
    refund = asked_back(told, case)
    receive(told.runtime, BUREAU, pushed(RefundState.REFUSED, told, refund, reason="国库退回"))
    told.carry_due()
    again = heard(told, StartCover)[-1]
    assert (len(heard(told, StartCover)), again.voucher_number, again.amount) == (2, came.voucher_number, came.amount)
    assert (again.first, again.last, again.paid_on) == (came.first, came.last, came.collected_on)
    assert events(told, refund)[-1] == "refund_unknown"
    assert view(told, case)["status"] == "completed"


def test_of_a_payment_that_is_gone_the_province_is_not_told_that_it_stands(told: World) -> None:
    case, came = paid(told)
    refund = asked_back(told, case)
    receive(told.runtime, BUREAU, reversal(came))
    told.carry_due()
    refund_desk.decide(told.runtime, wish(refund, "r2"), Decided(RefundVerdict.REFUSE, "缴费已冲正"))
    told.carry_due()
    assert view(told, refund)["status"] == "refused"
    assert len(heard(told, StartCover)) == 1


def test_a_payment_that_is_told_late_is_told_of_with_what_went_back_meanwhile(told: World) -> None:
    told.zhejiang.answers("StartCover", Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time"))
    case = awaiting(told)
    came = receipt(told, case)
    receive(told.runtime, BUREAU, came)
    told.carry_due()
    asked_back(told, case)
    assert heard(told, ReverseCover) == []
    uncertain = leg(told, case, "StartCover")["leg"]
    settle_as(told.runtime, uncertain, LegState.ACCEPTED, Act("anna", "settle", "it is on their record"))
    told.carry_due()
    assert [said.amount for said in heard(told, ReverseCover)] == [came.amount]
