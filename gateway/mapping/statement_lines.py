"""The lines of a file that comes in chunks: each with where it begins, none of them held longer than is allowed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class Line:
    """One line without its end. `number` from 1, `start` in bytes from 0.

    `ended`: whether an end of line follows it. `long`: it goes on beyond `body`, and the rest is left out.
    """

    number: int
    start: int
    body: bytes
    ended: bool = True
    long: bool = False


def lines(chunks: Iterable[bytes], longest: int) -> Iterator[Line]:
    """The lines of a file; LF ends one, a CR before it stays in `body`.

    Never more than a chunk and `longest` bytes are held.
    """
    number, start, rest, skipped = 1, 0, b"", 0
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for body in whole:
            if not skipped:
                yield Line(number, start, body[:longest], long=len(body) > longest)
            start += skipped + len(body) + 1
            number, skipped = number + 1, 0
        if not skipped and len(rest) > longest:
            yield Line(number, start, rest[:longest], long=True)
            skipped = len(rest)
            rest = b""
        elif skipped:
            skipped += len(rest)
            rest = b""
    if rest and not skipped:
        yield Line(number, start, rest, ended=False)
