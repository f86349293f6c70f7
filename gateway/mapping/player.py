"""The sample player: answers as the samples of a dialect do, and takes no request that is not one of them.

It knows no table: where a table writes something that no sample has, it says so instead of agreeing with the mistake.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.mapping.places import places, plain
from gateway.mapping.samples import PATH, Entry, Samples
from gateway.ports import Document

NOTHING = "(nothing)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which a request is not its sample."""

    place: str
    expected: str
    found: str

    def text(self) -> str:
        """As a diff says it."""
        return f"{self.place}\n- {self.expected}\n+ {self.found}"


class NotTheSampleError(Exception):
    """A request that is equal to no sample; `nearest`: the one that it differs least from, and where."""

    def __init__(self, nearest: str, differences: Sequence[Difference]) -> None:
        self.nearest = nearest
        self.differences = tuple(differences)
        shown = "\n".join(each.text() for each in differences)
        super().__init__(f"the request is no sample; nearest is {nearest}, which differs at\n{shown}")


class SamplePlayer:
    """Plays the party whose samples these are. Of several replies to one request each has its turn, in order."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._free = frozenset(each.there for each in samples.index.substitutes)
        self._turns: Counter[str] = Counter()

    def answer(self, request: Document) -> Document:
        """The reply whose turn it is; NotTheSampleError with the differences where the request is no sample."""
        return self._samples.document(self.turn(self.recognised(request)))

    def recognised(self, request: Document) -> Entry:
        """The sample that a request is."""
        entries = [each for each in self._samples.requests() if self._samples.replies(each)]
        found = [(self.differences(each, request), each) for each in entries]
        if not found:
            raise NotTheSampleError("none: no request has a reply", ())
        least, entry = min(found, key=lambda pair: len(pair[0]))
        if least:
            raise NotTheSampleError(entry.file, least)
        return entry

    def turn(self, request: Entry) -> Entry:
        """The next reply to a request."""
        replies = self._samples.replies(request)
        count = self._turns[request.file]
        self._turns[request.file] += 1
        return replies[count % len(replies)]

    def differences(self, entry: Entry, request: Document) -> list[Difference]:
        """Where a request is not the sample, but for the places declared; what the sample does not say counts too.

        The path of the call counts where the index gives it.
        """
        sample, given = places(self._samples.document(entry)), places(request)
        if PATH not in sample:
            given = {place: said for place, said in given.items() if place != PATH}
        found = []
        for place in dict.fromkeys((*sample, *given)):
            expected, said = sample.get(place), given.get(place)
            freed = plain(place) in self._free and expected is not None and said is not None
            if expected != said and not freed:
                found.append(Difference(place, _shown(expected), _shown(said)))
        return found


def _shown(value: str | None) -> str:
    return NOTHING if value is None else value
