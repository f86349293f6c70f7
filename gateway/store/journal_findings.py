"""What `verify` reports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

ProblemKind = Literal[
    "changed", "removed", "inserted", "seal_forged", "seal_removed", "outside_missing", "set_back", "more"
]
# What values of a wrong type lead to; SQLite keeps any type in any column.
UNREADABLE = (SQLAlchemyError, TypeError, ValueError, AttributeError, OverflowError, MemoryError)
_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `stream` is empty and `number` a seal's where seals are concerned."""

    kind: ProblemKind
    stream: str
    number: int
    text: str


@dataclass(slots=True)
class Signed:
    """The seals that one key signed, by their numbers; `key` is its id."""

    key: str
    first: int
    last: int
    seals: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """What was counted and found. `unsealed`: records written after the last seal, which is in order.

    `keys`: in the order in which they first signed.
    """

    records: int
    streams: int
    seals: int
    unsealed: int
    problems: Sequence[Problem]
    keys: Sequence[Signed] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(slots=True)
class Findings:
    """Gathers, while the journal streams by; lists so many problems and no more, so that memory stays small."""

    records: int = 0
    streams: int = 0
    seals: int = 0
    unsealed: int = 0
    problems: list[Problem] = field(default_factory=list)
    keys: dict[str, Signed] = field(default_factory=dict)

    def signed(self, key: str, number: int) -> None:
        """Count a seal for the key that signed it."""
        if mine := self.keys.get(key):
            mine.last, mine.seals = number, mine.seals + 1
        else:
            self.keys[key] = Signed(key, number, number)

    def add(self, kind: ProblemKind, stream: str, number: int, text: str) -> None:
        """List one problem."""
        if len(self.problems) < _SHOWN:
            self.problems.append(Problem(kind, stream, number, text))
        elif len(self.problems) == _SHOWN:
            self.problems.append(Problem("more", "", 0, f"more than {_SHOWN} problems; the rest is not listed"))

    def report(self) -> Report:
        """What was found, for good."""
        counts = self.records, self.streams, self.seals, self.unsealed
        return Report(*counts, tuple(self.problems), tuple(self.keys.values()))
