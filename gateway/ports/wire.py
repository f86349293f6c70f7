"""What stands on the wire and who puts it into words: documents, their control, dialects; the clock; sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.model.messages import Message


class Now(Protocol):
    """The clock of the whole run; aware datetimes only. NOW_FILE moves it for all processes."""

    def __call__(self) -> datetime:
        """The present instant."""


@dataclass(frozen=True, slots=True)
class Document:
    """What crosses the border: bytes, their media type, and the headers that belong to them (SOAPAction, cookies)."""

    body: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """What the wire carries and the message does not.

    `extra`: serials, sessions, pages; credentials by reference only.
    """

    message_id: str
    sender: str
    receiver: str
    sent_at: datetime
    extra: Mapping[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """How messages look in one kind of system."""

    name: str
    version: str

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        """The document for `message`. `about`: the request that this answers, where it is a reply."""

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        """The message in `document`; GatewayError (`unreadable`, `unmapped`, ...) where it is not one.

        `about`: the request that a bare reply answers; None where the document is itself a request or a push.
        """


class Sessions(Protocol):
    """What a party gave us for a while: a cookie, a cycle number. Leased rows, shared by every process."""

    def get(self, party: str, key: str) -> str | None:
        """The value, while it is valid."""

    def keep(self, party: str, key: str, value: str | None, until: datetime) -> None:
        """Keep a value until it expires; None forgets it."""
