"""Identity numbers: one canonical form each, and nothing accepted that cannot be one."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.model.codes import IdType
from gateway.model.identifiers import IdNumberError, fold, holder, lengthen, normalise
from gateway.model.person import Identity
from tests.strategies.records import identity_numbers

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = {ord(half): ord(half) + 0xFEE0 for half in "0123456789X"}
CANONICAL = re.compile(r"[1-9][0-9]{16}[0-9X]")
KINDS = st.sampled_from(IdType)


def check_digit(body: str) -> str:
    """By the weights of GB 11643-1999, written down a second time."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def refused(kind: IdType, number: str) -> str:
    with pytest.raises(IdNumberError) as problem:
        normalise(kind, number)
    return problem.value.code


def any_number() -> st.SearchStrategy[tuple[IdType, str]]:
    pairs = KINDS.flatmap(lambda kind: st.tuples(st.just(kind), identity_numbers(kind)))
    # Two digits of a year that are read as 1900 know no 29th of February.
    return pairs.filter(lambda pair: "000229" not in fold(pair[1]))


def canonical(kind: IdType) -> st.SearchStrategy[str]:
    """Canonical numbers of 18 characters."""
    return identity_numbers(kind).map(lambda number: normalise(kind, number)).filter(CANONICAL.fullmatch)


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (IdType.RESIDENT_ID, "430102199503070019", "430102199503070019"),
        (IdType.RESIDENT_ID, "430102950307001", "430102199503070019"),
        (IdType.RESIDENT_ID, "11010119900307109x", "11010119900307109X"),
        (IdType.RESIDENT_ID, "４３０１０２１９９５０３０７００１９", "430102199503070019"),
        (IdType.RESIDENT_ID, "４３０１０２９５０３０７００１", "430102199503070019"),
        (IdType.RESIDENT_ID, " 430102 19950307 0019\u3000", "430102199503070019"),
        (IdType.HMT_PERMIT, "810000199001011230", "810000199001011230"),
        (IdType.PERMANENT_RESIDENCE, "910156198003151233", "910156198003151233"),
        (IdType.PERMANENT_RESIDENCE, "abc110080031501", "ABC110080031501"),
        (IdType.PERMANENT_RESIDENCE, "ＡＢＣ１１００８００３１５０１", "ABC110080031501"),
    ],
)
def test_every_way_of_writing_a_number_leads_to_one_form(kind: IdType, written: str, expected: str) -> None:
    assert normalise(kind, written) == expected


@given(any_number())
def test_normalising_twice_is_normalising_once(pair: tuple[IdType, str]) -> None:
    kind, written = pair
    number = normalise(kind, written)
    assert normalise(kind, number) == number
    assert number == fold(number)


@given(any_number())
def test_width_case_and_blanks_make_no_difference(pair: tuple[IdType, str]) -> None:
    kind, written = pair
    for other in (written.lower(), written.translate(FULL_WIDTH), f" {written[:6]} {written[6:]}\t"):
        assert normalise(kind, other) == normalise(kind, written)


@given(canonical(IdType.RESIDENT_ID))
def test_the_check_digit_is_that_of_the_standard(number: str) -> None:
    assert number[17] == check_digit(number[:17])


@given(canonical(IdType.RESIDENT_ID).filter(lambda number: number[6:8] == "19"))
def test_fifteen_digits_become_the_eighteen_of_the_same_person(number: str) -> None:
    short = number[:6] + number[8:17]
    assert lengthen(short) == number
    assert normalise(IdType.RESIDENT_ID, short) == number


@given(KINDS.flatmap(lambda kind: st.tuples(st.just(kind), canonical(kind))), st.data())
def test_one_wrong_character_is_always_found(pair: tuple[IdType, str], data: Any) -> None:
    kind, number = pair
    place = data.draw(st.integers(1, 17))
    characters = [each for each in ("0123456789X" if place == 17 else "0123456789") if each != number[place]]
    wrong = number[:place] + data.draw(st.sampled_from(characters)) + number[place + 1 :]
    assert refused(kind, wrong) in {"bad_check_digit", "bad_id_form"}


@given(KINDS.flatmap(lambda kind: st.tuples(st.just(kind), canonical(kind))), st.integers(0, 16))
def test_two_neighbours_in_the_wrong_order_are_always_found(pair: tuple[IdType, str], place: int) -> None:
    kind, number = pair
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number)
    refused(kind, swapped)


@pytest.mark.parametrize("kind", IdType)
@given(number=st.text(st.sampled_from("0123456789X"), min_size=0, max_size=30))
def test_any_other_length_is_none_of_a_number(kind: IdType, number: str) -> None:
    assume(len(number) not in {15, 18})
    assert refused(kind, number) == "bad_id_length"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (IdType.RESIDENT_ID, "01010119900307123", "bad_id_form"),
        (IdType.RESIDENT_ID, "81000019900101123", "bad_id_form"),
        (IdType.RESIDENT_ID, "91015619800315123", "bad_id_form"),
        (IdType.HMT_PERMIT, "43010219950307001", "bad_id_form"),
        (IdType.HMT_PERMIT, "84000019900101123", "bad_id_form"),
        (IdType.PERMANENT_RESIDENCE, "43010219950307001", "bad_id_form"),
        (IdType.RESIDENT_ID, "43010219950230001", "bad_birth_date"),
        (IdType.RESIDENT_ID, "43010219951301001", "bad_birth_date"),
        (IdType.RESIDENT_ID, "43010217950307001", "bad_birth_date"),
        (IdType.HMT_PERMIT, "81000020230229123", "bad_birth_date"),
    ],
)
def test_a_number_with_a_right_check_digit_still_has_to_be_possible(kind: IdType, body: str, code: str) -> None:
    assert refused(kind, body + check_digit(body)) == code


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (IdType.RESIDENT_ID, "430102199503070018", "bad_check_digit"),
        (IdType.RESIDENT_ID, "43010219950307001X", "bad_check_digit"),
        (IdType.RESIDENT_ID, "4301021995030700X9", "bad_id_form"),
        (IdType.RESIDENT_ID, "430102950230001", "bad_birth_date"),
        (IdType.PERMANENT_RESIDENCE, "ABC110080133101", "bad_birth_date"),
        (IdType.RESIDENT_ID, "ABC110080031501", "bad_id_length"),
        (IdType.HMT_PERMIT, "810000900101123", "bad_id_length"),
        (IdType.PERMANENT_RESIDENCE, "AB1100800315011", "bad_id_length"),
        (IdType.PERMANENT_RESIDENCE, "ABCD10080031501", "bad_id_length"),
        (IdType.RESIDENT_ID, "", "bad_id_length"),
        (IdType.RESIDENT_ID, "四三〇一〇二一九九五〇三〇七〇〇一九", "bad_id_form"),
        (IdType.RESIDENT_ID, "٤٣٠١٠٢١٩٩٥٠٣٠٧٠٠١٩", "bad_id_form"),
    ],
)
def test_what_is_wrong_is_said_and_the_number_is_not(kind: IdType, number: str, code: str) -> None:
    with pytest.raises(IdNumberError) as problem:
        normalise(kind, number)
    assert problem.value.code == code
    assert not number or number not in str(problem.value)


@given(st.sampled_from(IdType), st.text(max_size=40))
def test_whatever_is_typed_is_a_canonical_number_or_a_named_refusal(kind: IdType, text: str) -> None:
    try:
        said = normalise(kind, text)
    except IdNumberError as problem:
        said = problem.code
    assert said in {"bad_id_length", "bad_id_form", "bad_check_digit", "bad_birth_date"} or len(said) in {15, 18}


@pytest.mark.parametrize(
    ("number", "birth", "male", "region"),
    [
        ("430102199503070019", date(1995, 3, 7), True, "430102"),
        ("330106198806150021", date(1988, 6, 15), False, "330106"),
        ("810000199001011230", date(1990, 1, 1), True, "810000"),
        ("910156198003151233", date(1980, 3, 15), True, None),
        ("ABC110080031501", date(1980, 3, 15), None, None),
    ],
)
def test_a_number_says_of_its_holder_what_its_form_can_say(
    number: str, birth: date, male: bool | None, region: str | None
) -> None:
    found = holder(number)
    assert (found.birth, found.male, found.address_region) == (birth, male, region)


@given(any_number())
def test_every_canonical_number_has_a_holder_whose_birth_is_known(pair: tuple[IdType, str]) -> None:
    kind, written = pair
    found = holder(normalise(kind, written))
    assert found.birth is not None
    assert found.birth.year >= 1880


def test_an_identity_is_canonical_by_construction_and_equal_however_it_was_written() -> None:
    short, wide = "430102950307001", "４３０１０２１９９５０３０７００１９"
    assert Identity(IdType.RESIDENT_ID, short, "湘小骑") == Identity(IdType.RESIDENT_ID, wide, "湘小骑")
    with pytest.raises(IdNumberError):
        Identity(IdType.RESIDENT_ID, "430102199503070018", "湘小骑")
