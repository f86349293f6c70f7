"""What we deducted is paid back in part, set off or booked otherwise by packages that name it; nothing is edited."""

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, PostingKind, RefundOrigin, RefundRoute
from gateway.model.values import Money, Month
from gateway.ports import Outcome, OutcomeKind
from gateway.services import correction_desk, paying, refund_desk
from gateway.store import levies
from tests.gateway.services.changed import wish
from tests.gateway.services.conftest import World
from tests.gateway.services.levying import (
    ORG,
    PAYING,
    Node,
    covered,
    done,
    done_in_part,
    enrolled,
    left_over,
    node,
    orders,
    refund,
    short_of_money,
    sum_of,
)
from tests.gateway.services.test_journey import begin, events, view

__all__ = ["node"]


def test_a_part_of_a_payment_is_paid_back_by_a_package_that_names_it(world: World, node: Node) -> None:
    case = enrolled(world, contribution={**PAYING, "cycle": "quarterly"})
    covered(world)
    opened = refund(world, case, part=True)
    assert orders(node, "ReverseDeduction") == []
    (package,), (order,) = orders(node, "ChangePostings"), orders(node)
    assert (package.kind, package.org, package.package_number) == (PostingKind.REFUND, ORG, "00000001")
    assert (package.count, package.amount) == (len(package.rows), sum_of(package))
    for row in package.rows:
        assert row.original_voucher_number == order.deduction.voucher_number
        assert (row.payee_account, row.payee_name) == (order.deduction.account, order.deduction.payer_name)
        assert (row.treasury, row.examined_by, row.reason_code) == ("1901000000", ORG, "01")
    shown = view(world, opened)
    assert (shown["status"], shown["refund"]["state"]) == ("completed", "paid")
    shares = [(each["amount"], each["payer"], each["to"]) for each in shown["refund"]["shares"]]
    assert [str(row.amount) for row in package.rows] == [amount for amount, _, _ in shares]
    assert shown["refund"]["refund_number"] == package.rows[0].voucher_number
    assert str(package.amount) == shown["refund"]["amount"]
    assert Money.parse(shown["refund"]["amount"]).fen * 2 == order.deduction.amount.fen
    assert view(world, case)["levies"][0]["status"] == "receipted", "the payment stands: nothing of it is edited"


def test_two_parts_go_back_under_numbers_of_their_own_and_never_more_than_was_paid(world: World, node: Node) -> None:
    case = enrolled(world, contribution={**PAYING, "cycle": "quarterly"})
    covered(world)
    refund(world, case, part=True)
    with pytest.raises(GatewayError) as error:
        refund(world, case)
    assert error.value.kind.code == "refunded_already"
    last = refund(world, case, months=(Month.parse("2026-12"), Month.parse("2026-12")))
    first, second = orders(node, "ChangePostings")
    assert (first.package_number, second.package_number) == ("00000001", "00000002")
    numbers = [row.trace_number for package in (first, second) for row in package.rows]
    assert len(set(numbers)) == len(numbers)
    assert view(world, last)["refund"]["state"] == "paid"


def test_months_that_were_not_paid_do_not_go_back(world: World, node: Node) -> None:
    case = enrolled(world)
    covered(world)
    later = Month.parse("2027-03")
    asked = refund_desk.Claimed(Insurance.PENSION, RefundOrigin.TAX_ERROR, "误扣", later, later)
    with pytest.raises(GatewayError) as error:
        refund_desk.claim(world.runtime, wish(case), asked)
    assert (error.value.kind.code, orders(node, "ChangePostings")) == ("not_found", [])


def test_what_the_treasury_has_posted_is_paid_back_and_not_reversed(world: World, node: Node) -> None:
    case = enrolled(world)
    covered(world)
    with world.runtime.store.work("posted") as tx:
        (levy,) = levies.of_case(tx, case)
        paid = next(iter(paying.rows(tx, levy)), None)
        assert paid is not None
        levies.change_receipt(tx, paid, treasury_on="2026-11-11")
    opened = refund(world, case)
    assert orders(node, "ReverseDeduction") == []
    (package,) = orders(node, "ChangePostings")
    assert str(package.amount) == view(world, opened)["refund"]["amount"] == view(world, case)["levies"][0]["amount"]


def test_a_package_that_the_treasury_refuses_refuses_the_refund_and_one_done_in_part_is_a_persons(
    world: World, node: Node
) -> None:
    case = enrolled(world, contribution={**PAYING, "cycle": "quarterly"})
    covered(world)
    node.answers("ChangePostings", short_of_money, done_in_part)
    assert view(world, refund(world, case, part=True))["refund"]["state"] == "refused"
    opened = refund(world, case, part=True)
    shown = view(world, opened)
    assert (shown["status"], shown["refund"]["state"]) == ("needs_person", "asked")
    assert "package_in_part" in events(world, opened)


def test_a_lost_answer_to_a_package_is_asked_for_and_the_money_goes_back_once(world: World, node: Node) -> None:
    node.answers("ChangePostings", Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time"))
    node.finds("ChangePostings", done)
    case = enrolled(world, contribution={**PAYING, "cycle": "quarterly"})
    covered(world)
    opened = refund(world, case, part=True)
    assert view(world, opened)["refund"]["state"] == "asked"
    world.clock.forward(minutes=5)
    world.carry_due()
    assert (view(world, opened)["refund"]["state"], len(orders(node, "ChangePostings"))) == ("paid", 1)


def test_an_offset_is_told_to_the_treasury_and_is_a_credit_once_it_agrees(world: World, node: Node) -> None:
    case = enrolled(world, contribution={**PAYING, "cycle": "quarterly"})
    covered(world)
    node.answers("ChangePostings", Outcome(OutcomeKind.UNCERTAIN, reason="no answer in time"))
    node.finds("ChangePostings", done)
    opened = refund(world, case, part=True, route=RefundRoute.OFFSET)
    assert (left_over(world, case), "offset_asked" in events(world, opened)) == ([], True)
    world.clock.forward(minutes=5)
    world.carry_due()
    (package,) = orders(node, "ChangePostings")
    assert package.kind is PostingKind.EXEMPTION
    assert {row.payee_account for row in package.rows} == {None}, "no money moves"
    assert left_over(world, case) == [package.amount.fen]
    assert view(world, opened)["status"] == "completed"


def test_an_offset_that_the_treasury_refuses_leaves_no_credit(world: World, node: Node) -> None:
    case = enrolled(world)
    covered(world)
    node.answers("ChangePostings", short_of_money)
    assert view(world, refund(world, case, route=RefundRoute.OFFSET))["refund"]["state"] == "refused"
    assert left_over(world, case) == []


def correct(world: World, case: str, *, adjustment: bool = True) -> None:
    asked = correction_desk.Correction(Insurance.PENSION, adjustment, "应计入整理期")
    correction_desk.correct(world.runtime, wish(case, f"correct {adjustment} {world.clock.at}"), asked)
    world.carry_due()


def test_a_payment_is_booked_in_the_adjustment_period_by_a_correction_of_its_own(world: World, node: Node) -> None:
    case = enrolled(world)
    covered(world)
    correct(world, case)
    (package,), (order,) = orders(node, "ChangePostings"), orders(node)
    assert (package.kind, package.count, package.amount) == (PostingKind.CORRECTION, 1, order.deduction.amount)
    assert (package.rows[0].adjustment, order.deduction.adjustment) == (True, False)
    (levy,) = view(world, case)["levies"]
    assert (levy["status"], levy["accounting_month"]) == ("corrected", "2025-12")
    world.clock.forward(minutes=1)
    with pytest.raises(GatewayError) as error:
        correct(world, case)
    assert error.value.kind.code == "nothing_to_correct"
    correct(world, case, adjustment=False)
    assert view(world, case)["levies"][0]["accounting_month"] == "2026-11"


def test_a_correction_that_the_treasury_refuses_is_told_and_changes_nothing(world: World, node: Node) -> None:
    node.answers("ChangePostings", short_of_money)
    case = enrolled(world)
    covered(world)
    correct(world, case)
    assert "correction_refused" in events(world, case)
    assert view(world, case)["levies"][0]["status"] == "receipted"


def test_a_payment_that_a_bureau_collected_is_not_ours_to_correct(world: World) -> None:
    case = begin(world)
    with pytest.raises(GatewayError) as error:
        correct(world, case)
    assert error.value.kind.code == "not_found"
