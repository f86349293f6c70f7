"""A base that is published after a month was given back: nothing of that month is asked for, or given back twice."""

from pathlib import Path

import pytest

from gateway.model.codes import RefundOrigin, RefundRoute, RefundState, RefundVerdict
from gateway.model.tax_payments import RefundResult
from gateway.model.values import Month
from gateway.ports import Outcome, OutcomeKind, Support, Work
from gateway.services import refund_desk, top_ups
from gateway.services.refund_desk import Decided
from tests.gateway.services.conftest import World
from tests.gateway.services.provisional import adjusted, publish, quarter, topped_up
from tests.gateway.services.test_refunds import claim, grant, wish
from tests.gateway.services.test_top_ups import july as provisional_july

july = provisional_july
SEPTEMBER = Month.parse("2026-09")


@pytest.fixture
def claimed(july: World) -> tuple[World, str, str]:
    """A paid quarter whose last month is to go back, and the case of that refund."""
    case, _ = quarter(july)

    def granted(work: Work) -> Outcome:
        return Outcome(OutcomeKind.ACCEPTED, RefundResult(True, RefundState.DECIDED, work.message.reference, "TF1"))

    july.tax_hunan.supports["RequestRefund"] = Support("RequestRefund", recognises_id=True, inquire="resend")
    july.tax_hunan.answers("RequestRefund", granted)
    return july, case, claim(july, case, RefundOrigin.PREPAID, first=SEPTEMBER, last=SEPTEMBER)["case"]


@pytest.mark.parametrize(("wage", "fen"), [(7500, 10000), (6500, -10000)])
@pytest.mark.parametrize("paid", [False, True])
def test_a_month_that_was_given_back_is_not_adjusted(
    claimed: tuple[World, str, str], tmp_path: Path, wage: int, fen: int, *, paid: bool
) -> None:
    world, case, refund = claimed
    grant(world, refund, RefundRoute.TREASURY)
    world.carry_due()
    if paid:
        refund_desk.decide(world.runtime, wish(refund, "r2"), Decided(RefundVerdict.PAID, "付讫"))
    publish(world, tmp_path, wage)
    assert [top_ups.adjust_months(world.runtime) for _ in range(2)] == [2, 0]
    assert adjusted(world, case) == [("2026-07", fen), ("2026-08", fen)]


def test_a_month_that_may_be_given_back_waits_for_that_decision(
    claimed: tuple[World, str, str], tmp_path: Path
) -> None:
    world, case, refund = claimed
    publish(world, tmp_path)
    assert (top_ups.adjust_months(world.runtime), adjusted(world, case)) == (0, [])
    refund_desk.decide(world.runtime, wish(refund), Decided(RefundVerdict.REFUSE, "不符合条件"))
    assert [top_ups.adjust_months(world.runtime) for _ in range(2)] == [3, 0]
    assert [month for month, _ in adjusted(world, case)] == ["2026-07", "2026-08", "2026-09"]


def test_a_top_up_of_a_month_that_goes_back_afterwards_is_for_a_person(
    claimed: tuple[World, str, str], tmp_path: Path
) -> None:
    world, case, refund = claimed
    refund_desk.decide(world.runtime, wish(refund), Decided(RefundVerdict.REFUSE, "不符合条件"))
    publish(world, tmp_path)
    top_ups.adjust_months(world.runtime)
    world.carry_due()
    again = claim(world, case, RefundOrigin.PREPAID, "c2", first=SEPTEMBER, last=SEPTEMBER)["case"]
    grant(world, again, RefundRoute.TREASURY, "g2")
    world.carry_due()
    assert {each["levies"][0]["from"]: each["status"] for each in topped_up(world, case)} == {
        "2026-07": "awaiting_payment",
        "2026-08": "awaiting_payment",
        "2026-09": "needs_person",
    }
