"""Guizhou takes trades in two phases: a call takes effect when it is confirmed (docs/protocols/prm-guizhou.md).

Seen: wire 2 D3. The serial and the verification code of a trade are kept before it is confirmed. A trade that nobody
finished is found in their list of uncertain ones: with its code it is confirmed, without it is cancelled.
"""

from collections.abc import Mapping
from dataclasses import replace

from adapters.party import OrdinaryParty, Parts, Profile, transport
from adapters.party.ordinary import ACCEPTANCE, SENT
from adapters.party.outcomes import of_fault, of_reply
from adapters.provinces.inquiries import WAYS
from adapters.transport.exchange import Answer, Transport, UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.trades import Trade
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Now, Outcome, OutcomeKind, Party, Work

SERIAL, VERIFICATION = "trade_serial", "trade_verification"
"""What an attempt remembers of its trade before it is confirmed."""

_FUNCTION = "call.jybh"
_FAILURES = (GatewayError, UnsentError, UnansweredError)


class TwoPhaseParty(OrdinaryParty):
    """Calls, then confirms; what was called and not confirmed has no effect."""

    def __init__(self, profile: Profile, dialect: TableDialect, line: Transport, now: Now) -> None:
        super().__init__(profile, dialect, line, WAYS, now)
        self._spoken = dialect

    def understood(self, work: Work, answer: Answer) -> Outcome:
        """Confirm what was called; UNCERTAIN where that fails."""
        if not EXCHANGES[type(work.message).__name__].changes:
            return super().understood(work, answer)
        try:
            reply, control = self._spoken.read(answer.document, work.message)
        except GatewayError as error:
            return of_fault(work.message, error.of(self.id))
        outcome = of_reply(work.message, reply)
        # A refusal leaves no trade behind, and what answers another message is not confirmed.
        meant = outcome.kind in (OutcomeKind.ACCEPTED, OutcomeKind.RECEIVED)
        return self._confirmed(work, outcome, control) if meant else outcome

    def inquire(self, work: Work) -> Outcome:
        """As every party, after what is left of the work among their uncertain trades has been settled."""
        if work.attempt.recall(SENT) is not None and work.attempt.recall(ACCEPTANCE) is None:
            try:
                self._settle(work)
            except _FAILURES as error:
                return Outcome(OutcomeKind.UNCERTAIN, reason=f"their uncertain trades could not be settled: {error}")
        return super().inquire(work)

    def _confirmed(self, work: Work, outcome: Outcome, control: Control) -> Outcome:
        serial, code = control.extra.get("serial"), control.extra.get("verification")
        if not serial or not code:
            return Outcome(OutcomeKind.UNCERTAIN, reason="the call was answered without serial or verification code")
        work.attempt.remember(SERIAL, serial)
        work.attempt.remember(VERIFICATION, code)
        try:
            self._told("Confirm", work, {"serial": serial, "verification": code})
        except _FAILURES as error:
            return Outcome(OutcomeKind.UNCERTAIN, reason=f"called, and perhaps not confirmed: {error}")
        return outcome

    def _settle(self, work: Work) -> None:
        """Confirm the trade whose code is known; cancel every other one of this work: its answer never reached us."""
        function = self._spoken.tables.requests[type(work.message).__name__, ""].block.tells[_FUNCTION]
        trades = self._told("UncertainTrades", work, {"function": str(function)})
        for trade in trades:
            if not isinstance(trade, Trade) or trade.reference != work.message.reference:
                continue
            code = work.attempt.recall(VERIFICATION)
            if trade.serial == work.attempt.recall(SERIAL) and code:
                self._told("Confirm", work, {"serial": trade.serial, "verification": code})
            else:
                self._told("Cancel", work, {"serial": trade.serial})

    def _told(self, question: str, work: Work, extra: Mapping[str, str]) -> tuple[Message, ...]:
        """What answers a question about trades; errors as `_FAILURES`."""
        control = Control(work.attempt.id, self.profile.user, self.id, self._conversation.now(), extra)
        seconds = self.supports[type(work.message).__name__].timeout
        call = self._conversation.call(work.message, work.deadline, seconds, work.leg)
        with self._conversation.place(seconds):
            document = self._spoken.write_question(question, control)
            answer = self._conversation.post(document, replace(call, message=question))
        return self._spoken.read_answer(question, answer.document)[0]


def party(parts: Parts) -> Party:
    """Guizhou's system."""
    if not isinstance(parts.dialect, TableDialect):
        raise GatewayError("setting_invalid", name="guizhou", reason="it needs its table dialect")
    return TwoPhaseParty(parts.profile, parts.dialect, transport(parts), parts.now)
