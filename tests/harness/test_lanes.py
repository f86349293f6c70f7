import pytest

from tests.harness.lanes import BEGINNINGS, dealt
from tests.harness.supervisor import REPOSITORY

KILL = "tests/journeys/test_kill.py::test_a_process_killed_at_any_point_loses_nothing"
JOURNEY, RANDOM = "tests/journeys/test_money.py::test_b", "tests/journeys/test_kill.py::test_fifty_kills"
SPARK, TYPED = "tests/gateway/batch/test_spark_equality.py::test_c", "tests/docs/test_commands.py::test_d"
OTHERS = [f"tests/gateway/model/test_values.py::test_{number}" for number in range(9)]
NAMES = [*OTHERS[:4], TYPED, SPARK, *OTHERS[4:], RANDOM, JOURNEY, KILL]


def test_each_process_begins_with_tests_that_take_long_and_the_others_keep_their_order() -> None:
    order = [NAMES[place] for place in dealt(NAMES, 4)]
    assert order[0:3] == [KILL, *OTHERS[:2]]
    assert order[3:6] == [SPARK, *OTHERS[2:4]]
    assert order[6:10] == [TYPED, *OTHERS[4:7]]
    assert order[10:] == [RANDOM, JOURNEY, *OTHERS[7:]]


def test_fewer_processes_than_beginnings_take_several_of_them_in_turn() -> None:
    order = [NAMES[place] for place in dealt(NAMES, 3)]
    assert order[0:4] == [KILL, RANDOM, JOURNEY, OTHERS[0]]
    assert order[4:9] == [SPARK, *OTHERS[1:5]]
    assert order[9:] == [TYPED, *OTHERS[5:]]


@pytest.mark.parametrize("processes", range(1, 15))
def test_no_test_is_lost_and_none_comes_twice_however_many_processes_there_are(processes: int) -> None:
    assert sorted(dealt(NAMES, processes)) == list(range(len(NAMES)))


def test_more_long_tests_than_a_part_holds_are_still_taken_in_order() -> None:
    twice = [*NAMES, KILL]
    assert [twice[place] for place in dealt(twice, 15)][:2] == [KILL, KILL]
    assert dealt([JOURNEY] * 5, 2) == list(range(5))
    assert dealt([], 2) == []


def _there(beginning: str) -> bool:
    file, _, test = beginning.partition("::")
    path = REPOSITORY / file
    return path.exists() and (not test or f"def {test}" in path.read_text(encoding="utf-8"))


def test_what_is_to_be_taken_first_is_there() -> None:
    assert [file for files in BEGINNINGS for file in files if not _there(file)] == []
