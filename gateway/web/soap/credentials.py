"""Passwords and nonces taken out of an envelope before it is kept: together they let a password be guessed off line."""

import re
from collections.abc import Mapping

_NAME = rb"(?:[^\s<>/:]+:)?"
_OPEN = re.compile(rb"<" + _NAME + rb"(Password|Nonce)\b[^>]*>")
_CLOSE: Mapping[bytes, re.Pattern[bytes]] = {
    name: re.compile(rb"</" + _NAME + name + rb"\s*>") for name in (b"Password", b"Nonce")
}
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def blanked(envelope: bytes) -> bytes:
    """The envelope, all else unchanged; one pass, whatever the bytes are."""
    encoding = _UTF_16.get(envelope[:2])
    if encoding is None:
        return _blanked(envelope)
    text = envelope.decode(encoding, errors="surrogatepass" if len(envelope) % 2 == 0 else "ignore")
    return (
        _blanked(text.encode(errors="surrogatepass")).decode(errors="surrogatepass").encode(encoding, "surrogatepass")
    )


def _blanked(envelope: bytes) -> bytes:
    pieces, at = [], 0
    while found := _OPEN.search(envelope, at):
        close = _CLOSE[found[1]].search(envelope, found.end())
        pieces.append(envelope[at : found.end()])
        if close is None:
            # Not well-formed, so nobody can tell where the secret ends.
            return b"".join(pieces)
        at = close.start()
    return b"".join(pieces) + envelope[at:]
