"""Writing, posting and reading, within the party's limits; what a question and a delivery have in common."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from prometheus_client import Counter

from adapters.party.profile import Profile
from adapters.transport.exchange import Answer, Call, Heard, Sending, Transport, UnansweredError, UnsentError, many
from gateway.errors import GatewayError
from gateway.mapping.dialect_pages import every_page
from gateway.mapping.dialect_table import TableDialect
from gateway.model.handles import new_handle
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Dialect, Document, Now

_log = logging.getLogger(__name__)

_ODD = ("differs", "unlisted", "unknown_fields")
ODD = Counter(
    "gateway_odd_replies", "Replies that were read and are not quite as agreed.", ("party", "message", "kind")
)


class Places:
    """Places of a party beside the one that its holder has anyway."""

    def __init__(self, places: threading.BoundedSemaphore) -> None:
        self._places = places
        self.more = 0

    def take(self, wanted: int) -> None:
        """Take at most `wanted` that are free now."""
        while self.more < wanted and self._places.acquire(blocking=False):
            self.more += 1

    def keep(self, needed: int) -> None:
        """Give back what goes beyond `needed`, the holder's own included."""
        while self.more > max(needed - 1, 0):
            self.more -= 1
            self._places.release()


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

    @property
    def together(self) -> bool:
        """Whether several documents can be under way at once in one thread."""
        return many(self._transport) is not None

    @contextmanager
    def places(self, wanted: int, patience: float) -> Iterator["Places"]:
        """As many of the party's places as are free, `wanted` at most; the first is waited for as in `place`."""
        with self.place(patience):
            held = Places(self._places)
            try:
                held.take(wanted - 1)
                yield held
            finally:
                held.keep(0)

    def post_each(self, sendings: Sequence[Sending], places: "Places", heard: Heard) -> None:
        """Carry the documents, one in each place; places that are no longer needed are given back at once."""
        line, left = many(self._transport), len(sendings)
        if line is None:
            raise TypeError(f"{self._profile.id} carries one document at a time")

        def told(some: Sequence[Sending]) -> None:
            nonlocal left
            left -= len(some)
            places.keep(left)
            heard(some)

        line.post_each(sendings, 1 + places.more, told)

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
        reply = self.read(query, message_id, answer, self._pages(query, message_id, answer, call))
        expected = EXCHANGES[call.message].reply
        if not isinstance(reply, expected):
            raise self._unreadable(call.message, f"it is a {type(reply).__name__}, not a {expected.__name__}")
        return reply

    def read(self, message: Message, message_id: str, answer: Answer, pages: Sequence[Document] = ()) -> Message:
        """The reply in `answer` to the message that left under `message_id`; GatewayError naming the party.

        `pages`: every page of it, where it stands on several.
        """
        try:
            if isinstance(self.dialect, TableDialect) and len(pages) > 1:
                reply, control = self.dialect.read_pages(pages, message)
            else:
                reply, control = self.dialect.read(answer.document, message)
        except GatewayError as error:
            raise error.of(self._profile.id) from error.__cause__
        self._note_oddities(type(message).__name__, control.extra)
        if control.extra.get("refers_to", message_id) != message_id:
            raise self._unreadable(type(message).__name__, "it answers another message")
        return reply

    def _pages(self, query: Message, message_id: str, first: Answer, call: Call) -> Sequence[Document]:
        """Every page of an answer, asked for within the time of the question."""

        def another(extra: Mapping[str, str]) -> Document:
            return self._answer(self.written(query, message_id, extra), call).document

        try:
            return every_page(self.dialect, query, first.document, another)
        except GatewayError as error:
            raise error.of(self._profile.id) from error.__cause__

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

    def _note_oddities(self, name: str, extra: Mapping[str, str]) -> None:
        """Count and show what was read although it is not quite as agreed: places and codes, never a value."""
        for kind in _ODD:
            if places := extra.get(kind):
                ODD.labels(self._profile.id, name, kind).inc()
                _log.info("%s answered %s with something odd: %s: %s", self._profile.id, name, kind, places)

    def _unreadable(self, name: str, reason: str) -> GatewayError:
        return GatewayError("unreadable", party=self._profile.id, message=name, reason=reason)
