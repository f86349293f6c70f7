"""What stands twice in a file of any size: digests sorted in runs on disk, so that memory stays bounded.

Digests are keyed with bytes that nobody keeps: what lies on disk meanwhile says nothing of the rows.
"""

import heapq
import os
import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from struct import Struct
from typing import IO

_RUN = 200_000
_READ = 4096
_ENTRY = Struct(">16s8sQQ")
"""Digest, digest of the owner, line, byte: in this order entries sort by digest and then by place."""


class Repeats:
    """Notes (key, owner, place); a key that has another owner than at first is a repetition."""

    def __init__(self, run: int = _RUN) -> None:
        self._secret = os.urandom(32)
        self._held: list[bytes] = []
        self._run = run
        self._runs: list[IO[bytes]] = []

    def note(self, key: str, owner: str, line: int, byte: int) -> None:
        """Note a key; `owner`: what may have it several times."""
        digest = blake2b(key.encode(), digest_size=16, key=self._secret).digest()
        of_owner = blake2b(owner.encode(), digest_size=8, key=self._secret).digest()
        self._held.append(_ENTRY.pack(digest, of_owner, line, byte))
        if len(self._held) >= self._run:
            self._spill()

    def found(self) -> Iterator[tuple[int, int, int]]:
        """(line, byte, line of the first) of every repetition, in no order; what was noted is let go."""
        before, first, owned = b"", 0, b""
        for entry in self._sorted():
            digest, owner, line, byte = _ENTRY.unpack(entry)
            if digest != before:
                before, first, owned = digest, line, owner
            elif owner != owned:
                yield line, byte, first

    def close(self) -> None:
        """Remove what lies on disk."""
        for run in self._runs:
            run.close()
        self._runs.clear()
        self._held.clear()

    def _sorted(self) -> Iterator[bytes]:
        # Within a key, an owner's digest would come before the place: put back into the order of the file.
        self._held.sort(key=_in_file)
        yield from heapq.merge(*(_entries(run) for run in self._runs), self._held, key=_in_file)

    def _spill(self) -> None:
        self._held.sort(key=_in_file)
        run = tempfile.TemporaryFile()  # noqa: SIM115 - it lives until `close`
        run.write(b"".join(self._held))
        run.flush()
        self._runs.append(run)
        self._held.clear()


def _in_file(entry: bytes) -> bytes:
    return entry[:16] + entry[24:]


def _entries(run: IO[bytes]) -> Iterator[bytes]:
    size, at = _ENTRY.size, 0
    while block := os.pread(run.fileno(), size * _READ, at):
        at += len(block)
        for start in range(0, len(block), size):
            yield block[start : start + size]
