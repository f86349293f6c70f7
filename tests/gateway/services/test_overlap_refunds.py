"""An overlap that ends: what was paid for later months of the cover that is given up goes back, by dated rule."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import EndCause, Insurance, RefundOrigin, RefundRoute
from gateway.model.values import Money
from gateway.services import changes, refund_desk, refunds
from gateway.services.accept import Answer
from gateway.services.once import Wish
from gateway.services.receive import receive
from gateway.services.refund_desk import Claimed
from gateway.store import cases
from gateway.store import refunds as kept
from gateway.store.rows import RefundRow
from tests.gateway.services.changed import able, ending, month, paid, refused, wish
from tests.gateway.services.conftest import World
from tests.gateway.services.laws import published
from tests.gateway.services.paid import awaiting, reversal
from tests.gateway.services.test_accept import key
from tests.gateway.services.test_journey import events, receipt, view

QUARTER: dict[str, Any] = {"contribution": {"grade": 100, "cycle": "quarterly"}}
RULE = """  - parameter: overlap_end
    region: ["11", "12", "33", "43", "44"]
    insurance: [pension, medical]
    content: {refund: paid_months}
"""


def end(world: World, case: str, last: str = "2026-11", cause: EndCause = EndCause.DUPLICATE) -> Answer:
    answer = changes.end(world.runtime, wish(case), ending(last, cause))
    world.carry_due()
    return answer


def opened(world: World, case: str) -> list[RefundRow]:
    with world.runtime.store.reading() as tx:
        return list(kept.of_origin(tx, case))


def test_ending_an_overlap_opens_the_refund_of_the_months_after_it(world: World) -> None:
    case = paid(world, **QUARTER)
    whole = view(world, case)["levies"][0]["amount"]
    end(world, case)
    (row,) = opened(world, case)
    assert (row.origin, row.first, row.last) == ("overlap", month("2026-12").ordinal, month("2026-12").ordinal)
    assert row.fen * 2 == Money.parse(whole).fen
    refund = view(world, row.case)
    assert (refund["kind"], refund["status"], refund["refund"]["state"]) == ("refund", "needs_person", "opened")
    assert "refund_claimed" in events(world, case)
    assert view(world, case)["items"][0]["cover_from"] == "2026-11-01", "nothing is undone before the decision"


def test_what_somebody_has_claimed_of_it_already_is_left_out_and_the_rest_goes_back(world: World) -> None:
    world.clock.forward(days=60)
    case = paid(world, **QUARTER, start="2027-01")
    middle = month("2027-02")
    asked = Claimed(Insurance.PENSION, RefundOrigin.OVERLAP, "申请退费", middle, middle)
    refund_desk.claim(world.runtime, Wish(key("c1", "operator-1"), None, case, "en"), asked)
    end(world, case, last="2027-01")
    assert [(row.first, row.last) for row in opened(world, case)] == [
        (middle.ordinal, middle.ordinal),
        ((middle + 1).ordinal, (middle + 1).ordinal),
    ]


def test_what_is_granted_leaves_the_month_before_the_end_covered(world: World) -> None:
    case = paid(world, **QUARTER)
    end(world, case)
    (row,) = opened(world, case)
    with world.runtime.store.work("refund") as tx:
        refunds.grant(world.runtime, tx, cases.lock(tx, row.case), row, RefundRoute.AGENCY, "anna")
    assert opened(world, case)[0].state == "decided"
    assert view(world, case)["items"][0]["cover_from"] == "2026-11-01"


@pytest.mark.parametrize("cause", [EndCause.MOVED, EndCause.EMPLOYED])
def test_an_ending_for_another_cause_may_not_lie_before_what_was_levied(world: World, cause: EndCause) -> None:
    case = paid(world, **QUARTER)
    with pytest.raises(GatewayError) as error:
        end(world, case, cause=cause)
    assert error.value.kind.code == "months_levied"
    assert opened(world, case) == []


def test_without_a_rule_nothing_goes_back_and_nothing_ends_before_what_was_levied(world: World, tmp_path: Path) -> None:
    case = paid(world, **QUARTER)
    law = published(tmp_path, instead=(RULE, RULE.replace("paid_months", "none")))
    world.runtime = replace(world.runtime, law=law)
    with pytest.raises(GatewayError) as error:
        end(world, case)
    assert error.value.kind.code == "months_levied"


def test_a_later_month_that_is_owed_and_not_paid_has_to_be_settled_first(world: World) -> None:
    able(world)
    case = awaiting(world, **QUARTER)
    with pytest.raises(GatewayError) as error:
        end(world, case)
    assert error.value.kind.code == "months_levied"


def test_a_province_that_refuses_the_ending_opens_no_refund(world: World) -> None:
    case = paid(world, **QUARTER)
    world.zhejiang.answers("EndEnrolment", refused)
    end(world, case)
    assert opened(world, case) == []


def test_a_payment_that_was_reversed_in_between_is_not_given_back(world: World) -> None:
    case = paid(world, **QUARTER)
    came = receipt(world, case)
    changes.end(world.runtime, wish(case), ending("2026-11", EndCause.DUPLICATE))
    receive(world.runtime, "tax-zhejiang", reversal(came))
    world.carry_due()
    assert opened(world, case) == []


def test_an_overlap_that_ends_with_the_last_paid_month_gives_nothing_back(world: World) -> None:
    case = paid(world)
    end(world, case)
    assert opened(world, case) == []
    assert "ended" in events(world, case)
