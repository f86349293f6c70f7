"""A tax bureau of the core system (金税三期), by either envelope: credentials inside, a flag on what comes again."""

import hmac
from collections.abc import Mapping

from adapters.party import OrdinaryParty, Parts, transport
from adapters.party.ordinary import SENT
from adapters.tax.inquiries import WAYS
from gateway.mapping.dialect_called import called
from gateway.mapping.dialect_table import TableDialect
from gateway.ports import Document, Party, Work

REPEAT = "repeat"
"""`control.extra`: `1` where the same work was sent before; the dialect says whether and where (wire facts, 3.2 B)."""


class CoreBureau(OrdinaryParty):
    """Speaks one of the envelopes of the core system. `key`: the secret shared with the bureau, in both directions."""

    key = ""

    def admits(self, document: Document) -> str | None:
        """Why a push is not this bureau's own; None where the credentials in it are; GatewayError where it is none."""
        if not isinstance(self.dialect, TableDialect):
            return "its dialect does not say where credentials stand"
        said = called(self.dialect, document)
        if not hmac.compare_digest(self.key.encode(), said.secret.encode(errors="surrogatepass")):
            return "the password is wrong"
        return None if said.user == self.id else "the caller is not the bureau of this address"

    def said_of(self, work: Work) -> Mapping[str, str]:
        """A work that was sent before says so, whatever became of it."""
        return {} if work.attempt.recall(SENT) is None else {REPEAT: "1"}


def party(parts: Parts) -> Party:
    """A bureau of the core system; what it sends and is sent carries the shared secret inside."""
    bureau = CoreBureau(parts.profile, parts.dialect, transport(parts), WAYS, parts.now)
    bureau.key = parts.secret
    return bureau
