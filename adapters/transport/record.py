"""The journal sees every document on its way: one that leaves before its first byte, an answer as it comes in."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from adapters.transport.exchange import Answer, Call, Transport, UnansweredError, UnsentError
from gateway.ports import Crossing, Document, Journal, Now

Blank = Callable[[Document], bytes]
"""The bytes of a document with every credential in it blanked and all else unchanged."""


def as_it_is(document: Document) -> bytes:
    """The bytes themselves, for documents that carry no credential."""
    return document.body


class RecordedTransport:
    """Writes what another transport carries to the journal, durably, credentials blanked."""

    def __init__(self, inner: Transport, party: str, journal: Journal, now: Now, blank: Blank = as_it_is) -> None:
        self._inner = inner
        self._party = party
        self._journal = journal
        self._now = now
        self._blank = blank

    def post(self, document: Document, call: Call) -> Answer:
        """As the inner transport; what cannot be recorded is UnsentError or UnansweredError."""
        try:
            self._journal.record(self._crossing("out", document, call))
        except Exception as error:
            raise UnsentError("the journal could not take the document, so it was not sent") from error
        answer = self._inner.post(document, call)
        try:
            # Before anything is done about it, whoever does it waits until it is durable.
            self._journal.hand_in(self._crossing("in", answer.document, call))
        except Exception as error:
            raise UnansweredError("the journal could not take the answer, so it was not read") from error
        return answer

    def reach(self, deadline: datetime) -> None:
        """As the inner transport; no document crosses the border."""
        self._inner.reach(deadline)

    def _crossing(self, direction: Literal["in", "out"], document: Document, call: Call) -> Crossing:
        body = self._blank(document)
        return Crossing(direction, self._party, call.message, document.media_type, body, self._now(), call.about)
