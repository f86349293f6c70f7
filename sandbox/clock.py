"""The clock of the run, and what is to happen later.

The present is the instant in NOW_FILE where there is one, else the system's. Something is due when its seconds have
passed on either clock: a test that moves NOW_FILE need not wait for days, and a demo worker pays while it
stands still.
"""

import contextlib
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

BEIJING = timezone(timedelta(hours=8))
LOOK_AT_FILE = 0.2


class Clock:
    """Tells the present; aware, Beijing time."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._seen: tuple[int, int] = (0, 0)
        self._instant: datetime | None = None

    @property
    def moved(self) -> bool:
        """Whether a file may move this clock."""
        return self._file is not None

    def now(self) -> datetime:
        """The present instant."""
        return (self._from_file() or datetime.now(BEIJING)).astimezone(BEIJING)

    def _from_file(self) -> datetime | None:
        if self._file is None:
            return None
        # A file that is being replaced is read again at the next call; until then the last instant stands.
        with contextlib.suppress(OSError, ValueError):
            stat = self._file.stat()
            if (stat.st_mtime_ns, stat.st_size) != self._seen:
                self._instant = datetime.fromisoformat(self._file.read_text(encoding="ascii").strip())
                self._seen = (stat.st_mtime_ns, stat.st_size)
        return self._instant


class Due:
    """A moment some seconds from now, reached on whichever clock gets there first."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.ticks = time.monotonic() + seconds
        self._instant = clock.now() + timedelta(seconds=seconds) if clock.moved else None

    def reached(self) -> bool:
        """Whether it has come."""
        if time.monotonic() >= self.ticks:
            return True
        return self._instant is not None and self._clock.now() >= self._instant


class Timers:
    """Calls functions when they are due, on one thread of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[float, int, Due, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._open = True
        threading.Thread(target=self._run, daemon=True).start()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` once, `seconds` from now."""
        due = Due(self._clock, seconds)
        with self._changed:
            heapq.heappush(self._waiting, (due.ticks, next(self._order), due, action))
            self._changed.notify()

    def clear(self) -> None:
        """Forget what is waiting."""
        with self._changed:
            self._waiting.clear()

    def close(self) -> None:
        """Call nothing any more."""
        with self._changed:
            self._open = False
            self._waiting.clear()
            self._changed.notify()

    def _run(self) -> None:
        while self._open:
            for action in self._ripe():
                action()

    def _ripe(self) -> list[Callable[[], None]]:
        with self._changed:
            if not (ripe := self._take()) and self._open:
                self._changed.wait(self._pause())
            return ripe

    def _take(self) -> list[Callable[[], None]]:
        ripe: list[Callable[[], None]] = []
        while self._waiting and self._waiting[0][2].reached():
            ripe.append(heapq.heappop(self._waiting)[3])
        if self._clock.moved:
            early = [item for item in self._waiting if item[2].reached()]
            ripe += [item[3] for item in sorted(early)]
            self._waiting = [item for item in self._waiting if item not in early]
            heapq.heapify(self._waiting)
        return ripe

    def _pause(self) -> float | None:
        if not self._waiting:
            return None
        pause = max(0.0, self._waiting[0][0] - time.monotonic())
        return min(pause, LOOK_AT_FILE) if self._clock.moved else pause
