"""Work on one thing after another, several of them at once."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

_WAITING = 2


def at_once(work: Callable[[Item], Made], items: Iterable[Item], threads: int = 0) -> Generator[Made, None, None]:
    """What `work` makes of the items, in their order; `threads`: 0 for every core.

    An item is taken from `items`, in the thread that asks, when there is a hand for it, or nearly: two wait at most,
    so that no hand is idle while the next one is taken.
    What is raised, by either, ends it, and nothing more is begun.
    """
    hands = threads or len(os.sched_getaffinity(0))
    under_way: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(hands) as pool:
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) > hands + _WAITING - 1:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
