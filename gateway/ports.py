"""What the core asks of the world: Party, Dialect, Attempt, Journal, Now. Protocols and the plain records they pass."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from gateway.model.codes import Insurance
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


class OutcomeKind(StrEnum):
    """What came of one delivery (design section 2)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RECEIVED = "received"
    UNREACHABLE = "unreachable"
    UNCERTAIN = "uncertain"
    NO_EFFECT = "no_effect"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one delivery or inquiry.

    `reply` is the message that proves it, where there is one. NO_EFFECT and FOREIGN come from `inquire` only: the
    effect did not take place; it stands, but the party's record shows that somebody else caused it. `reason`: their
    words or ours.
    `ask_again_at`: when the party wants to be asked next, where it says so.
    """

    kind: OutcomeKind
    reply: Message | None = None
    reason: str = ""
    ask_again_at: datetime | None = None


KEPT_AS = "kept_as"
"""What an attempt remembers where its party keeps other characters than ours (`㛃→jie`); shown on the case."""


class Attempt(Protocol):
    """What one leg remembers across its tries; kept by the store."""

    @property
    def id(self) -> str:
        """The same on every try: the id that the party sees."""

    @property
    def number(self) -> int:
        """Which try this is, from 1."""

    def remember(self, key: str, value: str) -> None:
        """Keep `value`, committed before this returns (so before the next byte goes out)."""

    def recall(self, key: str) -> str | None:
        """What an earlier try remembered."""


@dataclass(frozen=True, slots=True)
class Work:
    """One leg to carry: its message, the case it belongs to, and its memory."""

    leg: str
    case: str
    message: Message
    attempt: Attempt
    deadline: datetime


InquireBy = Literal["resend", "query", "poll", "look_up", "nothing"]


@dataclass(frozen=True, slots=True)
class Support:
    """How a party carries one message.

    `recognises_id`: a repeated id gives the same answer and no second effect. `inquire`: how to find out whether it
    took effect. `proves_ours` / `proves_somebody`: reply fields that show the effect is ours / that somebody caused it.
    `settle_after`: seconds before the party's own records can be trusted to show it. `bundle`: legs in one document.
    `keeps`: the insurances that the party keeps, where that is not every one.
    """

    message: str
    recognises_id: bool = False
    inquire: InquireBy = "nothing"
    inquire_with: str = ""
    proves_ours: tuple[str, ...] = ()
    proves_somebody: tuple[str, ...] = ()
    settle_after: int = 2
    timeout: int = 10
    bundle: int = 1
    keeps: tuple[Insurance, ...] = ()


class Party(Protocol):
    """Anyone we exchange messages with."""

    @property
    def id(self) -> str:
        """Its handle, as in party.yaml."""

    @property
    def family(self) -> str:
        """province, tax, card, platform."""

    @property
    def names(self) -> Mapping[str, str]:
        """What people call it, by language."""

    @property
    def regions(self) -> tuple[str, ...]:
        """The region codes it answers for, 2 to 6 digits."""

    @property
    def dialect(self) -> Dialect:
        """How its messages look."""

    @property
    def supports(self) -> Mapping[str, Support]:
        """What it takes, by message."""

    @property
    def concurrency(self) -> int:
        """How many calls it takes at once."""

    def deliver(self, works: Sequence[Work]) -> Sequence[Outcome]:
        """Carry the works in one go where the party takes bundles; one Outcome per work, in order. Never raises."""

    def inquire(self, work: Work) -> Outcome:
        """Find out whether an uncertain or received work took effect. Never raises."""

    def ask(self, query: Message, deadline: datetime) -> Message:
        """One straight question; GatewayError (`deadline_passed`, `unreadable`, `unavailable`, ...) where it fails."""

    def collect(self) -> Iterable[Message]:
        """What the party keeps for us until we fetch it."""

    def check(self) -> str:
        """Try the connection; "" when all is well, else what is wrong and what to do."""


class Desk(Protocol):
    """Where a party that carries several works at once keeps its notes and hands in what came of them."""

    def remember(self, notes: Sequence[tuple[Attempt, str, str]]) -> None:
        """Keep values under keys of several attempts, committed before this returns: all or none."""

    def about(self, work: Work) -> AbstractContextManager[None]:
        """Let what is logged inside name the work."""

    def done(self, outcomes: Sequence[tuple[Work, Outcome]]) -> None:
        """Take what came of some of the works; of each work once."""


@runtime_checkable
class CarriesTogether(Protocol):
    """A party that may carry several works at once without a thread for each."""

    @property
    def together(self) -> bool:
        """Whether it does, as it is configured."""

    def deliver_each(self, works: Sequence[Work], desk: Desk) -> None:
        """As `deliver`; what came of each work goes to the desk as soon as it is known. Returns when all has."""


class Sessions(Protocol):
    """What a party gave us for a while: a cookie, a cycle number. Leased rows, shared by every process."""

    def get(self, party: str, key: str) -> str | None:
        """The value, while it is valid."""

    def keep(self, party: str, key: str, value: str | None, until: datetime) -> None:
        """Keep a value until it expires; None forgets it."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One document crossing the border, for the journal. `about`: the leg, request or query it belongs to."""

    direction: Literal["in", "out"]
    party: str
    message: str
    media_type: str
    body: bytes
    at: datetime
    about: str = ""
    person: str = ""


class Kept(Protocol):
    """A document that the journal has taken and may not have written yet."""

    def wait(self) -> Sequence[str]:
        """The id of its record, once it is durable; GatewayError `unavailable` where it could not be kept."""


class Journal(Protocol):
    """Every document that crossed the border, raw and in order (design section 8)."""

    def hand_in(self, crossing: Crossing) -> Kept:
        """Take it, behind all that came before; durable once `wait` has come back. No effect of it may come sooner."""

    def flush(self) -> None:
        """Come back once all that was handed in so far is durable; GatewayError where the last of it could not be."""

    def record(self, crossing: Crossing) -> str:
        """Keep it; returns the record's id once it is durable."""

    def record_many(self, crossings: Sequence[Crossing]) -> Sequence[str]:
        """Keep several, all or none; their ids once all are durable."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that lies at a party: its name, its size in bytes, and when it was changed, in seconds since 1970."""

    name: str
    size: int
    modified: int


class Outlet(Protocol):
    """The way on which files go to a party: its server, or a folder that it looks into."""

    @property
    def way(self) -> str:
        """What way it is: folder, sftp or http."""

    def send(self, name: str, body: bytes) -> str:
        """Hand a file over, whole; what the party, or its server, says of it.

        The same name with the same bytes again is the same file. GatewayError `unavailable`: try again;
        `differences_not_taken`: it does not want it.
        """


class RemoteFiles(Protocol):
    """The files that a party has laid ready for us, on one connection."""

    def waiting(self) -> Sequence[RemoteFile]:
        """Those that are whole."""

    def read(self, file: RemoteFile, start: int) -> Iterable[bytes]:
        """The bytes from `start` on; GatewayError `unavailable` where that breaks off."""

    def put_away(self, file: RemoteFile) -> bool:
        """Move a file aside that was taken; False where the party's server does not allow it."""
