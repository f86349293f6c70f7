"""The journal sees every document on its way: one that leaves before its first byte, an answer as it comes in."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Literal

from adapters.transport.exchange import (
    Answer,
    Call,
    Heard,
    Sending,
    Transport,
    UnansweredError,
    UnsentError,
    many,
    post_prepared,
)
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
        sending = Sending(document, call)
        self._record(sending)
        answer = self._inner.post(document, call)
        self._take_in(answer, call)
        return answer

    @property
    def at_once(self) -> bool:
        """As the inner transport."""
        return many(self._inner) is not None

    def post_each(self, sendings: Sequence[Sending], most: int, heard: Heard) -> None:
        """As the inner transport; the journal is waited for once for all documents."""
        together = self._recorded(sendings)
        post_prepared(self._inner, sendings, most, partial(self._heard, heard), None if together else self._record)

    def reach(self, deadline: datetime) -> None:
        """As the inner transport; no document crosses the border."""
        self._inner.reach(deadline)

    def _recorded(self, sendings: Sequence[Sending]) -> bool:
        """Whether all documents are in the journal; if not, none is: one that it cannot take must not keep the rest."""
        try:
            self._journal.record_many([self._crossing("out", each.document, each.call) for each in sendings])
        except Exception:  # noqa: BLE001 - whatever it is, each is tried alone
            return False
        return True

    def _record(self, sending: Sending) -> None:
        try:
            self._journal.record(self._crossing("out", sending.document, sending.call))
        except Exception as error:
            raise UnsentError("the journal could not take the document, so it was not sent") from error

    def _heard(self, heard: Heard, sendings: Sequence[Sending]) -> None:
        for sending in sendings:
            if isinstance(sending.result, Answer):
                try:
                    self._take_in(sending.result, sending.call)
                except UnansweredError as error:
                    sending.result = error
        heard(sendings)

    def _take_in(self, answer: Answer, call: Call) -> None:
        try:
            # Before anything is done about it, whoever does it waits until it is durable.
            self._journal.hand_in(self._crossing("in", answer.document, call))
        except Exception as error:
            raise UnansweredError("the journal could not take the answer, so it was not read") from error

    def _crossing(self, direction: Literal["in", "out"], document: Document, call: Call) -> Crossing:
        body = self._blank(document)
        return Crossing(direction, self._party, call.message, document.media_type, body, self._now(), call.about)
