"""What is given to a transport and what comes back; the two ways in which an exchange fails are told apart exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.ports import Document


@dataclass(frozen=True, slots=True)
class Call:
    """What one exchange is for. `message`: its name in the canonical language; `about`: the leg or query it serves."""

    message: str
    deadline: datetime
    about: str = ""


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
