"""The clock of a run, in NOW_FILE: it goes as any clock does, and a test moves it on where there is only waiting."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGINS = datetime(2026, 3, 10, 2, tzinfo=UTC)
_TICK = 0.02


class Clock:
    """Shows every process of a run the same moving instant."""

    def __init__(self, file: Path, begins: datetime = BEGINS) -> None:
        self.file = file
        self._begins = begins
        self._started = time.monotonic()
        self._writing = threading.Lock()
        self._over = threading.Event()
        self._looked_at = threading.Event()
        self._looked_at.set()
        self._write()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def __call__(self) -> datetime:
        """The instant that the processes see, to within a tick."""
        return self._begins + timedelta(seconds=time.monotonic() - self._started)

    def skip(self, seconds: float) -> None:
        """Let so much time have passed."""
        self._begins += timedelta(seconds=seconds)
        self._write()

    def rest(self) -> None:
        """Nobody looks for a while: it goes on unseen, and costs nothing."""
        self._looked_at.clear()

    def resume(self) -> None:
        """Show the processes the time again, with what has passed meanwhile."""
        self._looked_at.set()
        self._write()

    def stop(self) -> None:
        """Let it stand still for good."""
        self._over.set()
        self._looked_at.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            self._looked_at.wait()
            self._write()

    def _write(self) -> None:
        with self._writing:
            new = self.file.with_suffix(".new")
            new.write_text(self().isoformat(), encoding="ascii")
            new.replace(self.file)


@contextmanager
def ticking(file: Path) -> Iterator[Clock]:
    """A clock for the length of the block."""
    clock = Clock(file)
    try:
        yield clock
    finally:
        clock.stop()
