"""What becomes of a payment in parts: taken back, posted, claimed, never completed."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.model.values import Money
from gateway.services import housekeeping, parts, pay, refunds, withdraw
from gateway.services.receive import receive
from gateway.store import books, cases, levies, tables
from gateway.store import refunds as kept
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, hears_of_reversals, posting, reversal
from tests.gateway.services.parted import ANOTHER, booked, claimed, levy, push, quarter, refunds_of, split, stands, told
from tests.gateway.services.test_journey import events, view

# what is taken back


def test_a_part_that_is_taken_back_before_the_rest_came_takes_itself_back_alone(world: World) -> None:
    case, whole = quarter(world)
    first, second, third = split(whole, 1, 1, 1)
    push(world, first, second)
    receive(world.runtime, BUREAU, reversal(first))
    assert stands(world, case) == ("awaiting_payment", "assessed", str(second.amount))
    assert events(world, case)[-1] == "part_taken_back"
    push(world, third)
    assert stands(world, case)[:2] == ("awaiting_payment", "assessed")
    again = replace(first, voucher_number=ANOTHER)
    push(world, again)
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert told(world) == [(str(whole.first), str(whole.last), str(whole.amount))]
    assert refunds_of(world, case) == []


def test_a_voucher_with_a_slash_in_its_number_is_taken_back_in_parts_too(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(replace(whole, voucher_number="浙/2026/17"), 1, 2)
    push(world, first, rest)
    receive(world.runtime, BUREAU, reversal(first))
    assert stands(world, case)[1:] == ("assessed", str(rest.amount))


def test_the_only_part_taken_back_leaves_nothing(world: World) -> None:
    case, whole = quarter(world)
    first, *_ = split(whole, 1, 2)
    push(world, first)
    receive(world.runtime, BUREAU, reversal(first))
    assert stands(world, case) == ("awaiting_payment", "assessed", None)
    assert levy(world, case)["numbers"]["voucher"] is None
    push(world, replace(whole, voucher_number=ANOTHER))
    assert stands(world, case)[0] == "completed"


def test_a_part_that_is_taken_back_after_the_whole_makes_the_levy_payable_again_with_the_others(world: World) -> None:
    hears_of_reversals(world)
    case, whole = quarter(world)
    first, second, third = split(whole, 1, 1, 1)
    push(world, first, second, third)
    receive(world.runtime, BUREAU, reversal(third))
    world.carry_due()
    left = str(Money(first.amount.fen + second.amount.fen))
    assert stands(world, case) == ("awaiting_payment", "assessed", left)
    assert world.zhejiang.count("ReverseCover") == 1
    push(world, replace(third, voucher_number=ANOTHER))
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert len(told(world)) == 2, "the payment that was told and taken back, and the one that stands"
    assert booked(world, "collected", f"{ANOTHER}/pension/{third.first}") == third.amount.fen


def test_a_province_that_was_being_told_when_a_part_was_taken_back_is_told_that_too(world: World) -> None:
    hears_of_reversals(world)
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    receive(world.runtime, BUREAU, first)
    receive(world.runtime, BUREAU, rest)
    under_way = world.claim()
    receive(world.runtime, BUREAU, reversal(rest))
    receive(world.runtime, BUREAU, replace(rest, voucher_number=ANOTHER))
    world.clock.forward(minutes=10)
    assert under_way
    world.carry_due()
    world.clock.forward(minutes=10)
    world.carry_due()
    assert stands(world, case)[1:] == ("receipted", str(whole.amount))


def test_a_reversal_that_overtakes_its_part_takes_that_part_back_when_it_comes(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    receive(world.runtime, BUREAU, reversal(first))
    push(world, rest, first)
    assert stands(world, case) == ("awaiting_payment", "assessed", str(rest.amount))
    assert told(world) == [], "a whole that was gone at once is told to nobody"
    push(world, replace(first, voucher_number=ANOTHER))
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))


def test_the_entries_of_the_part_taken_back_and_no_others_are_mirrored(world: World) -> None:
    _, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    push(world, first, rest)
    receive(world.runtime, BUREAU, reversal(first))
    with world.runtime.store.reading() as tx:
        back = books.of_origin(tx, f"{BUREAU}/reversal/CZ1")
        named = {row.id for row in books.of_origin(tx, f"{BUREAU}/{first.voucher_number}/pension/{first.first}")}
    assert {row.reverses for row in back} == named


# what follows the payment


def test_the_levy_is_posted_once_all_parts_are(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    push(world, first, rest)
    receive(world.runtime, BUREAU, posting(first, "RK1"))
    assert levy(world, case)["status"] == "receipted"
    receive(world.runtime, BUREAU, posting(rest, "RK2"))
    assert levy(world, case)["status"] == "posted"


def test_a_claim_of_the_payment_opens_a_refund_of_each_part(world: World) -> None:
    case, whole = quarter(world)
    months = split(whole, 1, 1, 1)
    push(world, *months)
    claimed(world, case)
    found = sorted((row.receipt, row.fen) for row in refunds_of(world, case))
    assert found == [(f"{each.voucher_number}/pension/{each.first}", each.amount.fen) for each in months]


def test_a_claim_of_some_months_is_of_their_parts(world: World) -> None:
    case, whole = quarter(world)
    first, second, third = split(whole, 1, 1, 1)
    push(world, first, second, third)
    claimed(world, case, first=second.first, last=third.last)
    assert sorted(row.fen for row in refunds_of(world, case)) == sorted([second.amount.fen, third.amount.fen])


def test_a_part_that_is_given_back_is_owed_again_and_may_be_paid_by_another_voucher(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    push(world, first)
    claimed(world, case)
    (refund,) = refunds_of(world, case)
    with world.runtime.store.work("test") as tx:
        refunds.decided(world.runtime, tx, kept.get(tx, refund.id))
    assert stands(world, case)[1:] == ("assessed", None)
    push(world, replace(whole, voucher_number=ANOTHER))
    assert stands(world, case)[1:] == ("receipted", str(whole.amount))
    assert rest.amount.fen > 0


def test_what_was_paid_in_part_is_not_withdrawn(world: World) -> None:
    case, whole = quarter(world)
    first, *_ = split(whole, 1, 2)
    push(world, first)
    with pytest.raises(GatewayError) as problem, world.runtime.store.work("test") as tx:
        withdraw.withdraw(world.runtime, tx, cases.lock(tx, case), "x")
    assert problem.value.kind.code == "paid_already"


# what is never completed


def test_what_is_never_whole_ends_with_a_person_who_is_told_how_much_came(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    push(world, first)
    world.clock.at = world.clock.at.replace(year=2027, month=3)
    housekeeping.mark_unpaid(world.runtime)
    assert view(world, case)["status"] == "unpaid"
    assert events(world, case)[-1] == "unpaid_in_part"
    limit = date.fromisoformat(levy(world, case)["payable_until"])
    assert parts.unfinished(world.runtime) == 0
    world.clock.at = world.clock.at.replace(year=limit.year + 1)
    assert (parts.unfinished(world.runtime), parts.unfinished(world.runtime)) == (1, 0)
    last = view(world, case)["timeline"][-1]
    assert (view(world, case)["status"], last["event"]) == ("needs_person", "part_unfinished")
    assert f"{first.amount} of {whole.amount} yuan" in last["text"]
    claimed(world, case)
    assert [row.fen for row in refunds_of(world, case)] == [first.amount.fen], "the money is not dropped"
    assert rest.first > first.last


def test_an_unpaid_levy_of_which_a_part_came_is_completed_by_the_rest_in_time(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    push(world, first)
    world.clock.at = world.clock.at.replace(year=2027, month=2)
    housekeeping.mark_unpaid(world.runtime)
    push(world, replace(rest, collected_on=date(2027, 2, 10), accounting_month=rest.accounting_month + 3))
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert levy(world, case)["collected_on"] == "2027-02-10"


def test_parts_that_came_before_their_levy_had_its_number_are_its_payment(world: World) -> None:
    case, whole = quarter(world)
    parts_of = [replace(each, levy_number=None, notice_number="N-77") for each in split(whole, 1, 1, 1)]
    push(world, *parts_of)
    assert stands(world, case)[2] is None
    with world.runtime.store.work("test") as tx:
        (row,) = levies.of_case(tx, case)
        told_by = levies.history(tx, case)[row.id][-1]
        tx.change(tables.levies, {"notice_number": "N-77"}, id=row.id)
        pay.book_waiting(world.runtime, tx, cases.lock(tx, case), row.id)
    world.carry_due()
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert told_by.after == "assessed"
