"""What is given to a transport and what comes back; the two ways in which an exchange fails are told apart exactly."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from gateway.ports import Document


@dataclass(frozen=True, slots=True)
class Call:
    """What one exchange is for. `message`: its name in the canonical language; `about`: the leg or query it serves.

    `seconds`: how long it may take from when it begins, where the deadline leaves more.
    """

    message: str
    deadline: datetime
    about: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, not understood yet. Header names are lower case; repeated ones are joined by a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Document:
        """The answer as a dialect reads it; what says nothing of its media type is plain bytes."""
        return Document(self.body, self.headers.get("content-type", "application/octet-stream"), self.headers)


class UnsentError(Exception):
    """It is certain that the party received nothing: trying again cannot double anything."""


class UnansweredError(Exception):
    """At least one byte may have arrived, and no whole answer came back: nobody knows whether it took effect."""

    def __init__(self, reason: str, *, timed_out: bool = False) -> None:
        self.timed_out = timed_out
        super().__init__(reason)


class Transport(Protocol):
    """Carries documents to one address."""

    def post(self, document: Document, call: Call) -> Answer:
        """Send and wait for the whole answer, whatever its status; UnsentError or UnansweredError where none came."""
        ...

    def reach(self, deadline: datetime) -> None:
        """Make sure that something answers at the address, without a message; errors as `post`."""
        ...


@dataclass(slots=True, eq=False)
class Sending:
    """One of several documents that go out together. `result`: what came of it, once it has been heard of."""

    document: Document
    call: Call
    result: Answer | UnsentError | UnansweredError | None = None


Heard = Callable[[Sequence[Sending]], None]
"""Told which sendings have come to their end, as soon as they have."""


class ManyAtOnce(Protocol):
    """A transport that carries several documents at once without a thread for each."""

    @property
    def at_once(self) -> bool:
        """Whether it can, as it stands: what it wraps may not be able to."""
        ...

    def post_each(self, sendings: Sequence[Sending], most: int, heard: Heard) -> None:
        """Carry all, at most `most` at a time; each is heard of once. Returns when all have been."""
        ...


def many(transport: Transport) -> ManyAtOnce | None:
    """The transport as one that carries several documents at once; None where it cannot."""
    # Told by one attribute, as `gateway.ports.carries_together` is: it is asked at every layer of every load.
    return cast("ManyAtOnce", transport) if getattr(transport, "at_once", False) else None


class Dressing(ABC):
    """A transport that changes each document on its way and leaves the exchange to an inner one."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    @abstractmethod
    def dressed(self, document: Document, call: Call, /) -> Document:
        """The document as it leaves; UnsentError where it cannot."""

    def post(self, document: Document, call: Call) -> Answer:
        """As the inner transport."""
        return self._inner.post(self.dressed(document, call), call)

    def reach(self, deadline: datetime) -> None:
        """As the inner transport."""
        self._inner.reach(deadline)

    @property
    def at_once(self) -> bool:
        """As the inner transport."""
        return many(self._inner) is not None

    def post_each(self, sendings: Sequence[Sending], most: int, heard: Heard) -> None:
        """As the inner transport."""
        post_prepared(self._inner, sendings, most, heard, self._dress)

    def _dress(self, sending: Sending) -> None:
        sending.document = self.dressed(sending.document, sending.call)


def post_prepared(
    inner: Transport,
    sendings: Sequence[Sending],
    most: int,
    heard: Heard,
    prepare: Callable[[Sending], None] | None,
) -> None:
    """Post those that `prepare` takes; what it raises of ours is the result. TypeError: `inner` cannot."""
    line = many(inner)
    if line is None:
        raise TypeError("the inner transport carries one document at a time")
    unsent = [each for each in sendings if not _prepared(each, prepare)]
    if unsent:
        heard(unsent)
    ready = [each for each in sendings if each.result is None]
    if ready:
        line.post_each(ready, most, heard)


def _prepared(sending: Sending, prepare: Callable[[Sending], None] | None) -> bool:
    try:
        if prepare is not None:
            prepare(sending)
    except (UnsentError, UnansweredError) as error:
        sending.result = error
    return sending.result is None
