"""Parties whose answers a test writes down beforehand, for the services alone: no wire, no dialect."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.errors import GatewayError
from gateway.model.messages import Message
from gateway.ports import Crossing, Outcome, OutcomeKind, Support, Work
from tests.adapters.memory import Handed

Answer = Outcome | Callable[[Work], Outcome]


class ScriptedParty:
    """Gives the next outcome written down for a message, the last one again and again; counts what it was asked."""

    dialect: Any = None
    concurrency = 4

    def __init__(self, party: str, family: str, supports: Sequence[Support], regions: tuple[str, ...] = ()) -> None:
        self.id = party
        self.family = family
        self.regions = regions
        self.names: Mapping[str, str] = {"zh": party, "en": party}
        self.supports = {support.message: support for support in supports}
        self.delivered: list[Work] = []
        self.inquired: list[Work] = []
        self._deliveries: dict[str, deque[Answer]] = defaultdict(deque)
        self._inquiries: dict[str, deque[Answer]] = defaultdict(deque)

    def answers(self, message: str, *outcomes: Answer) -> None:
        """From now on deliveries of `message` get these, in order; the last one stays."""
        self._deliveries[message] = deque(outcomes)

    def finds(self, message: str, *outcomes: Answer) -> None:
        """From now on inquiries about `message` get these, in order; the last one stays."""
        self._inquiries[message] = deque(outcomes)

    def deliver(self, works: Sequence[Work]) -> Sequence[Outcome]:
        self.delivered.extend(works)
        return [self._next(self._deliveries, work) for work in works]

    def inquire(self, work: Work) -> Outcome:
        self.inquired.append(work)
        return self._next(self._inquiries, work)

    def ask(self, query: Message, deadline: datetime) -> Message:
        raise GatewayError("unavailable", reason=f"{type(query).__name__} by {deadline} is not scripted")

    def collect(self) -> Iterable[Message]:
        return ()

    def check(self) -> str:
        return ""

    def count(self, message: str) -> int:
        """How often `message` was delivered."""
        return sum(type(work.message).__name__ == message for work in self.delivered)

    def _next(self, script: dict[str, deque[Answer]], work: Work) -> Outcome:
        outcomes = script[type(work.message).__name__]
        if not outcomes:
            return Outcome(OutcomeKind.UNREACHABLE, reason="not scripted")
        answer = outcomes.popleft() if len(outcomes) > 1 else outcomes[0]
        return answer if isinstance(answer, Outcome) else answer(work)


class Remembered:
    """A journal that keeps crossings in a list."""

    def __init__(self) -> None:
        self.crossings: list[Crossing] = []

    def hand_in(self, crossing: Crossing) -> Handed:
        return Handed(self.record(crossing))

    def flush(self) -> None:
        """Everything is kept at once."""

    def record_many(self, crossings: Sequence[Crossing]) -> list[str]:
        return [self.record(crossing) for crossing in crossings]

    def record(self, crossing: Crossing) -> str:
        self.crossings.append(crossing)
        return f"test.{len(self.crossings)}"
