"""What changes something at a Yinhai system goes in two steps: a serial with its code, then the call that carries both.

The serial is kept with the attempt before the call, so that a lost answer is asked about by the same serial and a
second copy of the call cannot take effect beside the first (docs/protocols/yinhai-sichuan.md section 3; steps seen:
wire 2 D2).
"""

from adapters.party import OrdinaryParty, Parts, recorded
from adapters.party.inquiry import NOTHING
from adapters.party.ordinary import SENT
from adapters.party.outcomes import knows_nothing, of_reply
from adapters.provinces.inquiries import WAYS
from adapters.provinces.yinhai_signing import SignedTransport, signer
from adapters.transport.exchange import Answer, UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.codes import Decision
from gateway.model.messages import EXCHANGES, Message
from gateway.model.province import Done, EnrolmentDecided, GetProgress
from gateway.ports import Control, Dialect, Document, Outcome, OutcomeKind, Party, Work

SERIAL = "serial"
"""What an attempt remembers before its call: serial and verification code, with a space between them."""
_GET_SERIAL = "GetSerial"
_LOST = ("交易流水号无效", "缺少交易流水号")  # nothing took effect, and this serial is of no more use


class SerialParty(OrdinaryParty):
    """Every trade has a serial of its own, and is asked about by it."""

    def understood(self, work: Work, answer: Answer) -> Outcome:
        """As every party; a serial that is no longer valid is forgotten, so that the next try gets another."""
        outcome = super().understood(work, answer)
        if outcome.kind is OutcomeKind.UNREACHABLE and any(words in outcome.reason for words in _LOST):
            work.attempt.remember(SERIAL, "")
        return outcome

    def inquire(self, work: Work) -> Outcome:
        """By the serial that the call carried; an enrolment that never took effect is then looked for in the covers."""
        if work.attempt.recall(SENT) is None or not work.attempt.recall(SERIAL):
            return super().inquire(work)
        try:
            outcome = self._by_serial(work)
        except (GatewayError, UnsentError, UnansweredError) as error:
            return self._learned(work, Outcome(OutcomeKind.UNCERTAIN, reason=str(error)))
        if outcome is NOTHING and type(work.message).__name__ == "EnrolWorker":
            return super().inquire(work)
        return self._kept(work, outcome)

    def _carried(self, work: Work, document: Document) -> Outcome:
        """With the serial in its header; until there is one nothing has been sent that could take effect."""
        if not EXCHANGES[type(work.message).__name__].changes:
            return super()._carried(work, document)
        try:
            serial, check = self._serial(work).split(" ")
            document = self.dialect.write(work.message, self._control(work, serial=serial, check=check))
        except (GatewayError, UnsentError, UnansweredError) as error:
            return Outcome(OutcomeKind.UNREACHABLE, reason=f"no serial for the trade: {error}")
        return super()._carried(work, document)

    def _serial(self, work: Work) -> str:
        kept = work.attempt.recall(SERIAL)
        if not kept:
            kept = self._given_serial(work)
            work.attempt.remember(SERIAL, kept)
        return kept

    def _given_serial(self, work: Work) -> str:
        """A new serial with its code; it has no effect, so that a lost answer is only a lost serial."""
        dialect = _table(self.dialect, self.id)
        trade = dialect.tables.requests[type(work.message).__name__, ""].block.tells["system.jybh"]
        document = dialect.write_question(_GET_SERIAL, self._control(work, trade=str(trade)))
        answer = self._posted(document, work, self.profile.timeouts.ask)
        try:
            _, told = dialect.read_answer(_GET_SERIAL, answer.document)
        except GatewayError as error:
            raise error.of(self.id) from error.__cause__
        given = told.extra.get("serial", ""), told.extra.get("check", "")
        if not all(given) or any(" " in part for part in given):
            raise GatewayError(
                "unreadable", party=self.id, message=_GET_SERIAL, reason="a serial or its code is missing"
            )
        return " ".join(given)

    def _by_serial(self, work: Work) -> Outcome:
        serial, _, _ = (work.attempt.recall(SERIAL) or "").partition(" ")
        query = GetProgress(reference=work.message.reference)
        document = self.dialect.write(query, self._control(work, original=serial))
        answer = self._posted(document, work, self.profile.timeouts.ask)
        try:
            reply, _ = self.dialect.read(answer.document, query)
        except GatewayError as error:
            if knows_nothing(error):
                return NOTHING
            raise
        return of_reply(work.message, _as_answered(work.message, reply))

    def _posted(self, document: Document, work: Work, seconds: float) -> Answer:
        with self._conversation.place(seconds):
            return self._conversation.post(
                document, self._conversation.call(work.message, work.deadline, seconds, work.leg)
            )

    def _control(self, work: Work, **extra: str) -> Control:
        return Control(work.attempt.id, self.profile.user, self.id, self._conversation.now(), extra)


def _table(dialect: Dialect, party: str) -> TableDialect:
    if not isinstance(dialect, TableDialect):
        raise GatewayError("setting_invalid", name=party, reason="it needs its table dialect")
    return dialect


def _as_answered(message: Message, reply: Message) -> Message:
    """The row of a trade as the answer of that trade: some are answered with done, and no more."""
    if EXCHANGES[type(message).__name__].reply is not Done or not isinstance(reply, EnrolmentDecided):
        return reply
    return Done(reply.decision is Decision.ACCEPTED, reply.reference, reply.reason)


def party(parts: Parts) -> Party:
    """A Yinhai system, spoken to with a password or with a signed header as its `credentials` say."""
    _table(parts.dialect, parts.profile.id)
    line = recorded(parts)
    if parts.profile.credentials == "signature":
        line = SignedTransport(line, signer(parts.secret, parts.profile.id))
    return SerialParty(parts.profile, parts.dialect, line, WAYS, parts.now)
