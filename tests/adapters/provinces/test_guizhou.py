"""Trades that take effect only once they are confirmed, whatever breaks in between."""

from dataclasses import dataclass, field, replace

import pytest

from adapters.provinces.guizhou import SERIAL, VERIFICATION, TwoPhaseParty
from adapters.transport.exchange import Call, UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.mapping.trades import Trade
from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.province import CoverFound, Done, EnrolmentDecided, EnrolWorker, GetProgress
from gateway.ports import Document, OutcomeKind
from tests.adapters.memory import MemoryAttempt, now, work
from tests.adapters.people import ENROL, FIND_COVER, REFERENCE, START, WITHDRAW
from tests.adapters.spoken import Line, profile, spoken, theirs

DIALECT = spoken("prm/1.0")
LOST = UnansweredError("broken off")


@dataclass
class Guizhou:
    """Their side: trades that wait, and what has taken effect."""

    waiting: dict[str, Message] = field(default_factory=dict)
    effects: list[Message] = field(default_factory=list)
    decision: Decision = Decision.ACCEPTED
    given: int = 0

    def answer(self, document: Document, call: Call) -> Document:
        if call.message in DIALECT.tables.questions:
            return self._question(document)
        message, _ = DIALECT.read(document)
        if isinstance(message, GetProgress):
            return self._progress(message)
        if type(message).__name__.startswith("Find"):
            return DIALECT.write(CoverFound(known=False), theirs(), message)
        return self._called(message)

    def _called(self, message: Message) -> Document:
        reply: Message = Done(done=True, reference=message.reference)
        if isinstance(message, EnrolWorker):
            reply = EnrolmentDecided(self.decision, message.reference)
        if self.decision is Decision.REFUSED:
            return DIALECT.write(reply, theirs(), message)
        self.given += 1
        serial = f"S{self.given}"
        self.waiting[serial] = message
        return DIALECT.write(reply, theirs(serial=serial, verification=f"V{serial}"), message)

    def _progress(self, asked: GetProgress) -> Document:
        if not any(effect.reference == asked.reference for effect in self.effects):
            return DIALECT.refuse(GatewayError("not_found", thing="application"), asked)
        return DIALECT.write(EnrolmentDecided(Decision.ACCEPTED, asked.reference), theirs(), asked)

    def _question(self, document: Document) -> Document:
        name, control = DIALECT.read_question(document)
        serial = control.extra.get("serial", "")
        if name == "UncertainTrades":
            function = control.extra["function"]
            trades = [Trade(serial, function, message.reference) for serial, message in self.waiting.items()]
            return DIALECT.write_answer(name, trades, theirs(function=function))
        if serial not in self.waiting or (name == "Confirm" and control.extra["verification"] != f"V{serial}"):
            return DIALECT.refuse(GatewayError("party_refused", party="guizhou", message=name, reason="no such trade"))
        effect = self.waiting.pop(serial)
        self.effects += [effect] if name == "Confirm" else []
        return DIALECT.write_answer(name, (), theirs())


def party(line: Line) -> TwoPhaseParty:
    return TwoPhaseParty(profile("provinces/guizhou"), DIALECT, line, now)


def test_a_call_is_confirmed_after_its_serial_has_been_kept() -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    [outcome] = party(Line(guizhou.answer)).deliver([work(ENROL, attempt)])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert guizhou.effects == [ENROL]
    assert (attempt.recall(SERIAL), attempt.recall(VERIFICATION)) == ("S1", "VS1")


def test_a_refused_call_leaves_nothing_to_confirm() -> None:
    guizhou = Guizhou(decision=Decision.REFUSED)
    line = Line(guizhou.answer)
    [outcome] = party(line).deliver([work(ENROL)])
    assert outcome.kind is OutcomeKind.REFUSED
    assert line.seen == ["EnrolWorker"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_whose_answer_is_lost_has_no_effect_and_is_cancelled(when: str) -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    line = Line(guizhou.answer, {"EnrolWorker": [(when, LOST)]})
    [outcome] = party(line).deliver([work(ENROL, attempt)])
    assert outcome.kind is OutcomeKind.UNCERTAIN
    assert party(line).inquire(work(ENROL, attempt)).kind is OutcomeKind.NO_EFFECT
    assert guizhou.effects == []
    assert guizhou.waiting == {}
    [outcome] = party(line).deliver([work(ENROL, attempt)])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert guizhou.effects == [ENROL]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_confirmation_whose_answer_is_lost_is_found_out_and_takes_effect_once(when: str) -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    line = Line(guizhou.answer, {"Confirm": [(when, LOST)]})
    [outcome] = party(line).deliver([work(ENROL, attempt)])
    assert outcome.kind is OutcomeKind.UNCERTAIN
    assert party(line).inquire(work(ENROL, attempt)).kind is OutcomeKind.ACCEPTED
    assert guizhou.effects == [ENROL]


def test_a_confirmation_that_was_not_sent_is_in_doubt_too_since_its_trade_waits() -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    line = Line(guizhou.answer, {"Confirm": [("before", UnsentError("no route"))]})
    assert [each.kind for each in party(line).deliver([work(ENROL, attempt)])] == [OutcomeKind.UNCERTAIN]
    assert party(line).inquire(work(ENROL, attempt)).kind is OutcomeKind.ACCEPTED


def test_a_trade_of_somebody_else_is_left_alone() -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    guizhou.waiting["S9"] = replace(ENROL, reference="another")
    line = Line(guizhou.answer, {"EnrolWorker": [("after", LOST)]})
    party(line).deliver([work(ENROL, attempt)])
    party(line).inquire(work(ENROL, attempt))
    assert list(guizhou.waiting) == ["S9"]


def test_while_their_list_does_not_answer_nothing_is_learned() -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    line = Line(guizhou.answer, {"EnrolWorker": [("after", LOST)], "UncertainTrades": [("before", LOST)]})
    party(line).deliver([work(ENROL, attempt)])
    assert party(line).inquire(work(ENROL, attempt)).kind is OutcomeKind.UNCERTAIN
    assert "GetProgress" not in line.seen


def test_what_was_never_sent_is_not_looked_for() -> None:
    line = Line(Guizhou().answer)
    assert party(line).inquire(work(ENROL)).kind is OutcomeKind.NO_EFFECT
    assert line.seen == []


def test_what_was_received_is_only_asked_about() -> None:
    guizhou, attempt = Guizhou(decision=Decision.RECEIVED), MemoryAttempt()
    line = Line(guizhou.answer)
    assert [each.kind for each in party(line).deliver([work(ENROL, attempt)])] == [OutcomeKind.RECEIVED]
    assert party(line).inquire(work(ENROL, attempt)).kind is OutcomeKind.ACCEPTED
    assert line.seen == ["EnrolWorker", "Confirm", "GetProgress"]


def test_a_withdrawal_in_doubt_is_sent_again_after_what_is_left_of_it_was_settled() -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    line = Line(guizhou.answer, {"WithdrawEnrolment": [("after", LOST)]})
    party(line).deliver([work(WITHDRAW, attempt)])
    assert party(line).inquire(work(WITHDRAW, attempt)).kind is OutcomeKind.ACCEPTED
    assert guizhou.effects == [WITHDRAW]
    assert guizhou.waiting == {}


def test_a_start_of_cover_is_looked_for_in_the_cover() -> None:
    guizhou, attempt = Guizhou(), MemoryAttempt()
    line = Line(guizhou.answer, {"StartCover": [("after", LOST)]})
    party(line).deliver([work(START, attempt)])
    assert party(line).inquire(work(START, attempt)).kind is OutcomeKind.NO_EFFECT
    assert line.seen == ["StartCover", "UncertainTrades", "Cancel", "FindCover"]


def test_an_answer_without_a_serial_cannot_be_confirmed() -> None:
    def forgetful(document: Document, _call: Call) -> Document:
        message, _ = DIALECT.read(document)
        return DIALECT.write(EnrolmentDecided(Decision.ACCEPTED, REFERENCE), theirs(), message)

    line = Line(forgetful)
    assert [each.kind for each in party(line).deliver([work(ENROL)])] == [OutcomeKind.UNCERTAIN]
    assert line.seen == ["EnrolWorker"]


def test_an_answer_about_another_message_is_not_confirmed() -> None:
    def confused(document: Document, _call: Call) -> Document:
        message, _ = DIALECT.read(document)
        return DIALECT.write(
            EnrolmentDecided(Decision.ACCEPTED, "other"), theirs(serial="S1", verification="V"), message
        )

    line = Line(confused)
    assert [each.kind for each in party(line).deliver([work(ENROL)])] == [OutcomeKind.UNCERTAIN]
    assert line.seen == ["EnrolWorker"]


def test_a_question_needs_no_confirmation() -> None:
    line = Line(Guizhou().answer)
    assert party(line).ask(FIND_COVER, work(ENROL).deadline) == CoverFound(known=False)
    assert line.seen == ["FindCover"]
