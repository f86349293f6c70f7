"""The signature of a statement: HMAC (GB/T 15852.2) with SM3 (GB/T 32905) over the bytes of the file or of each line.

That files end in `<CA>hex</CA>`, or each line does, is seen (wire facts, section 3.4); the recipe is ours.
"""

import hmac
import re
from typing import Literal

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

Sign = Literal["trailer", "line", "none"]

SIGNATURE = re.compile(rb"<CA>([0-9a-f]{64})</CA>")
SIGNATURE_BYTES = 4 + 64 + 5
_HELD = 1 << 16


class Signature:
    """The running signature of one file. `key`: the secret that the party and we share."""

    def __init__(self, key: bytes) -> None:
        self._empty = HMAC(key, SM3())
        self._whole = self._empty.copy()
        self._held = bytearray()

    def add(self, line: bytes) -> None:
        """Take in a line, its end left out, for the signature of the whole file."""
        self._held += line
        self._held += b"\n"
        if len(self._held) > _HELD:
            self._taken_in()

    def whole(self) -> bytes:
        """The signature of all lines taken in."""
        self._taken_in()
        return self._whole.copy().finalize()

    def of_line(self, line: bytes, before: bytes) -> bytes:
        """The signature of a line; it covers the one of the line before, so that no line can be moved or taken out."""
        running = self._empty.copy()
        running.update(before + line)
        return running.finalize()

    def _taken_in(self) -> None:
        self._whole.update(bytes(self._held))
        self._held.clear()


def written(signature: bytes) -> str:
    """A signature as it stands in a file."""
    return f"<CA>{signature.hex()}</CA>"


def same(signature: bytes, given: bytes) -> bool:
    """Whether `given`, in hexadecimal digits, is the signature; takes as long whatever is wrong."""
    return hmac.compare_digest(signature, bytes.fromhex(given.decode("ascii")))
