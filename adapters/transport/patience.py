"""Waiting for an answer that somebody else puts somewhere, for parties that are no servers."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from adapters.transport.exchange import Call, UnsentError
from gateway.ports import Document, Now

Found = TypeVar("Found")

_PAUSE_SECONDS = 0.05
_DIGITS = 16


def place_name(document: Document, call: Call) -> str:
    """What a document is called where it is put: letters, digits, `_` and `-`.

    The same for the same bytes about the same leg, so that one which is put there again is the same one.
    """
    return f"{call.message}-{call.about or 'none'}-{sha256(document.body).hexdigest()[:_DIGITS]}"


def seconds_left(call: Call, now: Now) -> float:
    """Seconds until the deadline; UnsentError where it has passed before anything could be put anywhere."""
    seconds = (call.deadline - now()).total_seconds()
    if seconds <= 0:
        raise UnsentError("the deadline had passed before anything could be sent")
    return seconds


def waited_for(look: Callable[[], Found | None], seconds: float) -> Found | None:
    """What `look` finds, looked for again and again; None where nothing came in time."""
    ends = time.monotonic() + seconds
    while (found := look()) is None and time.monotonic() < ends:
        time.sleep(min(_PAUSE_SECONDS, max(0.0, ends - time.monotonic())))
    return found
