"""The signature of a treasury message: HMAC with SM3 over the document, in a comment that is its last line.

That a file ends in `<CA>hex</CA>`, keyed, with SM3, is seen of refund files (wire facts, 3.4, signature mode 4);
that a message does, in a comment, so that it stays well-formed, is ours.
"""

import hmac
import re
from dataclasses import replace

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from adapters.transport.exchange import Call, Dressing, Transport
from gateway.ports import Document

_SIGNED = re.compile(rb"(.*)<!--<CA>([0-9a-f]{64})</CA>-->\s*", re.DOTALL)


def signature(key: bytes, body: bytes) -> str:
    """HMAC with SM3 over the bytes before the signature, in lower-case hex."""
    running = HMAC(key, SM3())
    running.update(body)
    return running.finalize().hex()


def signed(key: bytes, body: bytes) -> bytes:
    """`body` with its signature behind it."""
    return body + f"<!--<CA>{signature(key, body)}</CA>-->\n".encode()


def fault(key: bytes, body: bytes) -> str | None:
    """What is wrong with the signature of `body`; None where it is right."""
    found = _SIGNED.fullmatch(body)
    if found is None:
        return "the document does not end in a signature"
    same = hmac.compare_digest(signature(key, found[1]).encode(), found[2])
    return None if same else "the signature is not that of the document under the shared key"


class SignedTransport(Dressing):
    """Signs what is sent."""

    def __init__(self, inner: Transport, secret: str) -> None:
        super().__init__(inner)
        self._key = secret.encode()

    def dressed(self, document: Document, _call: Call, /) -> Document:
        """The document, signed."""
        return replace(document, body=signed(self._key, document.body))
