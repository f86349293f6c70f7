import pytest

from tests.harness.lanes import BEGINNINGS, dealt
from tests.harness.supervisor import REPOSITORY

KILL, JOURNEY = "tests/journeys/test_kill.py::test_a", "tests/journeys/test_money.py::test_b"
SPARK, TYPED = "tests/gateway/batch/test_spark_equality.py::test_c", "tests/docs/test_commands.py::test_d"
OTHERS = [f"tests/gateway/model/test_values.py::test_{number}" for number in range(9)]
NAMES = [*OTHERS[:4], TYPED, SPARK, *OTHERS[4:], JOURNEY, KILL]


def test_each_process_begins_with_tests_that_take_long_and_the_others_keep_their_order() -> None:
    order = [NAMES[place] for place in dealt(NAMES, 3)]
    assert order[0:4] == [KILL, JOURNEY, *OTHERS[:2]]
    assert order[4:8] == [SPARK, *OTHERS[2:5]]
    assert order[8:] == [TYPED, *OTHERS[5:]]


@pytest.mark.parametrize("processes", range(1, 15))
def test_no_test_is_lost_and_none_comes_twice_however_many_processes_there_are(processes: int) -> None:
    assert sorted(dealt(NAMES, processes)) == list(range(len(NAMES)))


def test_more_long_tests_than_a_part_holds_are_still_taken_in_order() -> None:
    assert [NAMES[place] for place in dealt(NAMES, 13)][:2] == [KILL, JOURNEY]
    assert dealt([JOURNEY] * 5, 2) == list(range(5))
    assert dealt([], 2) == []


def test_what_is_to_be_taken_first_is_there() -> None:
    assert [file for files in BEGINNINGS for file in files if not (REPOSITORY / file).exists()] == []
