import json

from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from bench.people import PEOPLE, check_digit, enrolment, id_number, name

INDEX = st.integers(0, PEOPLE - 1)


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("11010519491231002") == "X"  # the example of GB 11643-1999


@given(INDEX)
def test_every_number_passes_an_independent_check(index: int) -> None:
    assert mod_11_2.is_valid(id_number(index))


@given(INDEX, INDEX)
def test_two_indices_are_two_people(one: int, other: int) -> None:
    assert (id_number(one) == id_number(other)) == (one == other)


@given(INDEX)
def test_an_enrolment_is_that_persons_and_starts_in_the_month_it_is_made_in(index: int) -> None:
    document = json.loads(enrolment(index, "2026-11-22T03:00:00+00:00"))
    assert document["worker"]["id_number"] == id_number(index)
    assert document["worker"]["name"] == name(index)
    assert document["start"] == "2026-11"
