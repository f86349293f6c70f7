"""Processor time of functions that take turns, so that a machine that is slow for a while is slow for all of them."""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Work = Callable[[int], object]  # given the number of the call, so that each call can have data of its own

_ROUNDS = 15
_LEAST = 3


def microseconds(works: Mapping[str, Work], seconds: float, repetitions: int) -> dict[str, float]:
    """Median processor microseconds of one call of each work, measured for about `seconds` times `repetitions` in all.

    Each has a share of the time in proportion to one call, at least three calls a round.
    """
    gc.collect()
    gc.freeze()  # what stands already is not looked through again and again
    spent: dict[str, list[float]] = {name: [] for name in works}
    calls = {name: _calls(work, seconds / _ROUNDS / len(works)) for name, work in works.items()}
    done = dict.fromkeys(works, 0)
    for _ in range(_ROUNDS * repetitions):
        for name, work in works.items():
            spent[name].append(_timed(work, done[name], calls[name]))
            done[name] += calls[name]
    gc.unfreeze()
    return {name: median(times) for name, times in spent.items()}


def _calls(work: Work, seconds: float) -> int:
    _timed(work, 0, _LEAST)  # what is made on the first call is not measured
    return max(int(seconds * 1e6 / _timed(work, _LEAST, _LEAST)), _LEAST)


def _timed(work: Work, first: int, calls: int) -> float:
    gc.collect()  # the rubbish of one is not swept up in the time of the next
    began = time.thread_time()
    for number in range(first, first + calls):
        work(number)
    return max((time.thread_time() - began) / calls * 1e6, 0.01)
