"""A province that we told of a payment is told that it was taken back: by message, or else by a person."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gateway.model.codes import CoverState, LegState, Scheme
from gateway.model.province import Cover, CoverFound, Done, ReverseCover
from gateway.model.values import Month, Region
from gateway.ports import Outcome, OutcomeKind
from gateway.services.operate import Act, settle_as
from gateway.services.receive import receive
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.paid import BUREAU, awaiting, correction, hears_of_reversals, paid, reversal
from tests.gateway.services.test_journey import begin, events, receipt, view

TIMED_OUT = Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time")


@pytest.fixture
def told(world: World) -> World:
    """Zhejiang, where we tell the province, and it has the message."""
    hears_of_reversals(world)
    return world


def reversals(world: World) -> list[ReverseCover]:
    return [work.message for work in world.zhejiang.delivered if isinstance(work.message, ReverseCover)]


def leg(world: World, case: str, message: str) -> dict[str, Any]:
    found: dict[str, Any] = [each for each in view(world, case)["legs"] if each["message"] == message][-1]
    return found


def test_the_province_is_told_once_of_a_reversal_naming_the_original(told: World) -> None:
    case, came = paid(told)
    for _ in range(2):
        receive(told.runtime, BUREAU, reversal(came))
        told.carry_due()
    (said,) = reversals(told)
    assert (said.voucher_number, said.reversal_number) == (came.voucher_number, "CZ1")
    assert (said.first, said.last, said.amount) == (came.first, came.last, came.amount)
    assert (said.reversed_on, said.cover_falls, said.reason) == (date(2026, 11, 10), True, "银行冲正")
    assert view(told, case)["status"] == "awaiting_payment"
    assert events(told, case)[-3:] == ["cover_falls", "reversal_being_told", "reversal_told"]


def test_a_payment_that_is_booked_for_other_months_is_taken_back_too(told: World) -> None:
    _, came = paid(told)
    receive(told.runtime, BUREAU, correction(came, right_first=Month.parse("2026-12")))
    told.carry_due()
    assert [each.reversal_number for each in reversals(told)] == ["GZ1"]


def test_each_payment_and_each_reversal_is_told_of_by_a_leg_of_its_own(told: World) -> None:
    case, came = paid(told)
    for number in (2, 3):
        receive(told.runtime, BUREAU, reversal(came, f"CZ{number}"))
        came = replace(came, voucher_number=f"33000000000000000{number}")
        receive(told.runtime, BUREAU, came)
        told.carry_due()
    assert [each.reversal_number for each in reversals(told)] == ["CZ2", "CZ3"]
    assert told.zhejiang.count("StartCover") == 3
    assert view(told, case)["status"] == "completed"


def test_what_has_not_gone_out_yet_is_not_sent(told: World) -> None:
    case = awaiting(told)
    came = receipt(told, case)
    receive(told.runtime, BUREAU, came)
    receive(told.runtime, BUREAU, reversal(came))
    told.carry_due()
    assert leg(told, case, "StartCover")["state"] == "cancelled"
    assert (told.zhejiang.count("StartCover"), reversals(told)) == (0, [])
    assert view(told, case)["status"] == "awaiting_payment"


def test_a_payment_whose_telling_was_in_doubt_is_taken_back_once_it_is_known_to_have_arrived(told: World) -> None:
    told.zhejiang.answers("StartCover", TIMED_OUT)
    told.zhejiang.finds("StartCover", accepted(Done(done=True)))
    case = awaiting(told)
    came = receipt(told, case)
    receive(told.runtime, BUREAU, came)
    told.carry_due()
    receive(told.runtime, BUREAU, reversal(came))
    assert reversals(told) == []
    told.clock.forward(minutes=5)
    told.carry_due()
    assert [each.reversal_number for each in reversals(told)] == ["CZ1"]
    assert view(told, case)["status"] == "awaiting_payment", "what is not paid is not completed"


def test_an_answer_that_is_lost_is_asked_for_by_sending_again(told: World) -> None:
    told.zhejiang.answers("ReverseCover", TIMED_OUT)
    told.zhejiang.finds("ReverseCover", accepted(Done(done=True)))
    case, came = paid(told)
    receive(told.runtime, BUREAU, reversal(came))
    told.carry_due()
    told.clock.forward(minutes=5)
    told.carry_due()
    assert leg(told, case, "ReverseCover")["state"] == "accepted"
    assert events(told, case).count("reversal_told") == 1


def test_where_the_province_has_no_message_a_person_tells_it_and_the_case_goes_on(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, reversal(came))
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"
    waiting = leg(world, case, "ReverseCover")
    assert (waiting["state"], world.zhejiang.count("ReverseCover")) == ("needs_person", 0)
    act = Act("anna", "settle", "told the counter in Hangzhou")
    settle_as(world.runtime, waiting["leg"], LegState.ACCEPTED, act)
    assert view(world, case)["status"] == "awaiting_payment"
    receive(world.runtime, BUREAU, replace(came, voucher_number="330000000000000009"))
    world.carry_due()
    assert view(world, case)["status"] == "completed"


def test_what_was_paid_again_before_the_counter_was_told_is_passed_on_then(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, reversal(came))
    receive(world.runtime, BUREAU, replace(came, voucher_number="330000000000000009"))
    world.carry_due()
    assert (view(world, case)["status"], world.zhejiang.count("StartCover")) == ("needs_person", 1)
    settle_as(world.runtime, leg(world, case, "ReverseCover")["leg"], LegState.ACCEPTED, Act("anna", "settle", "done"))
    world.carry_due()
    assert (view(world, case)["status"], world.zhejiang.count("StartCover")) == ("completed", 2)


def test_a_province_that_its_tax_bureau_tells_is_not_told_by_us(world: World) -> None:
    paid_for = Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2026-11"))
    case = begin(world, choice="registered")
    world.carry_due()
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, covers=(paid_for,))))
    came = receipt(world, case)
    receive(world.runtime, "tax-hunan", came)
    world.carry_due()
    receive(world.runtime, "tax-hunan", reversal(came))
    world.carry_due()
    assert world.hunan.count("ReverseCover") == 0
    assert all(each["message"] != "ReverseCover" for each in view(world, case)["legs"])


def test_a_month_that_cannot_be_paid_any_more_stays_with_a_person_once_the_counter_is_told(world: World) -> None:
    case, came = paid(world)
    world.clock.forward(days=400)
    receive(world.runtime, BUREAU, reversal(came, reversed_on=date(2027, 12, 15)))
    settle_as(world.runtime, leg(world, case, "ReverseCover")["leg"], LegState.ACCEPTED, Act("anna", "settle", "done"))
    assert view(world, case)["status"] == "needs_person"
