"""Writing, posting and reading, within the party's limits; what a question and a delivery have in common."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from adapters.party.profile import Profile
from adapters.transport.exchange import Answer, Call, Transport, UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.model.handles import new_handle
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Dialect, Document, Now

_log = logging.getLogger(__name__)

_ODD = ("differs", "unlisted", "unknown_fields")


class Conversation:
    """Carries documents to one party, no more at once than it takes."""

    def __init__(self, profile: Profile, dialect: Dialect, transport: Transport, now: Now) -> None:
        self.dialect = dialect
        self.now = now
        self._profile = profile
        self._transport = transport
        self._places = threading.BoundedSemaphore(profile.concurrency)

    def written(self, message: Message, message_id: str, extra: Mapping[str, str] | None = None) -> Document:
        """The document for `message`; GatewayError `unsupported`, or why the dialect cannot write it.

        `extra`: what its control says beside the usual.
        """
        name, party = type(message).__name__, self._profile
        if name not in party.carried:
            raise GatewayError("unsupported", party=party.id, message=name, alternative=party.alternative(name))
        return self.dialect.write(message, Control(message_id, party.user, party.id, self.now(), extra or {}))

    def call(self, message: Message, deadline: datetime, seconds: float, about: str) -> Call:
        """A call for `message` that ends at `deadline`, and after `seconds` at the latest."""
        return Call(type(message).__name__, min(deadline, self.now() + timedelta(seconds=seconds)), about)

    @contextmanager
    def place(self, patience: float) -> Iterator[None]:
        """One of the party's places, waited for at most `patience` seconds; UnsentError where none came free."""
        if not self._places.acquire(timeout=max(0.0, patience)):
            raise UnsentError(f"all {self._profile.concurrency} places are taken")
        try:
            yield
        finally:
            self._places.release()

    def post(self, document: Document, call: Call) -> Answer:
        """The raw answer; UnsentError, UnansweredError."""
        return self._transport.post(document, call)

    def reach(self, seconds: float) -> None:
        """Make sure that something answers; UnsentError, UnansweredError."""
        self._transport.reach(self.now() + timedelta(seconds=seconds))

    def asked(self, query: Message, deadline: datetime, about: str = "") -> Message:
        """The answer to a question; errors as `OrdinaryParty.ask`."""
        message_id = new_handle("ask", self.now())
        document = self.written(query, message_id)
        call = self.call(query, deadline, self._profile.timeouts.ask, about or message_id)
        answer = self._answer(document, call)
        reply = self.read(query, message_id, answer)
        expected = EXCHANGES[call.message].reply
        if not isinstance(reply, expected):
            raise self._unreadable(call.message, f"it is a {type(reply).__name__}, not a {expected.__name__}")
        return reply

    def read(self, message: Message, message_id: str, answer: Answer) -> Message:
        """The reply in `answer` to the message that left under `message_id`; GatewayError naming the party."""
        try:
            reply, control = self.dialect.read(answer.document, message)
        except GatewayError as error:
            raise error.of(self._profile.id) from error.__cause__
        self._log_oddities(type(message).__name__, control.extra)
        if control.extra.get("refers_to", message_id) != message_id:
            raise self._unreadable(type(message).__name__, "it answers another message")
        return reply

    def _answer(self, document: Document, call: Call) -> Answer:
        try:
            with self.place((call.deadline - self.now()).total_seconds()):
                return self.post(document, call)
        except UnsentError as error:
            party = self._profile.id
            raise GatewayError("unavailable", party=party, reason=f"{party}: {error}") from error
        except UnansweredError as error:
            if error.timed_out:
                raise GatewayError("deadline_passed", party=self._profile.id) from error
            raise self._unreadable(call.message, str(error)) from error

    def _log_oddities(self, name: str, extra: Mapping[str, str]) -> None:
        """What was read although it is not quite as agreed: places and codes, never a value."""
        for kind in _ODD:
            if places := extra.get(kind):
                _log.info("%s answered %s with something odd: %s: %s", self._profile.id, name, kind, places)

    def _unreadable(self, name: str, reason: str) -> GatewayError:
        return GatewayError("unreadable", party=self._profile.id, message=name, reason=reason)
