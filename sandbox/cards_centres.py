"""Every card centre of one sandbox, and where each is reached."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.cards import CardCentre, Hubei
from sandbox.cards_hebei import Hebei
from sandbox.cards_jilin import Jilin
from sandbox.cards_national import National
from sandbox.ground import Ground
from sandbox.http import Handler

PATHS: Mapping[str, Callable[[Ground], CardCentre]] = {
    "/card/hubei/CardService": Hubei,
    "/card/jilin/CardService": Jilin,
    "/card/hebei/csb": Hebei,
    "/card/national/essc": National,
}


class Centres:
    """The card centres by their paths and names."""

    def __init__(self, ground: Ground) -> None:
        self._made = {path: make(ground) for path, make in PATHS.items()}
        self._named = {centre.party: centre for centre in self._made.values()}
        self.handlers: Mapping[str, Handler] = {path: centre.handle for path, centre in self._made.items()}
        self.parties: Mapping[str, str] = {path: centre.party for path, centre in self._made.items()}

    def __contains__(self, party: str) -> bool:
        return party in self._named

    def seed(self, party: str, id_number: str, cards: list[Mapping[str, Any]]) -> None:
        """Give a person these cards at one centre."""
        self._named[party].seed(id_number, cards)

    def clear(self) -> None:
        """Forget what was seeded, and every number that was given."""
        for centre in self._named.values():
            centre.clear()

    def shown(self) -> dict[str, Any]:
        """What was seeded, by party."""
        return {party: centre.shown() for party, centre in self._named.items()}
