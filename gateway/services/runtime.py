"""What every verb is given: the store, the law, the parties, the clock."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.ports import Now, Party
from gateway.rules.law import Law
from gateway.services.evidence import Evidence
from gateway.settings import Settings
from gateway.store.work import Store


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's view of the gateway; put together in app.py and nowhere else."""

    settings: Settings
    store: Store
    law: Law
    parties: Mapping[str, Party]
    journal: Evidence
    now: Now

    def of_family(self, family: str) -> tuple[Party, ...]:
        """The parties of one family, by id."""
        return tuple(party for _, party in sorted(self.parties.items()) if party.family == family)
