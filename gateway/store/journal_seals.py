"""Seals: what signs the heads of all streams at one moment, each seal naming the one before."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.store.journal_chain import START, digest, joined

_SEAL_FORM = b"journal seal 1"
_HEADS_FORM = b"journal heads 1"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest record of one stream."""

    stream: str
    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed seal. `number` counts from 1; `at`: microseconds since 1970 UTC; `heads`: `heads_hash` of its heads."""

    number: int
    at: int
    previous: bytes
    heads: bytes
    signature: bytes = b""

    @property
    def content(self) -> bytes:
        """What the signature covers."""
        return joined(_SEAL_FORM, b"%d" % self.number, b"%d" % self.at, self.previous, self.heads)

    @property
    def hash(self) -> bytes:
        """What the next seal names as `previous`."""
        return digest(self.content, self.signature)

    def signed(self, key: Ed25519PrivateKey) -> "Seal":
        """The same seal with its signature."""
        return Seal(self.number, self.at, self.previous, self.heads, key.sign(self.content))

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is that key's, and for this content."""
        try:
            key.verify(self.signature, self.content)
        except InvalidSignature:
            return False
        return True

    def line(self) -> bytes:
        """One line of the file outside the database."""
        return json.dumps(asdict(self), default=bytes.hex).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """What `line` wrote; ValueError where it is something else."""
        try:
            read = json.loads(line)
            binary = (bytes.fromhex(read[name]) for name in ("previous", "heads", "signature"))
            return cls(int(read["number"]), int(read["at"]), *binary)
        except (TypeError, LookupError, ValueError) as problem:
            raise ValueError("this line is not a seal; somebody has changed the file") from problem


def heads_hash(heads: Iterable[Head]) -> bytes:
    """SHA-256 over the heads in the order of their streams' names."""
    ordered = sorted(heads, key=lambda head: head.stream)
    return digest(
        _HEADS_FORM, *(part for head in ordered for part in (head.stream.encode(), b"%d" % head.number, head.hash))
    )


def seal_after(last: Seal | None, at: int, heads: Iterable[Head]) -> Seal:
    """The next seal, not signed yet."""
    number, previous = (1, START) if last is None else (last.number + 1, last.hash)
    return Seal(number, at, previous, heads_hash(heads))
