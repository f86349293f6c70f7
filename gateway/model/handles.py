"""Handles: our own opaque names of cases, legs and workers; they sort by the time at which they were given."""

import os
import re
from datetime import UTC, datetime
from functools import lru_cache

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_LENGTH = 9
_RANDOM_LENGTH = 16
_BITS = 5
_FORM = re.compile(rf"[a-z]+_[{_ALPHABET}]{{{_TIME_LENGTH + _RANDOM_LENGTH}}}")
# Five bits of each random byte name a sign; 256 is a multiple of 32, so every sign is as likely as every other.
_SIGN_OF = (_ALPHABET * 8).encode()


def new_handle(prefix: str, now: datetime) -> str:
    """A handle such as `case_01hq3v9zk8r2m4t6w8y0abcd5`: milliseconds of `now`, then 80 random bits."""
    random = os.urandom(_RANDOM_LENGTH).translate(_SIGN_OF).decode()
    return f"{prefix}_{_encoded(int(now.timestamp() * 1000))}{random}"


def earliest_handle(prefix: str, at: datetime) -> str:
    """What no handle given at `at` or later sorts before, and every one given earlier does."""
    return f"{prefix}_{_encoded(int(at.timestamp() * 1000))}{_ALPHABET[0] * _RANDOM_LENGTH}"


def is_handle(prefix: str, text: str) -> bool:
    """Whether `text` has the form of a handle of this kind."""
    return _FORM.fullmatch(text) is not None and text.startswith(f"{prefix}_")


def given_at(handle: str) -> datetime | None:
    """When a handle was given, to the millisecond; None for what is not one of ours."""
    if _FORM.fullmatch(handle) is None:
        return None
    milliseconds, text = 0, handle.rpartition("_")[2]
    for place in text[:_TIME_LENGTH]:
        milliseconds = milliseconds << _BITS | _ALPHABET.index(place)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@lru_cache(maxsize=64)
def _encoded(milliseconds: int) -> str:
    return "".join(_ALPHABET[milliseconds >> (_BITS * place) & 31] for place in reversed(range(_TIME_LENGTH)))
