"""A party whose dialect moved on: a case keeps the version in which it began, everything else is said in the newest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.model.handles import given_at
from gateway.model.messages import Message
from gateway.ports import Desk, Dialect, Outcome, Party, Support, Work, carries_together


@dataclass(frozen=True, slots=True)
class Kept:
    """The party in an earlier version, for the cases that began before `until`."""

    party: Party
    until: datetime


class VersionedParty:
    """One party in several versions. `earlier`: the oldest first; what else it is, its newest version says."""

    def __init__(self, newest: Party, earlier: Sequence[Kept]) -> None:
        self._newest = newest
        self._earlier = tuple(sorted(earlier, key=lambda kept: kept.until))
        self.id = newest.id
        self.family = newest.family
        self.concurrency = newest.concurrency

    def __getattr__(self, name: str) -> Any:
        """What this party has beside the ports, such as its way to tell its own pushes."""
        return getattr(self._newest, name)

    @property
    def names(self) -> Mapping[str, str]:
        """What people call it, by language."""
        return self._newest.names

    @property
    def regions(self) -> tuple[str, ...]:
        """The region codes it answers for."""
        return self._newest.regions

    @property
    def dialect(self) -> Dialect:
        """How its messages look now."""
        return self._newest.dialect

    @property
    def supports(self) -> Mapping[str, Support]:
        """What it takes now, by message."""
        return self._newest.supports

    def deliver(self, works: Sequence[Work]) -> Sequence[Outcome]:
        """Carry each work in the version of its case; one Outcome per work, in order."""
        outcomes: dict[int, Outcome] = {}
        for party, places in self._by_version(works).items():
            told = party.deliver([works[place] for place in places])
            outcomes |= dict(zip(places, told, strict=True))
        return [outcomes[place] for place in range(len(works))]

    @property
    def together(self) -> bool:
        """Whether it carries several works at once in every version."""
        parties = [self._newest, *(kept.party for kept in self._earlier)]
        return all(carries_together(party) is not None for party in parties)

    def deliver_each(self, works: Sequence[Work], desk: Desk) -> None:
        """As `deliver`; what came of each work goes to the desk as soon as it is known."""
        for party, places in self._by_version(works).items():
            as_one = carries_together(party)
            if as_one is None:
                raise TypeError(f"{party.id} carries one work at a time")
            as_one.deliver_each([works[place] for place in places], desk)

    def inquire(self, work: Work) -> Outcome:
        """Find out about the work in the version in which it was sent."""
        return self._of(work).inquire(work)

    def ask(self, query: Message, deadline: datetime) -> Message:
        """The answer to a question, which belongs to no case."""
        return self._newest.ask(query, deadline)

    def collect(self) -> Iterable[Message]:
        """What the party keeps for us until we fetch it."""
        return self._newest.collect()

    def check(self) -> str:
        """Try the connection in the newest version."""
        return self._newest.check()

    def _by_version(self, works: Sequence[Work]) -> Mapping[Party, list[int]]:
        found: dict[Party, list[int]] = {}
        for place, work in enumerate(works):
            found.setdefault(self._of(work), []).append(place)
        return found

    def _of(self, work: Work) -> Party:
        """The party as the work's case began with it; what came later than a version is said in the newest."""
        began, name = given_at(work.case), type(work.message).__name__
        if began is not None:
            for kept in self._earlier:
                if began < kept.until and name in kept.party.supports:
                    return kept.party
        return self._newest
