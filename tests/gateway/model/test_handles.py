import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.handles import given_at, is_handle, new_handle

NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn
FORM = re.compile(r"case_[0-9abcdefghjkmnpqrstvwxyz]{25}")


@given(INSTANTS)
def test_a_handle_is_its_kind_and_twenty_five_signs_that_cannot_be_confused(now: datetime) -> None:
    assert FORM.fullmatch(new_handle("case", now))


@given(INSTANTS, st.integers(1, 10**9))
def test_handles_sort_by_the_millisecond_in_which_they_were_given(now: datetime, later: int) -> None:
    assert new_handle("case", now) < new_handle("case", now + timedelta(milliseconds=later))


def test_no_two_handles_of_one_moment_are_the_same() -> None:
    assert len({new_handle("case", NOON) for _ in range(10_000)}) == 10_000


def test_two_handles_of_one_moment_have_nothing_but_the_moment_in_common() -> None:
    beginnings = {new_handle("case", NOON)[: len("case_") + 9] for _ in range(100)}
    endings = {new_handle("case", NOON)[-16:] for _ in range(100)}
    assert len(beginnings) == 1
    assert len(endings) == 100


def test_a_handle_is_known_by_its_form_and_its_kind() -> None:
    made = new_handle("case", NOON)
    assert is_handle("case", made)
    assert not is_handle("leg", made)
    others = (made[:-1], made + "0", made.upper(), "430102199503070019", f" {made}", f"{made}\n")
    assert [other for other in others if is_handle("case", other)] == []


@given(INSTANTS, st.sampled_from(["case", "leg", "wrk"]))
def test_a_handle_says_when_it_was_given_to_the_millisecond(now: datetime, kind: str) -> None:
    found = given_at(new_handle(kind, now))
    assert found is not None
    assert timedelta(0) <= now - found < timedelta(milliseconds=1, microseconds=1)


def test_what_is_no_handle_of_ours_was_never_given() -> None:
    assert [given_at(text) for text in ("", "case", "case_1", "case_UPPER0000000000000000000000")] == [None] * 4
