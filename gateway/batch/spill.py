"""How much an engine has on disk while it works."""

from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

_EVERY = 0.05


class Spill:
    """Watches a folder while the block lasts. `most`: bytes that lay in it at once, as far as was seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self.most = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self.most = max(self.most, _size(self._folder))


def _size(folder: Path) -> int:
    """Bytes on disk: a file that is made longer than what it holds counts by its blocks."""
    try:
        return sum(file.stat().st_blocks * 512 for file in folder.iterdir())
    except FileNotFoundError:  # not there yet, or a file that has just gone
        return 0
