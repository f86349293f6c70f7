"""A deployment that levies itself: it deducts through the treasury network, once, and takes back what it deducted."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions, top_ups
from gateway.store import serials
from tests.gateway.services.changed import wish
from tests.gateway.services.conftest import World
from tests.gateway.services.laws import WAGE, published
from tests.gateway.services.levying import (
    ORG,
    ROUTE,
    Node,
    covered,
    done,
    enrolled,
    node,
    orders,
    refund,
    short_of_money,
)
from tests.gateway.services.provisional import CARRIED, JULY, SEPTEMBER, following
from tests.gateway.services.test_journey import events, view

__all__ = ["node"]


def test_a_levy_is_deducted_and_its_receipt_is_ours(world: World, node: Node) -> None:
    case = enrolled(world)
    covered(world)
    shown = view(world, case)
    (order,) = orders(node)
    (levy,) = shown["levies"]
    assert (order.org, order.entrusted_on, order.deduction.protocol) == (ORG, date(2026, 11, 10), "XY430001")
    assert (str(order.deduction.amount), levy["paid"]) == (levy["amount"], levy["amount"])
    assert (shown["status"], levy["status"]) == ("completed", "receipted")
    assert levy["numbers"]["voucher"] == order.deduction.voucher_number
    assert levy["numbers"]["trace"] == order.deduction.trace_number == "00000001"
    assert len(order.deduction.voucher_number) == 18
    assert [each["to"] for each in levy["history"]][1:3] == ["accepted", "receipted"]
    assert world.tax_hunan.count("DeclareLevy") == 0


def test_an_answer_that_is_lost_is_asked_for_and_the_money_is_taken_once(world: World, node: Node) -> None:
    node.answers("Deduct", Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time"))
    node.finds("Deduct", done)
    case = enrolled(world)
    world.clock.forward(minutes=5)
    world.carry_due()
    assert len(orders(node)) == 1
    assert view(world, case)["levies"][0]["status"] == "receipted"


def test_what_could_not_be_deducted_is_ordered_again_tomorrow_under_a_new_number(world: World, node: Node) -> None:
    node.answers("Deduct", short_of_money, done)
    case = enrolled(world)
    waiting = view(world, case)
    assert (waiting["status"], waiting["levies"][0]["status"]) == ("awaiting_payment", "accepted")
    assert "deduction_failed" in events(world, case)
    world.clock.forward(hours=1)
    world.carry_due()
    assert len(orders(node)) == 1
    world.clock.forward(days=1)
    world.carry_due()
    first, second = orders(node)
    assert (first.entrusted_on, second.entrusted_on) == (date(2026, 11, 10), date(2026, 11, 11))
    assert first.deduction.voucher_number != second.deduction.voucher_number
    assert view(world, case)["levies"][0]["status"] == "receipted"


def test_without_an_agreement_or_our_code_nothing_is_sent_and_a_person_is_told_why(world: World, node: Node) -> None:
    bare = enrolled(world, contribution={"grade": 100, "cycle": "monthly"})
    assert view(world, bare)["status"] == "needs_person"
    assert "agreement" in str(view(world, bare)["timeline"])
    assert orders(node) == []


def test_without_an_organisation_code_the_order_is_refused_by_name(world: World, node: Node) -> None:
    node.supports = {}
    case = enrolled(world)
    assert view(world, case)["status"] == "needs_person"
    assert "机构代码" in str(view(world, case)["timeline"])


def test_a_withdrawal_cancels_our_own_levy_without_asking_anybody(world: World, node: Node) -> None:
    node.answers("Deduct", short_of_money)
    case = enrolled(world)
    actions.withdraw_case(world.runtime, wish(case), "改在户籍地参保")
    world.carry_due()
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["status"]) == ("withdrawn", "cancelled")
    world.clock.forward(days=2)
    world.carry_due()
    assert len(orders(node)) == 1, "nothing is deducted for what was withdrawn"


def test_a_withdrawal_waits_for_a_deduction_in_doubt_and_the_money_wins(world: World, node: Node) -> None:
    node.answers("Deduct", Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time"))
    node.finds("Deduct", done)
    case = enrolled(world)
    actions.withdraw_case(world.runtime, wish(case), "改在户籍地参保")
    world.clock.forward(minutes=5)
    world.carry_due()
    assert "withdrawal_overtaken" in events(world, case)
    assert view(world, case)["levies"][0]["status"] == "receipted"


def test_a_refund_of_what_we_deducted_is_a_reversal_that_names_it(world: World, node: Node) -> None:
    case = enrolled(world)
    covered(world)
    opened = refund(world, case)
    (reversal,), (order,) = orders(node, "ReverseDeduction"), orders(node)
    assert (reversal.original_trace_number, reversal.original_entrusted_on) == (
        order.deduction.trace_number,
        order.entrusted_on,
    )
    assert reversal.cancel_number == "00000002", "a number of its own"
    shown = view(world, opened)
    assert (shown["status"], shown["refund"]["state"]) == ("completed", "paid")
    assert shown["refund"]["refund_number"] == "00000002"


def test_a_reversal_that_the_treasury_refuses_refuses_the_refund(world: World, node: Node) -> None:
    node.answers("ReverseDeduction", short_of_money)
    case = enrolled(world)
    covered(world)
    assert view(world, refund(world, case))["refund"]["state"] == "refused"


def test_a_top_up_of_a_levy_of_ours_is_deducted_too(world: World, node: Node, tmp_path: Path) -> None:
    world.clock.at = JULY
    world.runtime = replace(world.runtime, law=published(tmp_path / "july", instead=(WAGE, CARRIED), more=ROUTE))
    enrolled(world, start="2026-07")
    world.clock.at = SEPTEMBER
    later = published(tmp_path / "september", instead=(WAGE, following(7500)), more=ROUTE)
    world.runtime = replace(world.runtime, law=later)
    assert top_ups.adjust_months(world.runtime) == 1
    world.carry_due()
    whole, difference = orders(node)
    assert (str(difference.deduction.amount), difference.entrusted_on) == ("100.00", SEPTEMBER.date())
    assert difference.deduction.voucher_number != whole.deduction.voucher_number


def test_numbers_are_given_out_once_for_each_party_and_day(world: World) -> None:
    with world.runtime.store.work("refund") as tx:
        assert [serials.following(tx, scope) for scope in ("a/1", "a/1", "b/1", "a/2", "a/1")] == [1, 2, 1, 1, 3]
