"""Named points that every commit and every foreign call passes, so that tests can stop the process exactly there.

Unset, a point costs one look at a boolean. `KILL_POINT=name` or `KILL_POINT=name:3` kills the process with SIGKILL at
the first or third passing; `TRACE_POINTS=file` appends each name that is passed. Settings refuses both in production.
"""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

_passed: Counter[str] = Counter()
_lock = threading.Lock()


def _configured() -> tuple[str, int]:
    name, _, nth = os.environ.get("KILL_POINT", "").partition(":")
    return name, int(nth or "1")


_KILL, _NTH = _configured()
_TRACE = os.environ.get("TRACE_POINTS", "")
_ACTIVE = bool(_KILL or _TRACE)


def passing(name: str) -> None:
    """Pass the point `name`: nothing in production; in a fault test perhaps the end of this process group."""
    if _ACTIVE:
        _reached(name)


def _reached(name: str) -> None:
    with _lock:
        _passed[name] += 1
        if _TRACE:
            with Path(_TRACE).open("a", encoding="ascii") as trace:
                trace.write(name + "\n")
        if name == _KILL and _passed[name] == _NTH:
            os.killpg(0, signal.SIGKILL)
