"""Work done several things at once: in order, no more begun than there are hands for, and ended by what is raised."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event

import pytest

from gateway.batch.at_once import at_once


def test_results_come_in_the_order_of_the_items_however_long_each_takes() -> None:
    second_done = Event()

    def work(item: int) -> int:
        if item == 1:
            second_done.set()
        elif item == 0:
            assert second_done.wait(60)
        return item * 10

    assert list(at_once(work, range(5), 2)) == [0, 10, 20, 30, 40]


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with closing(at_once(str, items(), 2)) as made:
        assert next(made) == "0"
    assert taken == [0, 1, 2, 3]


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_raised_ends_it_and_nothing_more_is_begun(threads: int) -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        raise ValueError(item)

    with pytest.raises(ValueError, match="0"):
        list(at_once(work, range(100), threads))
    assert len(begun) <= threads + 2
