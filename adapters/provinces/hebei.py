"""Hebei wants a sign-in once a day, and a serial for each sending (docs/protocols/hosdata-hebei.md; seen: wire 2 D4).

The number of the business cycle is a session, shared by every process. A serial serves once and says nothing when it
comes again: it is kept before it is sent, and what no inquiry finds is reversed by it before anything is sent anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.party import OrdinaryParty, Parts, Profile, transport
from adapters.party.ordinary import SENT
from adapters.provinces.inquiries import WAYS
from adapters.transport.exchange import Answer, Call, Transport, UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.syntax_hosdata import in_cycle
from gateway.model.handles import new_handle
from gateway.model.province import StartCover
from gateway.model.province_totals import TRADE
from gateway.ports import Attempt, Control, Document, Now, Outcome, OutcomeKind, Party, Sessions, Work

SENDINGS = "sendings"
"""What an attempt remembers before each sending: how many there are now. The last one's serial ends with it."""

_CYCLE = "BATNO"
_KEPT = timedelta(days=2)  # past its day, so that a cycle can be signed out of before the next one
_FUNCTION = "REQUESTDATA.MSGNO"
# What they say where the cycle has gone; nothing took effect then, and the serial has not been used up.
_GONE = "业务周期号无效或已签退".encode()
_FAILURES = (GatewayError, UnsentError, UnansweredError)


class CycleTransport:
    """Gives every document the number of the day's business cycle; signs in where there is none or theirs has gone."""

    def __init__(self, inner: Transport, profile: Profile, dialect: TableDialect, sessions: Sessions, now: Now) -> None:
        self._inner = inner
        self._party = profile.id
        self._user = profile.user
        self._dialect = dialect
        self._sessions = sessions
        self._now = now

    def post(self, document: Document, call: Call) -> Answer:
        """As the inner transport; UnsentError where they do not let us in."""
        answer = self._inner.post(in_cycle(document, self._cycle(call)), call)
        if _GONE in answer.body:
            self._sessions.keep(self._party, _CYCLE, None, self._now())
            answer = self._inner.post(in_cycle(document, self._cycle(call)), call)
        return answer

    def reach(self, deadline: datetime) -> None:
        """As the inner transport."""
        self._inner.reach(deadline)

    def _cycle(self, call: Call) -> str:
        """The number of today's cycle; yesterday's is ended first."""
        today = self._now().astimezone(BEIJING).date().isoformat()
        day, _, number = (self._sessions.get(self._party, _CYCLE) or "").partition(" ")
        if number and day == today:
            return number
        if number:
            self._sign_out(number, call)
        return self._signed_in(today, call)

    def _signed_in(self, today: str, call: Call) -> str:
        now = self._now()
        control = Control(new_handle("cycle", now), self._user, self._party, now)
        try:
            document = self._dialect.write_question("SignIn", control)
            answer = self._inner.post(document, replace(call, message="SignIn"))
            number = self._dialect.read_answer("SignIn", answer.document)[1].extra.get("cycle", "")
        except (GatewayError, UnansweredError) as error:
            # Whatever became of the sign-in: the message itself has not been sent, and a second sign-in does no harm.
            raise UnsentError(f"{self._party} did not let us sign in: {error}") from error
        if not number:
            raise UnsentError(f"{self._party} answered the sign-in without the number of a cycle")
        self._sessions.keep(self._party, _CYCLE, f"{today} {number}", now + _KEPT)
        return number

    def _sign_out(self, number: str, call: Call) -> None:
        """A courtesy: they end a cycle with its day in any case."""
        now = self._now()
        control = Control(new_handle("cycle", now), self._user, self._party, now, {"cycle": number})
        try:
            self._inner.post(self._dialect.write_question("SignOut", control), replace(call, message="SignOut"))
        except _FAILURES:
            return


class _Sending:
    """An attempt whose id is the serial of one sending."""

    def __init__(self, attempt: Attempt, serial: str) -> None:
        self._attempt = attempt
        self.id = serial

    @property
    def number(self) -> int:
        return self._attempt.number

    def remember(self, key: str, value: str) -> None:
        self._attempt.remember(key, value)

    def recall(self, key: str) -> str | None:
        return self._attempt.recall(key)


class SerialParty(OrdinaryParty):
    """Numbers its sendings, and reverses what no inquiry finds."""

    def __init__(self, profile: Profile, dialect: TableDialect, line: Transport, now: Now) -> None:
        super().__init__(profile, dialect, line, WAYS, now)
        self._spoken = dialect

    def inquire(self, work: Work) -> Outcome:
        """As every party; NO_EFFECT only once the last sending has been reversed."""
        outcome = super().inquire(work)
        if outcome.kind is not OutcomeKind.NO_EFFECT or work.attempt.recall(SENT) is None:
            return outcome
        try:
            self._reverse(work)
        except _FAILURES as error:
            return Outcome(OutcomeKind.UNCERTAIN, reason=f"not found, and not reversed either: {error}")
        return outcome

    def understood(self, work: Work, answer: Answer) -> Outcome:
        """As every party; by both serials of a payment it is compared afterwards (总对账)."""
        outcome = super().understood(work, answer)
        if outcome.kind is OutcomeKind.ACCEPTED and isinstance(work.message, StartCover):
            theirs = self._spoken.read(answer.document, work.message)[1].extra.get("their_serial", "")
            work.attempt.remember(TRADE, f"{work.attempt.id} {theirs}")
        return outcome

    def _delivered(self, work: Work) -> Outcome:
        count = int(work.attempt.recall(SENDINGS) or "0") + 1
        work.attempt.remember(SENDINGS, str(count))
        return super()._delivered(replace(work, attempt=_Sending(work.attempt, _serial(work, count))))

    def _reverse(self, work: Work) -> None:
        """Undo the last sending by its serial, or mark the serial where it has not arrived; errors as `_FAILURES`."""
        name = type(work.message).__name__
        original: Mapping[str, str] = {
            "original_function": str(self._spoken.tables.requests[name, ""].block.tells[_FUNCTION]),
            "original_serial": _serial(work, int(work.attempt.recall(SENDINGS) or "0")),
        }
        now = self._conversation.now()
        control = Control(new_handle("reversal", now), self.profile.user, self.id, now, original)
        seconds = self.supports[name].timeout
        call = self._conversation.call(work.message, work.deadline, seconds, work.leg)
        with self._conversation.place(seconds):
            document = self._spoken.write_question("Reverse", control)
            answer = self._conversation.post(document, replace(call, message="Reverse"))
        self._spoken.read_answer("Reverse", answer.document)


def _serial(work: Work, count: int) -> str:
    return f"{work.attempt.id}-{count}"


def party(parts: Parts) -> Party:
    """Hebei's system."""
    if not isinstance(parts.dialect, TableDialect) or parts.sessions is None:
        raise GatewayError(
            "setting_invalid", name="hebei", reason="it needs its table dialect and a place for sessions"
        )
    line = CycleTransport(transport(parts), parts.profile, parts.dialect, parts.sessions, parts.now)
    return SerialParty(parts.profile, parts.dialect, line, parts.now)
