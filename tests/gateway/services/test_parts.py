"""A voucher that comes month by month, or row by row, is one payment: the levy waits until the last part is there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations

import pytest

from gateway.errors import GatewayError
from gateway.model.values import Money
from gateway.services.receive import receive
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, awaiting, reversal
from tests.gateway.services.parted import ANOTHER, booked, fee, levy, push, quarter, refunds_of, split, stands, told
from tests.gateway.services.test_journey import events, receipt, view


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


def test_what_is_left_to_pay_is_what_was_levied_without_what_has_come(world: World) -> None:
    case, whole = quarter(world)
    first, *_ = split(whole, 1, 2)
    push(world, first, fee(first))
    (asked,) = view(world, case)["payment_instructions"]
    assert asked["amount"] == str(whole.amount - first.amount)


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
