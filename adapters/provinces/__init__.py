"""Provinces and cities: registration of cover. A module `<name>.py` here holds what is odd about one of them."""

from adapters.party import OrdinaryParty, Parts, transport
from adapters.provinces.inquiries import WAYS
from gateway.ports import Party


def party(parts: Parts) -> Party:
    """A province that is not odd."""
    return OrdinaryParty(parts.profile, parts.dialect, transport(parts), WAYS, parts.now)
