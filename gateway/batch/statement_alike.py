"""The lines of a block, told apart by their separators; lines whose columns are equally long are handled as one.

A file has a few dozen such kinds of lines, so that what is asked of a column is asked of all its bytes at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gateway.batch.statement_terms import DoubtError

Bytes = NDArray[np.uint8]
Whole = NDArray[np.int64]

KINDS = 4096
"""Of lines in a block; more of them are no faster than reading line by line."""
_END, _ASCII_END = ord("\n"), 0x80
_AT_ONCE, _LINES_AT_ONCE = 1 << 19, 256
_SEED = 20260120
"""Of what tells kinds of lines apart: a file gives its rows in the same order each time."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Lines of one kind, without their names. `numbers`: of the lines in the block, from 0.

    `lines`: a line in each row; `signs`: the same bytes, those of one place in each row; `places`: from which byte to
    which a column stands.
    """

    numbers: Whole
    lines: Bytes
    signs: Bytes
    places: Mapping[str, tuple[int, int]]

    def of(self, column: str) -> Bytes:
        """The bytes of a column, those of one place in each row; none where the column is empty."""
        start, end = self.places[column]
        return self.signs[start:end]

    def cells(self, column: str) -> Bytes:
        """The bytes of a column, a line in each row."""
        start, end = self.places[column]
        return self.lines[:, start:end]

    def has(self, column: str) -> bool:
        """Whether the column is there, and not empty."""
        start, end = self.places.get(column, (0, 0))
        return end > start


class Lines:
    """The lines of a block. `columns`: what stands in a line, in order; the last is the name, and may hold anything.

    `pairs`: a character of the name may end with the byte of a separator. `names`: where each begins, and ends;
    `longest`: bytes of a line. DoubtError where a line has another number of columns.
    """

    def __init__(self, text: bytes | bytearray, separator: int, columns: Sequence[str], *, pairs: bool) -> None:
        self._text, self._separator, self._columns, self._pairs = text, separator, columns, pairs
        self._weights = np.random.default_rng(_SEED).integers(1, 1 << 62, len(columns) - 1)
        self._between: dict[int, Whole] = {}
        found = [np.concatenate(parts) for parts in zip(*map(self._piece, _pieces(text)), strict=True)]
        self._starts, ends, named, self._kinds = found
        self.names = (named, ends)
        self.longest = int((ends - self._starts).max())

    def alike(self) -> Iterator[Alike]:
        """Every line once, by kind."""
        order = np.argsort(self._kinds, kind="stable")
        bounds = [0, *(np.flatnonzero(np.diff(self._kinds[order])) + 1).tolist(), len(order)]
        if len(bounds) - 1 > KINDS:
            raise DoubtError
        for start, end in pairwise(bounds):
            yield self._alike(order[start:end])

    def _piece(self, piece: tuple[int, int]) -> tuple[Whole, Whole, Whole, Whole]:
        """Where lines, and their names, begin and end, and of what kind each is."""
        first, last = piece
        signs, each = np.frombuffer(self._text, np.uint8, last - first, first), len(self._columns) - 1
        ends = np.flatnonzero(signs == _END)
        starts = np.concatenate(([0], ends[:-1] + 1))
        separators = np.flatnonzero(self._is_separator(signs, each * len(ends)))
        if len(separators) != each * len(ends):
            raise DoubtError
        places = separators.reshape(len(ends), each)
        if (places[:, 0] < starts).any() or (places[:, -1] > ends).any():
            raise DoubtError
        between = places - starts[:, None]
        kinds = between @ self._weights
        new, at = np.unique(kinds, return_index=True)
        for kind, line in zip(new.tolist(), at.tolist(), strict=True):
            self._between.setdefault(kind, between[line].copy())
        return starts + first, ends + first, places[:, -1] + first + 1, kinds

    def _is_separator(self, signs: Bytes, wanted: int) -> NDArray[np.bool_]:
        """Which bytes are separators: all of that byte, but for those that end a character."""
        found: NDArray[np.bool_] = signs == self._separator
        if self._pairs and np.count_nonzero(found) != wanted:
            found[1:] &= signs[:-1] < _ASCII_END
        return found

    def _alike(self, numbers: Whole) -> Alike:
        between = self._between[int(self._kinds[numbers[0]])]
        length = int(between[-1]) + 1
        every = np.ndarray((len(self._text) - length + 1,), f"V{length}", self._text, strides=(1,))
        lines = every[self._starts[numbers]].view(np.uint8).reshape(len(numbers), length)
        signs = _turned(lines)
        if not (signs[between] == self._separator).all():
            raise DoubtError  # two kinds of lines that were taken for one
        places = zip((0, *(between[:-1] + 1).tolist()), between.tolist(), strict=True)
        return Alike(numbers, lines, signs, dict(zip(self._columns, places, strict=False)))


def _pieces(text: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Some whole lines at a time, as much as a processor has at hand: from which byte to which."""
    start = 0
    while start < len(text):
        end = text.rfind(b"\n", start, start + _AT_ONCE) + 1 or text.find(b"\n", start) + 1
        if not end:
            raise DoubtError  # a line without its end
        yield start, end
        start = end


def _turned(lines: Bytes) -> Bytes:
    """Rows as columns; some at a time, as a processor has no more of them at hand."""
    turned = np.empty(lines.shape[::-1], np.uint8)
    for start in range(0, len(lines), _LINES_AT_ONCE):
        turned[:, start : start + _LINES_AT_ONCE] = lines[start : start + _LINES_AT_ONCE].T
    return turned
