"""Handles: our own opaque names of cases, legs and workers; they sort by the time at which they were given."""

import secrets
from base64 import b32encode
from datetime import datetime
from functools import lru_cache

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_LENGTH = 9
_RANDOM_BYTES = 10
_BITS = 5
_OURS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET.encode())


def new_handle(prefix: str, now: datetime) -> str:
    """A handle such as `case_01hq3v9zk8r2m4t6w8y0abcd5`: milliseconds of `now`, then 80 random bits."""
    random = b32encode(secrets.token_bytes(_RANDOM_BYTES)).translate(_OURS).decode()
    return f"{prefix}_{_encoded(int(now.timestamp() * 1000))}{random}"


@lru_cache(maxsize=64)
def _encoded(milliseconds: int) -> str:
    return "".join(_ALPHABET[milliseconds >> (_BITS * place) & 31] for place in reversed(range(_TIME_LENGTH)))
