"""Stand-ins for what the store keeps, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from adapters.party.ordinary import SENT
from gateway.model.messages import Message
from gateway.ports import Crossing, Work

NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)


def now() -> datetime:
    """The time of these tests."""
    return NOW


class Handed(NamedTuple):
    """A crossing that is kept at once."""

    record: str

    def wait(self) -> tuple[str]:
        return (self.record,)


@dataclass
class MemoryJournal:
    """A journal that shows what it was given."""

    crossings: list[Crossing] = field(default_factory=list)
    refuses: str = ""

    def hand_in(self, crossing: Crossing) -> Handed:
        return Handed(self.record(crossing))

    def flush(self) -> None:
        """Everything is kept at once."""

    def record_many(self, crossings: Sequence[Crossing]) -> list[str]:
        return [self.record(crossing) for crossing in crossings]

    def record(self, crossing: Crossing) -> str:
        """Keep it, or fail in the direction that is refused."""
        if crossing.direction == self.refuses:
            raise OSError("the disk is full")
        self.crossings.append(crossing)
        return str(len(self.crossings))


@dataclass
class MemoryAttempt:
    """What a leg remembers."""

    id: str = "leg_1"
    number: int = 1
    notes: dict[str, str] = field(default_factory=dict)

    def remember(self, key: str, value: str) -> None:
        """Keep a note."""
        self.notes[key] = value

    def recall(self, key: str) -> str | None:
        """Give a note back."""
        return self.notes.get(key)


def work(message: Message, attempt: MemoryAttempt | None = None, seconds: float = 20) -> Work:
    """One leg to carry."""
    return Work("leg_1", "case_1", message, attempt or MemoryAttempt(), NOW + timedelta(seconds=seconds))


def sent(**notes: str) -> MemoryAttempt:
    """The memory of a leg that may have been sent."""
    return MemoryAttempt(notes={SENT: NOW.isoformat(), **notes})


@dataclass
class MemorySessions:
    """Sessions that never expire by themselves."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def get(self, party: str, key: str) -> str | None:
        """Give a value back."""
        return self.kept.get((party, key))

    def keep(self, party: str, key: str, value: str | None, until: datetime) -> None:
        """Keep a value, or forget it."""
        self.kept.pop((party, key), None)
        if value is not None:
            self.kept[party, key] = value
