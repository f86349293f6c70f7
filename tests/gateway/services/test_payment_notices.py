"""Payments after their receipts: posted, reversed, corrected; each once, in whatever order they come."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, LevyState
from gateway.model.levy import Cause
from gateway.model.tax import LevyResult, ReceiptTaken
from gateway.model.values import Money, Month
from gateway.services import pay
from gateway.services.receive import receive
from gateway.store import cases, levies
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, awaiting, correction, hears_of_reversals, paid, posting, reversal
from tests.gateway.services.test_journey import events, receipt, view


def levy(world: World, case: str) -> dict[str, Any]:
    found: dict[str, Any] = view(world, case)["levies"][0]
    return found


def steps(world: World, case: str) -> list[tuple[str, str, str]]:
    return [(each["to"], each["message"], each["party"]) for each in levy(world, case)["history"]]


def test_every_change_of_a_levy_has_its_message_time_and_party(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, posting(came))
    assert steps(world, case) == [
        ("preview", "EnrolWorker", "zhejiang"),
        ("assessed", "FindLevy", BUREAU),
        ("receipted", "Receipt", BUREAU),
        ("posted", "PostPayment", BUREAU),
    ]
    history = levy(world, case)["history"]
    assert history[-2]["details"]["voucher_number"] == came.voucher_number
    assert all(each["at"].startswith("2026-11-10") for each in history)


def test_an_amount_carries_the_days_and_months_of_both_sides(world: World) -> None:
    case, came = paid(world)
    world.clock.forward(days=1)
    receive(world.runtime, BUREAU, posting(came, treasury_on=date(2026, 11, 11)))
    shown = levy(world, case)
    assert (shown["from"], shown["accounting_month"]) == ("2026-11", "2026-11")
    assert (shown["collected_on"], shown["treasury_on"], shown["status"]) == ("2026-11-10", "2026-11-11", "posted")
    assert shown["numbers"] == {
        "levy": "L001",
        "notice": "N001",
        "tax_person": None,
        "voucher": came.voucher_number,
        "trace": "00000017",
    }


def test_a_treasury_day_that_is_still_to_come_is_not_a_posting(world: World) -> None:
    case = awaiting(world)
    receive(world.runtime, BUREAU, receipt(world, case, treasury_on=date(2026, 11, 11)))
    assert (levy(world, case)["status"], levy(world, case)["treasury_on"]) == ("receipted", "2026-11-11")


def test_a_receipt_that_the_treasury_has_posted_already_is_posted(world: World) -> None:
    case = awaiting(world)
    receive(world.runtime, BUREAU, receipt(world, case, treasury_on=date(2026, 11, 10)))
    assert levy(world, case)["status"] == "posted"


def test_a_step_that_the_table_does_not_have_is_refused_and_leaves_the_levy(world: World) -> None:
    case, _ = paid(world)
    with world.runtime.store.reading() as tx:
        (row,) = levies.of_case(tx, case)
    with pytest.raises(GatewayError) as problem, world.runtime.store.work("test") as tx:
        levies.change(tx, row.id, LevyState.ASSESSED, Cause("Receipt"))
    assert problem.value.kind.code == "levy_step_forbidden"
    assert levy(world, case)["status"] == "receipted"


@pytest.mark.parametrize("notice", [posting, reversal, correction], ids=lambda each: each.__name__)
def test_the_same_notice_again_is_the_same_answer_and_changes_nothing(world: World, notice: Any) -> None:
    case, came = paid(world)
    said = notice(came)
    first = receive(world.runtime, BUREAU, said)
    before = view(world, case)
    assert receive(world.runtime, BUREAU, said) == first == ReceiptTaken(came.voucher_number, taken=True)
    assert view(world, case) == before


@pytest.mark.parametrize("notice", [posting, reversal, correction], ids=lambda each: each.__name__)
def test_the_same_number_with_other_content_is_refused(world: World, notice: Any) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, notice(came))
    before = view(world, case)
    with pytest.raises(GatewayError) as problem:
        receive(world.runtime, BUREAU, notice(came, accounting_month=Month.parse("2026-12")))
    assert problem.value.kind.code == "duplicate_notice"
    assert view(world, case) == before


def test_a_reversal_after_booking_makes_the_levy_payable_again_and_the_cover_falls_by_its_rule(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, posting(came))
    receive(world.runtime, BUREAU, reversal(came))
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["status"]) == ("needs_person", "assessed"), "nobody can tell Zhejiang"
    assert [step[0] for step in steps(world, case)][-2:] == ["reversed", "assessed"]
    assert shown["items"][0]["cover_from"] is None
    assert shown["payment_instructions"][0]["number"] == "L001"
    assert events(world, case)[-4:] == ["payment_reversed", "payable_again", "cover_falls", "reversal_not_told"]
    assert shown["levies"][0]["paid"] is None


def test_what_was_reversed_is_paid_again_and_the_province_hears_of_the_new_payment(world: World) -> None:
    hears_of_reversals(world)
    case, came = paid(world)
    receive(world.runtime, BUREAU, reversal(came))
    receive(world.runtime, BUREAU, replace(came, voucher_number="330000000000000009"))
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    assert [work.message.voucher_number for work in world.zhejiang.delivered if hasattr(work.message, "paid_on")] == [
        came.voucher_number,
        "330000000000000009",
    ]


def test_a_receipt_that_nobody_can_have_paid_changes_nothing_and_may_come_again_as_it_is(world: World) -> None:
    case = awaiting(world)
    before = view(world, case)
    came = receipt(world, case)
    wrong = (
        {"amount": Money(0)},
        {"amount": Money(-came.amount.fen)},
        {"insurance": Insurance.MEDICAL},
        {"first": came.first + 1, "last": came.last + 1},
        {"collected_on": date(2027, 11, 10)},
    )
    for changes in wrong:
        with pytest.raises(GatewayError) as problem:
            receive(world.runtime, BUREAU, replace(came, **changes))
        assert problem.value.kind.code == "payment_impossible"
        assert view(world, case) == before
    receive(world.runtime, BUREAU, came)
    assert levy(world, case)["paid"] == str(came.amount)


def test_a_receipt_that_came_before_its_levy_pays_none_of_another_insurance(world: World) -> None:
    case = awaiting(world)
    came = replace(receipt(world, case), levy_number=None, notice_number="N-77", insurance=Insurance.MEDICAL)
    receive(world.runtime, BUREAU, came)
    with world.runtime.store.work("test") as tx:
        (row,) = levies.of_case(tx, case)
        levies.change(tx, row.id, LevyState(row.state), Cause("LevyResult"), notice_number="N-77")
        pay.book_waiting(world.runtime, tx, cases.lock(tx, case), row.id)
    assert (levy(world, case)["status"], levy(world, case)["paid"]) == ("assessed", None)


def test_a_posting_of_another_amount_is_shown_and_not_entered(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, posting(came, amount=Money(100)))
    assert (levy(world, case)["status"], levy(world, case)["treasury_on"]) == ("receipted", None)
    said = view(world, case)["timeline"][-1]
    assert (said["event"], "1.00" in said["text"], str(came.amount) in said["text"]) == ("posting_differs", True, True)


def test_a_reversal_takes_the_trace_number_of_the_payment_off_the_levy(world: World) -> None:
    hears_of_reversals(world)
    case, came = paid(world)
    receive(world.runtime, BUREAU, posting(came))
    assert levy(world, case)["numbers"]["trace"] == "00000017"
    receive(world.runtime, BUREAU, reversal(came))
    assert (levy(world, case)["numbers"]["voucher"], levy(world, case)["numbers"]["trace"]) == (None, None)


def test_the_timeline_says_who_corrected_a_payment(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, correction(came, accounting_month=Month.parse("2026-12")))
    assert "tax-zhejiang corrected" in view(world, case)["timeline"][-1]["text"]


def test_a_reversal_after_the_due_date_leaves_the_month_unpaid(world: World) -> None:
    hears_of_reversals(world)
    case, came = paid(world)
    world.clock.forward(days=60)
    receive(world.runtime, BUREAU, reversal(came, reversed_on=date(2027, 1, 9)))
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["status"]) == ("unpaid", "unpaid")


def test_a_reversal_past_the_last_payable_day_is_a_persons_to_see_to(world: World) -> None:
    case, came = paid(world)
    world.clock.forward(days=400)
    receive(world.runtime, BUREAU, reversal(came, reversed_on=date(2027, 12, 15)))
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["status"]) == ("needs_person", "reversed")


def test_a_reversal_of_another_amount_changes_nothing_and_calls_a_person(world: World) -> None:
    case, came = paid(world)
    receive(world.runtime, BUREAU, reversal(came, amount=Money.parse("1.00")))
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["status"]) == ("needs_person", "receipted")
    assert events(world, case)[-1] == "reversal_differs"


def test_a_reversal_that_overtakes_its_receipt_takes_effect_when_that_comes(world: World) -> None:
    case = awaiting(world)
    came = receipt(world, case)
    receive(world.runtime, BUREAU, reversal(came))
    assert levy(world, case)["status"] == "assessed"
    receive(world.runtime, BUREAU, came)
    assert [step[0] for step in steps(world, case)][-3:] == ["receipted", "reversed", "assessed"]
    assert view(world, case)["status"] == "awaiting_payment"


def test_a_correction_of_the_booking_is_kept_beside_what_was_said_before(world: World) -> None:
    case, came = paid(world)
    said = correction(came, accounting_month=Month.parse("2026-10"), treasury_on=date(2026, 10, 31))
    receive(world.runtime, BUREAU, said)
    shown = levy(world, case)
    assert (shown["status"], shown["accounting_month"], shown["treasury_on"]) == ("corrected", "2026-10", "2026-10-31")
    assert shown["history"][-1]["details"]["reason"] == "信息更正"
    assert view(world, case)["status"] == "completed"


def test_a_correction_to_other_months_takes_the_payment_off_its_levy_and_keeps_the_money(world: World) -> None:
    hears_of_reversals(world)
    case, came = paid(world)
    said = correction(came, right_first=Month.parse("2026-12"), right_last=Month.parse("2026-12"))
    first = receive(world.runtime, BUREAU, said)
    assert view(world, case)["status"] == "awaiting_payment"
    assert "payment_moved" in events(world, case)
    assert receive(world.runtime, BUREAU, said) == first
    with world.runtime.store.reading() as tx:
        kept = levies.receipt(tx, BUREAU, f"{came.voucher_number}/pension/2026-12")
    assert kept is not None
    assert (kept.levy, kept.fen, kept.state) == (None, came.amount.fen, "standing")


def test_a_correction_to_other_months_of_a_payment_nobody_knows_is_asked_for_again(world: World) -> None:
    case = awaiting(world)
    came = receipt(world, case)
    with pytest.raises(GatewayError) as problem:
        receive(world.runtime, BUREAU, correction(came, right_first=Month.parse("2026-12")))
    assert problem.value.kind.code == "unknown_payment"


def locked(world: World) -> str:
    case = awaiting(world)
    receive(world.runtime, BUREAU, LevyResult(found=True, state=LevyState.LOCKED, levy_number="L001"))
    return case


def test_a_locked_levy_is_neither_paid_nor_payable(world: World) -> None:
    case = locked(world)
    shown = view(world, case)
    assert (shown["levies"][0]["status"], shown["payment_instructions"]) == ("locked", [])
    assert events(world, case)[-1] == "levy_locked"


def test_a_locked_levy_that_is_let_go_is_payable_again(world: World) -> None:
    case = locked(world)
    receive(world.runtime, BUREAU, LevyResult(found=True, state=LevyState.DECLARED, levy_number="L001"))
    shown = view(world, case)
    assert (shown["levies"][0]["status"], shown["payment_instructions"][0]["number"]) == ("assessed", "L001")
    receive(world.runtime, BUREAU, LevyResult(found=True, state=LevyState.DECLARED, levy_number="L001"))
    assert events(world, case).count("levy_unlocked") == 1


def test_the_bank_may_have_taken_the_money_of_a_locked_levy_after_all(world: World) -> None:
    case = locked(world)
    receive(world.runtime, BUREAU, receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"


def test_a_levy_that_is_said_to_be_paid_waits_for_its_receipt(world: World) -> None:
    case = awaiting(world)
    receive(world.runtime, BUREAU, LevyResult(found=True, state=LevyState.PAID, levy_number="L001"))
    assert levy(world, case)["status"] == "paid"
    receive(world.runtime, BUREAU, receipt(world, case))
    world.carry_due()
    assert (view(world, case)["status"], levy(world, case)["status"]) == ("completed", "receipted")


def test_a_levy_that_the_bureau_cancelled_by_itself_is_a_persons_to_see_to(world: World) -> None:
    case = awaiting(world)
    receive(world.runtime, BUREAU, LevyResult(found=True, state=LevyState.CANCELLED, levy_number="L001"))
    assert (view(world, case)["status"], levy(world, case)["status"]) == ("needs_person", "cancelled")
