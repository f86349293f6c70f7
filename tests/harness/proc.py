"""What proc(5) says of processes: which live, and which came from which."""

import time
from collections.abc import Iterable
from pathlib import Path

_PROCESSES = Path("/proc")
_GONE = ("Z", "X")  # ended, and only waiting to be noticed
_PATIENCE = 60.0
_LOOK_AGAIN = 0.02


def _state_and_parent(pid: int) -> tuple[str, int] | None:
    try:
        after_name = (_PROCESSES / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return after_name[0], int(after_name[1])


def lives(pid: int) -> bool:
    """Whether the process is there and has not ended."""
    found = _state_and_parent(pid)
    return found is not None and found[0] not in _GONE


def descendants(pid: int) -> set[int]:
    """Every living process that `pid` started, or that one of those started; not those that gave up their parent."""
    parents: dict[int, int] = {}
    for folder in _PROCESSES.glob("[0-9]*"):
        found = _state_and_parent(int(folder.name))
        if found is not None and found[0] not in _GONE:
            parents[int(folder.name)] = found[1]
    family, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return family - {pid}


def wait_until_gone(pids: Iterable[int]) -> None:
    """Wait until none of them lives; AssertionError with what they are where they stay."""
    end = time.monotonic() + _PATIENCE
    while left := {pid for pid in pids if lives(pid)}:
        assert time.monotonic() < end, [(_PROCESSES / str(pid) / "cmdline").read_bytes() for pid in left if lives(pid)]
        time.sleep(_LOOK_AGAIN)
