"""What of the record goes with a refund: to whom each share goes, and which cover is left for the months still paid."""

import pytest

from gateway.model.codes import Payer, RefundOrigin, RefundRoute, RefundState
from gateway.model.tax import Component
from gateway.model.values import Money, Month
from gateway.services import refund_shares
from gateway.services.receive import receive
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, paid
from tests.gateway.services.test_journey import events, receipt, view
from tests.gateway.services.test_refunds import able, claim, grant, pushed

NOVEMBER, DECEMBER = Month.parse("2026-11"), Month.parse("2026-12")


@pytest.fixture
def quarter(world: World) -> str:
    """November and December are paid for, and covered."""
    case, _ = paid(world, contribution={"grade": 60, "cycle": "quarterly"})
    able(world)
    assert cover(world, case) == "2026-11-01"
    return case


def cover(world: World, case: str) -> str | None:
    found: str | None = view(world, case)["items"][0]["cover_from"]
    return found


def refund(world: World, case: str, first: Month, last: Month, number: str = "1") -> str:
    """A refund of some months of what was prepaid, as far as it is claimed."""
    months = {"first": first, "last": last}
    return str(claim(world, case, RefundOrigin.PREPAID, f"c{number}", **months)["case"])


def decide(world: World, handle: str, number: str = "1") -> None:
    grant(world, handle, RefundRoute.TREASURY, f"g{number}")
    world.carry_due()


def test_the_first_month_that_goes_back_leaves_the_cover_of_the_one_after(world: World, quarter: str) -> None:
    handle = refund(world, quarter, NOVEMBER, NOVEMBER)
    assert cover(world, quarter) == "2026-11-01", "claimed, and not decided"
    assert view(world, quarter)["levies"][0]["refunded"] == "0.00"
    decide(world, handle)
    assert view(world, quarter)["levies"][0]["refunded"] == "960.00", "of 1920.00 that were paid"
    assert cover(world, quarter) == "2026-12-01"
    assert "cover_withdrawn" not in events(world, quarter)
    decide(world, refund(world, quarter, DECEMBER, DECEMBER, "2"), "2")
    assert cover(world, quarter) is None
    assert events(world, quarter).count("cover_withdrawn") == 1


def test_a_later_month_that_goes_back_leaves_the_cover_as_it_began(world: World, quarter: str) -> None:
    decide(world, refund(world, quarter, DECEMBER, DECEMBER))
    assert cover(world, quarter) == "2026-11-01"


def test_a_refund_that_is_refused_takes_no_month_from_the_cover(world: World, quarter: str) -> None:
    able(world, RefundState.REFUSED)
    decide(world, refund(world, quarter, NOVEMBER, NOVEMBER))
    assert cover(world, quarter) == "2026-11-01"
    able(world)
    handle = refund(world, quarter, NOVEMBER, NOVEMBER, "2")
    decide(world, handle, "2")
    receive(world.runtime, BUREAU, pushed(RefundState.PAID, world, handle))
    receive(world.runtime, BUREAU, pushed(RefundState.PAID, world, handle))
    assert cover(world, quarter) == "2026-12-01"


@pytest.mark.parametrize(("first", "left"), [(NOVEMBER, None), (DECEMBER, "2026-11-01")])
def test_a_decision_that_the_bureau_takes_back_gives_the_cover_back(
    world: World, quarter: str, first: Month, left: str | None
) -> None:
    handle = refund(world, quarter, first, DECEMBER)
    decide(world, handle)
    assert cover(world, quarter) == left
    for _ in range(2):
        receive(world.runtime, BUREAU, pushed(RefundState.REFUSED, world, handle, reason="账户有误"))
    assert cover(world, quarter) == "2026-11-01"
    assert events(world, quarter).count("cover_restored") == (left is None)
    shown = view(world, quarter)["levies"][0]
    assert (shown["refunded"], shown["history"][-1]["message"]) == ("0.00", "refund_refused")


def test_a_receipt_that_does_not_say_what_it_is_made_of_pays_what_was_levied(world: World, quarter: str) -> None:
    shares = view(world, refund(world, quarter, NOVEMBER, NOVEMBER))["refund"]["shares"]
    assert shares == [{"name": "rate", "payer": "worker", "amount": "960.00", "to": "worker"}]


def test_the_share_of_who_did_not_pay_goes_to_nobody_else(world: World) -> None:
    case, _ = paid(world)
    came = receipt(world, case)
    levied = [Component("rate", Payer.PLATFORM, Money(20000)), Component("fixed", Payer.GOVERNMENT, Money(10000))]
    shares = refund_shares.of(came, Money(300), None, levied)
    assert [(each["to"], each["amount"]) for each in shares] == [("platform", "2.00"), ("government", "1.00")]
