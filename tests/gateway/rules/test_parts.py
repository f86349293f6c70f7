from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.codes import Insurance, Payer
from gateway.model.tax import Component, Receipt
from gateway.model.values import Money, Month
from gateway.rules.parts import Owed, agrees, is_whole, joins, overlaps, together, tops_up

FIRST = Month.parse("2026-01")
FEE = Component("late_fee", Payer.WORKER, Money(120))


def receipt(first: Month, months: int, fen: int, **changes: object) -> Receipt:
    made = Receipt("V1", Money(fen), Insurance.PENSION, first, first + (months - 1), FIRST, date(2026, 1, 6))
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a receipt


@st.composite
def splits(draw: st.DrawFn) -> tuple[Receipt, list[Receipt]]:
    """A receipt, and the same money and months as parts in any order, each of its own day."""
    fens = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
    lengths = draw(st.lists(st.integers(1, 3), min_size=len(fens), max_size=len(fens)))
    days = draw(st.lists(st.integers(1, 28), min_size=len(fens), max_size=len(fens)))
    parts, first = [], FIRST
    for fen, length, day in zip(fens, lengths, days, strict=True):
        parts.append(receipt(first, length, fen, collected_on=date(2026, 1, day)))
        first += length
    whole = receipt(FIRST, sum(lengths), sum(fens), collected_on=date(2026, 1, max(days)))
    return whole, draw(st.permutations(parts))


def owed(whole: Receipt) -> Owed:
    months = range(whole.first.ordinal, whole.last.ordinal + 1)
    return Owed(whole.amount.fen, whole.amount.fen, frozenset(months))


@given(splits())
def test_any_split_in_any_order_is_whole_with_its_last_part_and_says_what_the_single_receipt_says(
    split: tuple[Receipt, list[Receipt]],
) -> None:
    whole, parts = split
    for count, part in enumerate(parts):
        assert count == 0 or joins(parts[:count], part, ())
        assert is_whole(parts[: count + 1], owed(whole)) is (count + 1 == len(parts))
    assert together(parts, "V1") == whole
    assert agrees(together(parts, "V1"), owed(whole))


@given(splits())
def test_no_part_joins_what_holds_it(split: tuple[Receipt, list[Receipt]]) -> None:
    whole, parts = split
    for part in parts:
        assert overlaps([whole], part)
        assert not joins([whole], part, ())


def test_late_fee_comes_on_top_and_completes_no_month() -> None:
    asked = owed(receipt(FIRST, 1, 1000))
    fee = receipt(FIRST, 1, 120, components=(FEE,), sequence=2)
    month = receipt(FIRST, 1, 1000)
    assert not is_whole([fee], asked)
    assert is_whole([fee, month], asked)
    assert agrees(together([fee, month], "V1"), asked)
    assert tops_up([month], fee, asked)


def test_another_voucher_joins_only_for_months_that_were_taken_back() -> None:
    parts, other = [receipt(FIRST, 1, 1000)], receipt(FIRST + 1, 1, 1000, voucher_number="V2")
    assert not joins(parts, other, ())
    assert joins(parts, other, {(FIRST + 1).ordinal})
    assert not joins(parts, replace(other, first=FIRST), {FIRST.ordinal, (FIRST + 1).ordinal})


def test_as_much_as_was_asked_for_is_whole_whatever_months_it_names() -> None:
    asked = owed(receipt(FIRST, 3, 3000))
    assert is_whole([receipt(FIRST, 1, 3000)], asked)
    assert not is_whole([receipt(FIRST, 2, 2999)], asked)


def test_what_adds_more_than_was_asked_for_tops_nothing_up() -> None:
    asked = owed(receipt(FIRST, 3, 3000))
    paid = [receipt(FIRST, 3, 2900)]
    assert tops_up(paid, receipt(FIRST, 1, 100, sequence=2), asked)
    assert not tops_up(paid, receipt(FIRST, 1, 101, sequence=2), asked)
