"""Tax bureaus: levies and what was paid of them. A module `<name>.py` here holds what is odd about one of them."""

import hmac
from urllib.parse import parse_qs

from adapters.party import OrdinaryParty, Parts, recorded
from adapters.tax.inquiries import WAYS
from adapters.tax.signing import SignedTransport, signature
from gateway.ports import Document, Party


class TaxBureau(OrdinaryParty):
    """A bureau of the levy exchange; its pushes are signed with the same key as ours."""

    key = b""

    def admits(self, document: Document) -> str | None:
        """Why a push is not this bureau's own; None where sign and appId show that it is."""
        query = parse_qs(document.headers.get(":query", ""))
        (given, *more), (sender, *_) = query.get("sign", [""]), query.get("appId", [""])
        if more or not hmac.compare_digest(given.encode(), signature(self.key, document.body).encode()):
            return "the sign is not that of the body under the shared key"
        return None if sender == self.id else "appId is not the bureau of this address"


def party(parts: Parts) -> Party:
    """A tax bureau that is not odd: every post is signed with the shared key."""
    line = recorded(parts, lambda inner: SignedTransport(inner, parts.secret))
    bureau = TaxBureau(parts.profile, parts.dialect, line, WAYS, parts.now)
    bureau.key = parts.secret.encode()
    return bureau
