"""Whether anything stands twice, told by 64-bit prints: kept on disk, sorted in as large shares as memory takes.

Two prints that are equal by accident only send the file to the strict reader.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from gateway.batch.statement_alike import Bytes

Prints = NDArray[np.uint64]

_PRINT = 8
_ROUND = 1 << 20
_ROOM = 4  # what sorting takes, two at once, of the bytes that are sorted
_SHIFT = np.uint64(29)
# Odd numbers, drawn anew by each process: nobody can write two texts that have one print.
_FACTORS = np.random.default_rng().integers(0, 1 << 64, 64, np.uint64) | np.uint64(1)


def prints(texts: Bytes, seed: Prints | int = 0) -> Prints:
    """The prints of texts that are equally long, one in each row. `seed`: what belongs to them beside."""
    rows, width = texts.shape
    words = -(-width // _PRINT)
    padded = np.zeros((rows, words * _PRINT), np.uint8)
    padded[:, :width] = texts
    found = np.full(rows, width, np.uint64) ^ np.asarray(seed, np.uint64)
    for word, factor in zip(padded.view(np.uint64).T, _FACTORS, strict=False):
        found ^= word
        found *= factor
        found ^= found >> _SHIFT
    return found


class Kept:
    """Prints on disk, in a `with` block. `memory`: bytes that may be taken for sorting some."""

    def __init__(self, file: Path, memory: int) -> None:
        self._path, self._memory, self._lock = file, memory, Lock()
        self._file: BinaryIO = file.open("xb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, some: Prints) -> None:
        """Keep some more, which `prints` made or others of them put together; in order, which makes the end short."""
        some.sort()
        with self._lock:
            self._file.write(some.data)

    def distinct(self) -> int:
        """How many there are that differ."""
        return sum(int(share.size and 1 + np.count_nonzero(share[1:] != share[:-1])) for share in self._shares())

    def _shares(self) -> Iterator[Prints]:
        """Each share of them, in order; equal ones are in the same share."""
        self._file.flush()
        every = np.memmap(self._path, np.uint64, "r") if self._path.stat().st_size else np.zeros(0, np.uint64)
        shares = 1 + _ROOM * every.nbytes // self._memory
        for number in range(shares):
            share = np.array(every) if shares == 1 else _share(every, np.uint64(shares), number)
            share.sort(kind="stable")  # the quickest where long pieces are in order already
            yield share


def _share(every: Prints, shares: np.uint64, number: int) -> Prints:
    pieces = (every[start : start + _ROUND] for start in range(0, len(every), _ROUND))
    return np.concatenate([piece[piece % shares == number] for piece in pieces])
