"""Every document that crossed the border, kept raw and in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


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
