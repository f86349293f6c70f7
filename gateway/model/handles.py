"""Handles: our own opaque names of cases, legs and workers; they sort by the time at which they were given."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_LENGTH = 9
_RANDOM_LENGTH = 16
_BITS = 5


def new_handle(prefix: str, now: datetime) -> str:
    """A handle such as `case_01hq3v9zk8r2m4t6w8y0abcd5`: milliseconds of `now`, then 80 random bits."""
    return f"{prefix}_{_encode(int(now.timestamp() * 1000), _TIME_LENGTH)}{_random()}"


def _random() -> str:
    return _encode(secrets.randbits(_BITS * _RANDOM_LENGTH), _RANDOM_LENGTH)


def _encode(number: int, length: int) -> str:
    return "".join(_ALPHABET[number >> (_BITS * place) & 31] for place in reversed(range(length)))
