"""Finding out by another message whether one took effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.model.messages import Message
from gateway.ports import Outcome, OutcomeKind, Work

NOTHING = Outcome(OutcomeKind.NO_EFFECT, reason="the party has no record of it")


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inquiry has to go by: the work, what the party said of it, and how its record shows our hand.

    `acceptance_number`: None where the party never said that it had received the work; "" where it gave no number.
    `ours`: reply fields that must hold one of these values for the effect to be ours; empty where none can prove it.
    """

    work: Work
    acceptance_number: str | None
    ours: Mapping[str, frozenset[str]]

    @property
    def received(self) -> bool:
        """Whether the party has acknowledged the work before."""
        return self.acceptance_number is not None

    def proves_ours(self, record: object) -> bool:
        """Whether the fields of `record` show that we caused the effect; a field it does not have shows nothing."""
        return bool(self.ours) and all(getattr(record, name, None) in values for name, values in self.ours.items())


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How one message is inquired about with another. `ask` makes the question, `judge` the outcome of its answer.

    The reply of an outcome is of the kind that answers the message inquired about, not of the kind that was asked for.
    `unknown`: what it means when the party refuses the question because it knows nothing of the matter.
    """

    ask: Callable[[Finding], Message]
    judge: Callable[[Finding, Message], Outcome]
    unknown: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a family: its inquiries by (message, message to ask with), and a question that changes nothing."""

    inquiries: Mapping[tuple[str, str], Inquiry] = field(default_factory=dict)
    probe: Message | None = None
