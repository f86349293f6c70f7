"""Social security card centres: nothing they are asked has an effect. `<name>.py` here holds what is odd about one."""

from adapters.party import OrdinaryParty, Parts, Ways, transport
from gateway.ports import Party


def party(parts: Parts) -> Party:
    """A card centre that is not odd. Every question about cards concerns somebody, so none is asked as a trial."""
    return OrdinaryParty(parts.profile, parts.dialect, transport(parts), Ways(), parts.now)
