"""Columns of lines of one kind: what is taken of them one by one is what is taken of all at once."""

import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.batch.statement_alike import Bytes
from gateway.batch.statement_cells import check_numbers, check_plain, fen, told
from gateway.batch.statement_terms import DoubtError
from gateway.model.values import Money

_MONEY = re.compile(r"(?:(?:0|-?[1-9][0-9]{0,11})\.[0-9]{2}|-0\.(?:[1-9][0-9]|0[1-9]))")


def texts(letters: str, width: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.text(letters, min_size=width, max_size=width), min_size=1, max_size=6)


def column(values: list[str]) -> Bytes:
    made = np.frombuffer("".join(values).encode("latin-1"), np.uint8).reshape(len(values), -1)
    return np.ascontiguousarray(made.T)


@given(st.integers(1, 17).flatmap(lambda width: texts("0019.-.e", width)))
def test_amounts_are_taken_where_each_is_one(values: list[str]) -> None:
    if all(map(_MONEY.fullmatch, values)):
        assert fen(column(values)).tolist() == [int(Decimal(value) * 100) for value in values]
    else:
        with pytest.raises(DoubtError):
            fen(column(values))


@given(st.lists(st.integers(-(10**14) + 1, 10**14 - 1).filter(bool), min_size=1, max_size=20))
def test_amounts_of_one_length_are_read_whatever_their_signs(values: list[int]) -> None:
    written = [str(Money(value)) for value in values]
    for width in {len(text) for text in written}:
        same = [text for text in written if len(text) == width]
        assert fen(column(same)).tolist() == [Money.parse(text).fen for text in same]


@given(st.integers(1, 9).flatmap(lambda width: texts("0123456789-a\x00", width)))
def test_numbers_are_those_that_are_expected(values: list[str]) -> None:
    expected = np.arange(7, 7 + len(values))
    if values == [str(number) for number in expected]:
        check_numbers(column(values), expected)
    else:
        with pytest.raises(DoubtError):
            check_numbers(column(values), expected)


def test_a_number_that_is_the_next_is_taken_and_not_one_beside() -> None:
    check_numbers(column(["98", "99"]), np.array([98, 99]))
    for other in (["97", "98"], ["98", "98"], ["09", "10"]):
        with pytest.raises(DoubtError):
            check_numbers(column(other), np.array([98, 99]))


@given(st.integers(1, 20).flatmap(lambda width: texts("059azAZ-_.| \x00\x7f\x80é", width)))
def test_plain_is_letters_digits_and_hyphens(values: list[str]) -> None:
    if all(re.fullmatch("[0-9A-Za-z-]+", value) for value in values):
        check_plain(column(values))
    else:
        with pytest.raises(DoubtError):
            check_plain(column(values))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_each_value_is_asked_for_once_and_told_to_every_line(values: list[int]) -> None:
    asked: list[bytes] = []

    def make(value: bytes) -> int:
        asked.append(value)
        return int(value) + 1000

    found = told(column([f"{value:06d}" for value in values]), make, np.int32)
    assert found.tolist() == [value + 1000 for value in values]
    assert len(asked) == len(set(asked)) == len(set(values))


def test_a_byte_of_nothing_at_the_end_of_a_rare_value_is_no_part_of_another() -> None:
    values = [f"{value:02d}" for value in range(20)] + ["1\x00"]
    with pytest.raises(DoubtError):
        told(column(values), int, np.int32)
