"""Tax bureaus: levies and what was paid of them. A module `<name>.py` here holds what is odd about one of them."""

from adapters.party import Parts, recorded
from adapters.tax.bureau import TaxBureau
from adapters.tax.inquiries import WAYS
from adapters.tax.signing import SignedTransport
from gateway.ports import Party


def party(parts: Parts) -> Party:
    """A tax bureau that is not odd: every post is signed with the shared key."""
    line = recorded(parts, lambda inner: SignedTransport(inner, parts.secret))
    bureau = TaxBureau(parts.profile, parts.dialect, line, WAYS, parts.now)
    bureau.key = parts.secret.encode()
    return bureau
