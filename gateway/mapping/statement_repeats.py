"""What stands twice in a file of any size.

Digests are keyed with bytes that nobody keeps: what lies on disk meanwhile says nothing of the rows.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from struct import Struct

from gateway.mapping.statement_runs import SortedRuns

_RUN = 200_000
_ENTRY = Struct(">16s8sQQ")
"""Digest, digest of the owner, line, byte."""


class Repeats:
    """Notes (key, owner, place); a key that has another owner than at first is a repetition."""

    def __init__(self, run: int = _RUN) -> None:
        self._secret = os.urandom(32)
        self._runs = SortedRuns(_ENTRY.size, _in_file, run)

    def note(self, key: str, owner: str, line: int, byte: int) -> None:
        """Note a key; `owner`: what may have it several times."""
        digest = blake2b(key.encode(), digest_size=16, key=self._secret).digest()
        of_owner = blake2b(owner.encode(), digest_size=8, key=self._secret).digest()
        self._runs.add(_ENTRY.pack(digest, of_owner, line, byte))

    def found(self) -> Iterator[tuple[int, int, int]]:
        """(line, byte, line of the first) of every repetition, in no order."""
        before, first, owned = b"", 0, b""
        for entry in self._runs.sorted():
            digest, owner, line, byte = _ENTRY.unpack(entry)
            if digest != before:
                before, first, owned = digest, line, owner
            elif owner != owned:
                yield line, byte, first

    def close(self) -> None:
        """Remove what lies on disk."""
        self._runs.close()


def _in_file(entry: bytes) -> bytes:
    """Sorts by key, and equal keys by their place in the file."""
    return entry[:16] + entry[24:]
