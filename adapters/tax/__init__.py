"""Tax bureaus: levies and what was paid of them. A module `<name>.py` here holds what is odd about one of them."""

from adapters.party import OrdinaryParty, Parts, recorded
from adapters.tax.inquiries import WAYS
from adapters.tax.signing import SignedTransport
from gateway.ports import Party


def party(parts: Parts) -> Party:
    """A tax bureau that is not odd: every post is signed with the shared key."""
    line = recorded(parts, lambda inner: SignedTransport(inner, parts.secret))
    return OrdinaryParty(parts.profile, parts.dialect, line, WAYS, parts.now)
