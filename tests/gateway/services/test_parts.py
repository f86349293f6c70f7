"""A voucher that comes month by month, or row by row, is one payment: the levy waits until the last part is there."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.books import Side
from gateway.model.codes import Insurance, Payer, RefundOrigin
from gateway.model.tax import Component, Receipt
from gateway.model.values import Money
from gateway.services import housekeeping, parts, pay, refund_desk, refunds, withdraw
from gateway.services.receive import receive
from gateway.store import books, cases, levies, tables
from gateway.store import refunds as kept
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, awaiting, hears_of_reversals, posting, reversal
from tests.gateway.services.test_journey import events, receipt, view

ANOTHER = "330000000000000009"


def quarter(world: World) -> tuple[str, Receipt]:
    """A case that waits for three months, and the receipt that would pay them at once."""
    paid_at = world.clock.at
    world.clock.at = paid_at.replace(month=10)
    case = awaiting(world, contribution={"grade": 100, "cycle": "quarterly"}, start="2026-10")
    world.clock.at = paid_at
    return case, receipt(world, case)


def split(whole: Receipt, *lengths: int) -> list[Receipt]:
    """A receipt as parts of so many months each; a fen that is left over goes with the last."""
    made: list[Receipt] = []
    months, first = sum(lengths), whole.first
    for number, length in enumerate(lengths, 1):
        fen = whole.amount.fen * length // months
        if number == len(lengths):
            fen = whole.amount.fen - sum(each.amount.fen for each in made)
        made.append(replace(whole, amount=Money(fen), first=first, last=first + (length - 1)))
        first += length
    return made


def push(world: World, *receipts: Receipt) -> None:
    for each in receipts:
        receive(world.runtime, BUREAU, each)
        world.carry_due()


def levy(world: World, case: str) -> dict[str, Any]:
    (found,) = view(world, case)["levies"]
    return dict(found)


def stands(world: World, case: str) -> tuple[str, str, str | None]:
    """The status of the case, the state of its levy, and what was paid."""
    shown = levy(world, case)
    return view(world, case)["status"], shown["status"], shown["paid"]


def told(world: World) -> list[tuple[str, str, str]]:
    """What the province was told of payments: months and amount."""
    said = [work.message for work in world.zhejiang.delivered if type(work.message).__name__ == "StartCover"]
    return [(str(each.first), str(each.last), str(each.amount)) for each in said]


def booked(world: World, event: str, key: str) -> int:
    """How much was posted of a receipt, in fen."""
    with world.runtime.store.reading() as tx:
        rows = [row for row in books.of_origin(tx, f"{BUREAU}/{key}") if row.event == event]
        entries = [books.read(tx, row) for row in rows]
    return sum(line.fen for each in entries for line in each.lines if line.side is Side.DEBIT)


def refunds_of(world: World, case: str) -> Sequence[Any]:
    with world.runtime.store.reading() as tx:
        return list(kept.of_origin(tx, case))


def test_three_months_of_one_voucher_are_one_payment_and_the_province_hears_of_the_whole_once(world: World) -> None:
    case, whole = quarter(world)
    months = split(whole, 1, 1, 1)
    so_far = 0
    for each in months[:2]:
        push(world, each)
        so_far += each.amount.fen
        assert stands(world, case) == ("awaiting_payment", "assessed", str(Money(so_far)))
        assert told(world) == []
    push(world, months[2])
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert told(world) == [(str(whole.first), str(whole.last), str(whole.amount))]
    assert (events(world, case).count("paid_in_part"), events(world, case).count("paid")) == (2, 1)
    assert not {"receipt_differs", "paid_twice"} & set(events(world, case))
    assert view(world, case)["items"][0]["cover_from"] == "2026-10-01"
    assert refunds_of(world, case) == []


def test_the_timeline_says_how_much_of_how_much_has_come(world: World) -> None:
    case, whole = quarter(world)
    first, *_ = split(whole, 1, 2)
    push(world, first)
    text = view(world, case)["timeline"][-1]["text"]
    assert f"{first.amount} of {whole.amount} yuan" in text


def test_each_part_is_posted_once_and_all_of_them_are_the_whole(world: World) -> None:
    case, whole = quarter(world)
    months = split(whole, 1, 1, 1)
    push(world, *months, *months)
    fens = [booked(world, "collected", f"{whole.voucher_number}/pension/{each.first}") for each in months]
    assert fens == [each.amount.fen for each in months]
    assert sum(fens) == whole.amount.fen
    assert events(world, case).count("paid") == 1


ORDERS = [order for lengths in ((1, 1, 1), (1, 2), (2, 1)) for order in permutations(enumerate(lengths))]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_any_split_of_the_months_in_any_order_ends_as_the_single_receipt(
    world: World, order: tuple[tuple[int, int], ...]
) -> None:
    case, whole = quarter(world)
    pieces = split(whole, *(length for _, length in sorted(order)))
    push(world, *(pieces[place] for place, _ in order))
    shown = levy(world, case)
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert (shown["collected_on"], shown["accounting_month"]) == ("2026-11-10", "2026-11")
    assert shown["numbers"]["voucher"] == whole.voucher_number
    assert view(world, case)["items"][0]["cover_from"] == "2026-10-01"
    assert told(world) == [(str(whole.first), str(whole.last), str(whole.amount))]


def test_parts_that_arrive_at_once_all_count(world: World) -> None:
    case, whole = quarter(world)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda each: receive(world.runtime, BUREAU, each), split(whole, 1, 1, 1)))
    assert len(answers) == 3
    world.carry_due()
    assert stands(world, case) == ("completed", "receipted", str(whole.amount))
    assert told(world) == [(str(whole.first), str(whole.last), str(whole.amount))]


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


# what is no part


def test_months_of_the_voucher_that_came_before_with_other_content_are_refused(world: World) -> None:
    case, whole = quarter(world)
    first, second, _ = split(whole, 1, 1, 1)
    push(world, first, second)
    before = view(world, case)
    for wrong in (
        replace(second, amount=Money(1)),
        replace(whole, first=second.first),
        replace(whole, amount=Money(7)),
    ):
        with pytest.raises(GatewayError) as problem:
            receive(world.runtime, BUREAU, wrong)
        assert problem.value.kind.code == "duplicate_receipt"
    assert view(world, case) == before


@pytest.mark.parametrize("whole_first", [True, False])
def test_another_voucher_for_the_same_levy_is_paid_twice_and_goes_back(world: World, *, whole_first: bool) -> None:
    case, whole = quarter(world)
    first, *_ = split(whole, 1, 2)
    push(world, whole if whole_first else first)
    before = stands(world, case)[1:]
    push(world, replace(first, voucher_number=ANOTHER))
    assert events(world, case)[-1] == "paid_twice"
    assert stands(world, case)[1:] == before
    (refund,) = refunds_of(world, case)
    assert (refund.fen, refund.receipt) == (first.amount.fen, f"{ANOTHER}/pension/{first.first}")
    assert booked(world, "collected", f"{ANOTHER}/pension/{first.first}") == 0
    assert booked(world, "collected_unlevied", f"{ANOTHER}/pension/{first.first}") == first.amount.fen


def test_a_sum_that_is_not_the_assessment_when_the_months_are_complete_is_shown(world: World) -> None:
    case, whole = quarter(world)
    first, rest = split(whole, 1, 2)
    push(world, first, replace(rest, amount=Money(rest.amount.fen - 100)))
    assert stands(world, case)[:2] == ("completed", "receipted")
    assert "receipt_differs" in events(world, case)


# rows of their own


def fee(whole: Receipt, sequence: int = 2) -> Receipt:
    """A row of the same voucher and month that is late fee alone."""
    parts_of = (Component("late_fee", Payer.WORKER, Money(350)),)
    return replace(whole, amount=Money(350), components=parts_of, sequence=sequence)


@pytest.mark.parametrize("fee_first", [True, False])
def test_a_late_fee_in_a_row_of_its_own_comes_on_top(world: World, *, fee_first: bool) -> None:
    case = awaiting(world)
    whole = receipt(world, case, sequence=1)
    rows = [fee(whole), whole] if fee_first else [whole, fee(whole)]
    push(world, *rows, *rows)
    assert stands(world, case) == ("completed", "receipted", str(Money(whole.amount.fen + 350)))
    assert not {"receipt_differs", "paid_twice"} & set(events(world, case))
    key = f"{whole.voucher_number}/pension/{whole.first}"
    assert (booked(world, "collected", key), booked(world, "collected", f"{key}#2")) == (whole.amount.fen, 350)
    assert len(told(world)) == 1


def test_a_receipt_kept_before_sequences_were_told_is_the_same_when_it_comes_with_one(world: World) -> None:
    case = awaiting(world)
    came = receipt(world, case)
    push(world, came)
    before = events(world, case)
    push(world, replace(came, sequence=1), replace(came, sequence=7))
    assert events(world, case) == before


def test_a_row_of_its_own_is_taken_back_by_its_sequence(world: World) -> None:
    case, whole = quarter(world)
    first, _ = split(whole, 1, 2)
    push(world, replace(first, sequence=1), fee(first))
    receive(world.runtime, BUREAU, replace(reversal(fee(first)), sequence=2))
    assert stands(world, case) == ("awaiting_payment", "assessed", str(first.amount))


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


def claimed(world: World, case: str, **months: Any) -> None:
    with world.runtime.store.work("test") as tx:
        asked = refund_desk.Claimed(Insurance.PENSION, RefundOrigin.PREPAID, "x", **months)
        refund_desk.claimed(world.runtime, tx, cases.lock(tx, case), asked)


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
