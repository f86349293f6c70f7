"""Anyone we exchange messages with: works and what came of them, what a party carries, how it is asked."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, cast

from gateway.model.codes import Insurance
from gateway.model.messages import Message
from gateway.ports.wire import Dialect


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
    `ask_again_at`: when the party wants to be asked, or tried, next, where it says so.
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


class CarriesTogether(Protocol):
    """A party that may carry several works at once without a thread for each."""

    @property
    def together(self) -> bool:
        """Whether it does, as it is configured."""

    def deliver_each(self, works: Sequence[Work], desk: Desk) -> None:
        """As `deliver`; what came of each work goes to the desk as soon as it is known. Returns when all has."""


def carries_together(party: Party) -> CarriesTogether | None:
    """The party as one that carries several works at once, if it does."""
    # Told by one attribute: looking a whole protocol through for each load was a twelfth of a busy worker's time.
    return cast("CarriesTogether", party) if getattr(party, "together", False) else None
