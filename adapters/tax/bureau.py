"""A tax bureau of the levy exchange: signed pushes, and declarations whose results are asked for by their batch."""

import hmac
from urllib.parse import parse_qs

from adapters.party import OrdinaryParty
from adapters.party.ordinary import SENT
from adapters.party.outcomes import of_reply
from adapters.tax.signing import signature
from adapters.transport.exchange import UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.tax import DeclareLevy
from gateway.ports import Control, Document, Outcome, OutcomeKind, Work

_RESULTS = "PollResults"


class TaxBureau(OrdinaryParty):
    """Speaks the levy exchange. `key`: shared with the bureau; it signs what crosses in both directions."""

    key = b""

    def admits(self, document: Document) -> str | None:
        """Why a push is not this bureau's own; None where sign and appId show that it is."""
        query = parse_qs(document.headers.get(":query", ""))
        (given, *more), (sender, *_) = query.get("sign", [""]), query.get("appId", [""])
        if more or not hmac.compare_digest(given.encode(), signature(self.key, document.body).encode()):
            return "the sign is not that of the body under the shared key"
        return None if sender == self.id else "appId is not the bureau of this address"

    def inquire(self, work: Work) -> Outcome:
        """As every party; what became of a declaration stands in the results of its batch (wire 3.1)."""
        if isinstance(work.message, DeclareLevy) and work.attempt.recall(SENT) is not None:
            result = self._result(work)
            if result is not None:
                return result
        return super().inquire(work)

    def _result(self, work: Work) -> Outcome | None:
        """What the batch says of the declaration; None where that cannot be learned from it now."""
        if not isinstance(self.dialect, TableDialect):
            return None
        now = self._conversation.now()
        control = Control(work.attempt.id, self.profile.user, self.id, now)
        seconds = self.supports["DeclareLevy"].timeout
        try:
            with self._conversation.place(seconds):
                call = self._conversation.call(work.message, work.deadline, seconds, work.leg)
                answer = self._conversation.post(self.dialect.write_question(_RESULTS, control), call)
            found, _ = self.dialect.read_answer(_RESULTS, answer.document)
        except (GatewayError, UnsentError, UnansweredError):
            return None
        if not found:
            return Outcome(OutcomeKind.NO_EFFECT, reason="the bureau knows no batch of this number")
        ours = [reply for reply in found if getattr(reply, "reference", None) == work.message.reference]
        return of_reply(work.message, ours[0]) if len(ours) == 1 else None
