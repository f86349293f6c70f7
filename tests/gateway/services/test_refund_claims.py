"""Claims of a payment: no month goes back twice, none that it does not pay, and each claim has its reason."""

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import RefundOrigin, RefundVerdict
from gateway.model.values import Money, Month
from gateway.services import refund_desk
from gateway.services.refund_desk import Decided
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import paid
from tests.gateway.services.test_journey import events
from tests.gateway.services.test_refunds import claim, twice_paid, wish


def test_no_month_of_a_payment_goes_back_twice_and_none_that_it_does_not_pay(world: World) -> None:
    case, _ = paid(world, contribution={"grade": 60, "cycle": "quarterly"})
    november, december = Month.parse("2026-11"), Month.parse("2026-12")
    once = claim(world, case, RefundOrigin.DEATH, first=november, last=november)
    again = claim(world, case, RefundOrigin.DEATH, "c2", first=november, last=november)
    assert again["case"] == once["case"]
    for number, months, code in (
        ("c3", (november, december + 1), "not_found"),
        ("c4", (november + -1, november), "not_found"),
        ("c5", (december, november), "not_found"),
    ):
        with pytest.raises(GatewayError) as problem:
            claim(world, case, RefundOrigin.DEATH, number, first=months[0], last=months[1])
        assert problem.value.kind.code == code
    assert claim(world, case, RefundOrigin.DEATH, "c6", first=december, last=december)["case"] != once["case"]


def test_a_month_that_goes_back_is_no_part_of_another_refund(world: World) -> None:
    world.clock.forward(days=60)
    case, came = paid(world, contribution={"grade": 60, "cycle": "quarterly"}, start="2027-01")
    first = came.first
    claim(world, case, RefundOrigin.DEATH, first=first, last=first)
    with pytest.raises(GatewayError) as problem:
        claim(world, case, RefundOrigin.DEATH, "c2", first=first, last=first + 1)
    assert (problem.value.kind.code, problem.value.params["first"]) == ("refunded_months", str(first))
    rest = claim(world, case, RefundOrigin.DEATH, "c3", first=first + 1, last=came.last)["refund"]
    assert Money.parse(rest["amount"]).fen * 3 == came.amount.fen * 2


def test_a_payment_that_is_claimed_back_for_another_reason_is_told_of_the_first_claim(world: World) -> None:
    case, _ = paid(world)
    claim(world, case, RefundOrigin.DEATH)
    with pytest.raises(GatewayError) as problem:
        claim(world, case, RefundOrigin.PAYER_ERROR, "c2")
    assert problem.value.kind.code == "refunded_already"


def test_a_grant_without_a_route_is_told_that_it_is_missing(world: World) -> None:
    _, refund = twice_paid(world)
    with pytest.raises(GatewayError) as problem:
        refund_desk.decide(world.runtime, wish(refund), Decided(RefundVerdict.GRANT, "查证属实"))
    assert [(each.pointer, each.code) for each in problem.value.faults] == [("/route", "missing_field")]


def test_the_same_claim_again_is_no_other_line_of_the_timeline(world: World) -> None:
    case, _ = paid(world)
    first = claim(world, case, RefundOrigin.PAYER_ERROR)["case"]
    assert claim(world, case, RefundOrigin.PAYER_ERROR, "c2")["case"] == first
    assert events(world, case).count("refund_claimed") == 1


def test_money_of_a_refund_that_nobody_has_decided_cannot_have_gone_back(world: World) -> None:
    case, _ = paid(world)
    refund = claim(world, case, RefundOrigin.PAYER_ERROR)["case"]
    with pytest.raises(GatewayError) as raised:
        refund_desk.decide(world.runtime, wish(refund), Decided(RefundVerdict.PAID, "付讫"))
    assert raised.value.kind.code == "refund_not_decided"
