"""Refunds are cases: opened, decided and paid once each, and nothing of the record goes before the decision."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, LevyState, RefundOrigin, RefundRoute, RefundState, RefundVerdict
from gateway.model.tax import LevyResult, Receipt
from gateway.model.tax_payments import RefundResult
from gateway.model.values import Money, Month
from gateway.ports import Outcome, OutcomeKind, Support, Work
from gateway.services import actions, refund_desk, refund_shares, refunds
from gateway.services.once import Wish
from gateway.services.receive import receive
from gateway.services.refund_desk import Claimed, Decided
from gateway.store import cases, levies
from gateway.store import refunds as kept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.paid import BUREAU, awaiting, paid, reversal
from tests.gateway.services.test_accept import key
from tests.gateway.services.test_journey import events, receipt, view

CANCELLED = accepted(LevyResult(found=True, state=LevyState.CANCELLED))


def able(world: World, state: RefundState | None = RefundState.DECIDED, reason: str = "") -> None:
    """The bureau takes requests to refund, and answers with this state."""

    def answer(work: Work) -> Outcome:
        reply = RefundResult(True, state, work.message.reference, "TF1", reason=reason or None)
        kinds = {None: OutcomeKind.RECEIVED, RefundState.REFUSED: OutcomeKind.REFUSED}
        return Outcome(kinds.get(state, OutcomeKind.ACCEPTED), reply=reply, reason=reason)

    world.tax_zhejiang.supports["RequestRefund"] = Support("RequestRefund", recognises_id=True, inquire="resend")
    world.tax_zhejiang.answers("RequestRefund", answer)
    world.tax_zhejiang.finds("RequestRefund", answer)


def wish(case: str, number: str = "r1") -> Wish:
    return Wish(key(number, "operator-1"), None, case, "en")


def grant(world: World, case: str, route: RefundRoute, number: str = "r1") -> dict[str, Any]:
    answer = refund_desk.decide(world.runtime, wish(case, number), Decided(RefundVerdict.GRANT, "查证属实", route))
    shown: dict[str, Any] = json.loads(answer.body)
    return shown


def twice_paid(world: World) -> tuple[str, str]:
    """A case that was paid twice, and the case of its refund."""
    case, came = paid(world)
    receive(world.runtime, BUREAU, replace(came, voucher_number="330000000000000002"))
    with world.runtime.store.reading() as tx:
        (row,) = kept.of_origin(tx, case)
    return case, row.case


def claim(world: World, case: str, origin: RefundOrigin, number: str = "c1", **months: Any) -> dict[str, Any]:
    asked = Claimed(Insurance.PENSION, origin, "申请退费", **months)
    shown: dict[str, Any] = json.loads(refund_desk.claim(world.runtime, wish(case, number), asked).body)
    return shown


def pushed(state: RefundState, world: World, case: str, **more: Any) -> RefundResult:
    with world.runtime.store.reading() as tx:
        row = kept.of_case(tx, case)
    assert row is not None
    return RefundResult(True, state, row.id, "TF1", **more)


def test_a_second_payment_opens_a_refund_of_its_own(world: World) -> None:
    case, refund = twice_paid(world)
    shown = view(world, refund)
    assert (shown["kind"], shown["status"], shown["allowed_actions"]) == ("refund", "needs_person", [])
    found = shown["refund"]
    assert (found["origin"], found["state"], found["amount"]) == ("payer_error", "opened", "960.00")
    assert (found["of"], found["from"], found["to"]) == (case, "2026-11", "2026-11")
    assert shown["timeline"][0]["event"] == "refund_opened"
    assert "the tax bureau, the agency" in shown["timeline"][0]["text"]
    assert view(world, case)["status"] == "needs_person"
    assert refund in view(world, case)["timeline"][-1]["text"]


def test_the_same_second_payment_again_opens_no_other_refund(world: World) -> None:
    case, came = paid(world)
    for _ in range(3):
        receive(world.runtime, BUREAU, replace(came, voucher_number="330000000000000002"))
    with world.runtime.store.reading() as tx:
        assert len(kept.of_origin(tx, case)) == 1


def test_a_refund_by_the_treasury_asks_the_bureau_and_follows_its_answers(world: World) -> None:
    able(world, None)
    case, refund = twice_paid(world)
    assert grant(world, refund, RefundRoute.TREASURY)["status"] == "checking"
    world.carry_due()
    (asked,) = [work.message for work in world.tax_zhejiang.delivered if type(work.message).__name__ == "RequestRefund"]
    assert (asked.voucher_number, str(asked.amount)) == ("330000000000000002", "960.00")
    assert asked.origin is RefundOrigin.PAYER_ERROR
    assert "refund_received" in events(world, refund)
    receive(world.runtime, BUREAU, pushed(RefundState.DECIDED, world, refund))
    assert view(world, refund)["refund"]["state"] == "decided"
    first = receive(world.runtime, BUREAU, pushed(RefundState.PAID, world, refund))
    shown = view(world, refund)
    assert (shown["status"], shown["refund"]["state"], shown["refund"]["refund_number"]) == ("completed", "paid", "TF1")
    assert view(world, case)["status"] == "completed", "it stands where it stood before the second payment"
    before = view(world, refund)
    assert receive(world.runtime, BUREAU, pushed(RefundState.PAID, world, refund)) == first
    assert view(world, refund) == before


def test_a_refund_that_the_bureau_refuses_keeps_its_words(world: World) -> None:
    able(world, RefundState.REFUSED, "不符合退费条件")
    case, refund = twice_paid(world)
    grant(world, refund, RefundRoute.TREASURY)
    world.carry_due()
    shown = view(world, refund)
    assert (shown["status"], shown["items"][0]["reason"]) == ("refused", "不符合退费条件")
    assert view(world, case)["status"] == "completed"


def test_a_lost_answer_of_the_bureau_asks_again_and_refunds_once(world: World) -> None:
    able(world, RefundState.DECIDED)
    world.tax_zhejiang.answers("RequestRefund", Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    _, refund = twice_paid(world)
    grant(world, refund, RefundRoute.TREASURY)
    world.carry_due()
    world.clock.forward(minutes=5)
    world.carry_due()
    assert view(world, refund)["refund"]["state"] == "decided"
    assert events(world, refund).count("refund_decided") == 1


def test_a_refund_by_the_agency_is_paid_when_somebody_says_so(world: World) -> None:
    _, refund = twice_paid(world)
    grant(world, refund, RefundRoute.AGENCY)
    assert view(world, refund)["refund"]["state"] == "decided"
    refund_desk.decide(world.runtime, wish(refund, "r2"), Decided(RefundVerdict.PAID, "支出户已付款"))
    assert view(world, refund)["status"] == "completed"


def test_a_refund_is_decided_once(world: World) -> None:
    _, refund = twice_paid(world)
    first = refund_desk.decide(
        world.runtime, wish(refund), Decided(RefundVerdict.GRANT, "查证属实", RefundRoute.AGENCY)
    )
    again = refund_desk.decide(
        world.runtime, wish(refund), Decided(RefundVerdict.GRANT, "查证属实", RefundRoute.AGENCY)
    )
    assert (again.body, again.replayed) == (first.body, True)
    for verdict in (RefundVerdict.GRANT, RefundVerdict.REFUSE):
        decided = Decided(verdict, "x", RefundRoute.AGENCY)
        with pytest.raises(GatewayError) as problem:
            refund_desk.decide(world.runtime, wish(refund, verdict.value), decided)
        assert problem.value.kind.code == "refund_through"


def test_a_route_that_the_rule_does_not_know_is_refused(world: World) -> None:
    case, _ = paid(world)
    refund = claim(world, case, RefundOrigin.DEATH)["case"]
    with pytest.raises(GatewayError) as problem:
        grant(world, refund, RefundRoute.OFFSET)
    assert problem.value.kind.code == "refund_undecided"
    assert "agency, treasury" in str(problem.value)


def test_the_cover_goes_when_the_refund_is_decided_and_not_before(world: World) -> None:
    case, _ = paid(world)
    refund = claim(world, case, RefundOrigin.OVERLAP)["case"]
    assert view(world, case)["items"][0]["cover_from"] == "2026-11-01"
    grant(world, refund, RefundRoute.AGENCY)
    assert view(world, case)["items"][0]["cover_from"] is None
    assert events(world, case)[-1] == "cover_withdrawn"
    assert view(world, case)["levies"][0]["history"][-1]["message"] == "refund_decided"
    assert {share["to"] for share in view(world, refund)["refund"]["shares"]} == {"worker"}


def test_a_refund_that_is_refused_leaves_the_cover(world: World) -> None:
    case, _ = paid(world)
    refund = claim(world, case, RefundOrigin.OVERLAP)["case"]
    refund_desk.decide(world.runtime, wish(refund), Decided(RefundVerdict.REFUSE, "无重复参保"))
    assert view(world, case)["items"][0]["cover_from"] == "2026-11-01"
    assert view(world, refund)["status"] == "refused"
    again = claim(world, case, RefundOrigin.OVERLAP, "c2")
    assert again["case"] != refund, "it may be claimed again, with better reasons"


def test_a_payment_that_is_reversed_closes_the_refund_that_waited_for_it(world: World) -> None:
    case, came = paid(world)
    second = replace(came, voucher_number="330000000000000002")
    receive(world.runtime, BUREAU, second)
    receive(world.runtime, BUREAU, reversal(second))
    with world.runtime.store.reading() as tx:
        (row,) = kept.of_origin(tx, case)
    assert (row.state, view(world, row.case)["status"]) == ("refused", "refused")
    assert view(world, case)["levies"][0]["status"] == "receipted", "the first payment stands"
    assert view(world, case)["status"] == "completed"


def test_money_for_a_withdrawn_enrolment_is_a_refund_of_what_was_prepaid(world: World) -> None:
    world.tax_zhejiang.answers("CancelLevy", CANCELLED)
    case = awaiting(world)
    actions.withdraw_case(world.runtime, Wish(key("w"), "demo-platform", case, "en"), "改在户籍地参保")
    world.carry_due()
    receive(world.runtime, BUREAU, receipt(world, case))
    with world.runtime.store.reading() as tx:
        (row,) = kept.of_origin(tx, case)
    assert (row.origin, row.state) == ("prepaid", "opened")
    with pytest.raises(GatewayError, match="nothing would ever use the credit"):
        grant(world, row.case, RefundRoute.OFFSET, "r0")
    assert view(world, row.case)["refund"]["state"] == "opened"
    able(world)
    grant(world, row.case, RefundRoute.TREASURY)
    world.carry_due()
    receive(world.runtime, BUREAU, pushed(RefundState.PAID, world, row.case))
    assert view(world, case)["status"] == "withdrawn"


def test_a_refund_of_some_months_is_their_share_of_the_payment(world: World) -> None:
    case, came = paid(world, contribution={"grade": 60, "cycle": "quarterly"})
    assert (str(came.first), str(came.last)) == ("2026-11", "2026-12")
    december = Month.parse("2026-12")
    found = claim(world, case, RefundOrigin.DEATH, first=december, last=december)["refund"]
    assert (found["from"], Money.parse(found["amount"]).fen * 2) == ("2026-12", came.amount.fen)


def test_nobody_withdraws_a_refund(world: World) -> None:
    _, refund = twice_paid(world)
    with pytest.raises(GatewayError) as problem:
        actions.withdraw_case(world.runtime, Wish(key("w"), None, refund, "en"), "x")
    assert problem.value.kind.code == "action_not_allowed"


PARTS = st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.integers(1, 70_000)), min_size=1, max_size=6)


def opened(world: World, case: str, levy: Any, came: Receipt, part: str, fen: int) -> None:
    whose = refunds.Claim(
        levy,
        f"{came.voucher_number}/pension/2026-11",
        came,
        RefundOrigin.CLEARING,
        Money(fen),
        came.first,
        came.last,
        part,
    )
    with suppress(GatewayError), world.runtime.store.work("test") as tx:
        refunds.open_refund(world.runtime, tx, cases.lock(tx, case), whose)


def test_whatever_is_claimed_no_more_goes_back_than_was_paid(world: World) -> None:
    case, came = paid(world)
    with world.runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)

    @given(PARTS)
    def law(parts: list[tuple[str, int]]) -> None:
        voucher = replace(came, voucher_number=f"33{len(vouchers):016d}")
        vouchers.append(voucher.voucher_number)
        for part, fen in parts:
            opened(world, case, levy, voucher, part, fen)
        with world.runtime.store.reading() as tx:
            rows = kept.of_receipt(tx, BUREAU, f"{voucher.voucher_number}/pension/2026-11")
        assert sum(row.fen for row in rows) <= came.amount.fen
        assert len({row.part for row in rows}) == len(rows)

    vouchers: list[str] = []
    law()
    assert vouchers


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.integers(0, 10**9))
def test_shares_come_to_the_whole_and_none_is_below_nothing(fens: list[int], whole: int) -> None:
    shares = refund_shares.scaled(fens, whole)
    assert sum(shares) == whole
    assert len(shares) == len(fens)
    assert min(shares) >= 0
