"""Entries sorted in runs on disk, so that memory stays bounded however many there are."""

import heapq
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

_READ = 4096


class SortedRuns:
    """Takes entries of one size and gives them back sorted by `order`. `run`: how many are held in memory."""

    def __init__(self, size: int, order: Callable[[bytes], bytes], run: int) -> None:
        self._size, self._order, self._run = size, order, run
        self._held: list[bytes] = []
        self._runs: list[IO[bytes]] = []

    def add(self, entry: bytes) -> None:
        """Take in one entry."""
        self._held.append(entry)
        if len(self._held) >= self._run:
            self._spill()

    def sorted(self) -> Iterator[bytes]:
        """Every entry, sorted."""
        self._held.sort(key=self._order)
        yield from heapq.merge(*map(self._entries, self._runs), self._held, key=self._order)

    def close(self) -> None:
        """Remove what lies on disk."""
        for run in self._runs:
            run.close()
        self._runs.clear()
        self._held.clear()

    def _spill(self) -> None:
        self._held.sort(key=self._order)
        run = tempfile.TemporaryFile()  # noqa: SIM115 - it lives until `close`
        run.write(b"".join(self._held))
        run.flush()
        self._runs.append(run)
        self._held.clear()

    def _entries(self, run: IO[bytes]) -> Iterator[bytes]:
        at = 0
        while block := os.pread(run.fileno(), self._size * _READ, at):
            at += len(block)
            for start in range(0, len(block), self._size):
                yield block[start : start + self._size]
