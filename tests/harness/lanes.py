"""In which order a divided run takes its tests: each of its processes begins with some that take long.

What mostly waits (processes that are killed and started again) then goes on beside what mostly computes, and nothing
long is left for the end, where the other processes would wait for it. For `--dist worksteal`, which deals the tests out
in parts of one size, in order, and gives whoever is through with its part some of the end of another's.
"""

from collections.abc import Sequence

import pytest

_KILLED = "tests/journeys/test_kill.py::test_a_process_killed_at_any_point"
# The beginnings of the parts, in turn; what stands earlier comes earlier.
BEGINNINGS = (
    (_KILLED,),
    ("tests/gateway/batch/test_spark_equality.py", "tests/bench/"),
    ("tests/docs/test_commands.py", "tests/gateway/services/test_reconcile_killed.py"),
    ("tests/journeys/",),
)


def dealt(names: Sequence[str], processes: int) -> list[int]:
    """The places of the tests `names` in the order in which so many processes are to take them."""
    beginnings: list[list[int]] = [[] for _ in range(processes)]
    taken = set[int]()
    for turn, files in enumerate(BEGINNINGS):
        for file in files:
            found = [place for place, name in enumerate(names) if name.startswith(file) and place not in taken]
            beginnings[turn % processes] += found
            taken.update(found)
    others = [place for place in range(len(names)) if place not in taken]
    order: list[int] = []
    for number, beginning in enumerate(beginnings):
        part = (len(names) - len(order)) // (processes - number)
        filled = max(part - len(beginning), 0)
        order += beginning + others[:filled]
        del others[:filled]
    return order + others


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of a divided run in order; all of its processes come to the same one."""
    told = getattr(config, "workerinput", None)
    if told is not None:
        items[:] = [items[place] for place in dealt([item.nodeid for item in items], told["workercount"])]
