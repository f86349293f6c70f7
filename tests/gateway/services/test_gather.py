"""Those who arrive together are served together."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.services.gather import Gathering


class Kitchen:
    """Serves one batch after the other, and only when it is told to."""

    def __init__(self) -> None:
        self.batches: list[Sequence[int]] = []
        self.begun = threading.Semaphore(0)
        self.may_serve = threading.Semaphore(0)

    def __call__(self, batch: Sequence[int]) -> Sequence[int | BaseException]:
        self.batches.append(batch)
        self.begun.release()
        self.may_serve.acquire()
        return [ValueError(str(asked)) if asked < 0 else asked * 10 for asked in batch]


def test_whoever_queues_up_during_a_serving_is_served_by_the_next_one() -> None:
    gathering, kitchen = Gathering[int, int](), Kitchen()
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(gathering, 1, kitchen)
        kitchen.begun.acquire()
        others = [pool.submit(gathering, asked, kitchen) for asked in (2, 3, 4, 5)]
        while len(gathering._queue) < len(others):
            threading.Event().wait(0.001)
        kitchen.may_serve.release(2)
        assert first.result() == 10
        assert sorted(each.result() for each in others) == [20, 30, 40, 50]
    assert [sorted(batch) for batch in kitchen.batches] == [[1], [2, 3, 4, 5]]


def test_nobody_is_served_in_a_batch_that_is_too_large() -> None:
    gathering, kitchen = Gathering[int, int](most=2), Kitchen()
    kitchen.may_serve.release(100)
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda asked: gathering(asked, kitchen), range(8))) == [10 * asked for asked in range(8)]
    assert max(map(len, kitchen.batches)) <= 2


def test_one_request_that_fails_fails_alone() -> None:
    gathering, kitchen = Gathering[int, int](), Kitchen()
    kitchen.may_serve.release(100)
    with pytest.raises(ValueError, match="-1"):
        gathering(-1, kitchen)
    assert gathering(1, kitchen) == 10


def test_a_serving_that_breaks_off_is_told_to_all_it_was_for_and_the_next_one_goes_on() -> None:
    def breaks(_batch: Sequence[int]) -> Sequence[int]:
        raise OSError("the database is away")

    gathering, kitchen = Gathering[int, int](), Kitchen()
    kitchen.may_serve.release(100)
    with pytest.raises(OSError, match="away"):
        gathering(1, breaks)
    assert gathering(2, kitchen) == 20


def test_under_load_everybody_gets_their_own_answer() -> None:
    gathering: Gathering[int, int] = Gathering()
    with ThreadPoolExecutor(16) as pool:
        given = list(pool.map(lambda asked: gathering(asked, lambda batch: [one + 1 for one in batch]), range(2000)))
    assert given == list(range(1, 2001))
