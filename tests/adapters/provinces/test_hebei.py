"""One sign-in a day for every process, a serial for each sending, and a reversal before anything is sent anew."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from adapters.provinces.hebei import CycleTransport, SerialParty
from adapters.transport.exchange import Call, UnansweredError
from gateway.errors import GatewayError
from gateway.model.codes import Decision, Insurance, TradeState
from gateway.model.messages import Message
from gateway.model.province import CoverFound, Done, EnrolmentDecided, FindCover, GetProgress, WithdrawEnrolment
from gateway.model.province_totals import (
    TRADE,
    CheckTotals,
    CheckTrades,
    TotalsChecked,
    Trade,
    TradeChecked,
    TradesChecked,
)
from gateway.model.values import Money
from gateway.ports import Document, OutcomeKind
from tests.adapters.memory import NOW, MemoryAttempt, MemorySessions, now, work
from tests.adapters.people import ENROL, FIND_COVER, START, WITHDRAW
from tests.adapters.spoken import Line, profile, spoken, theirs

DIALECT = spoken("hosdata/1.0")
LOST = UnansweredError("broken off")
GONE = "业务周期号无效或已签退"


@dataclass
class Hebei:
    """Their side: the cycle that is open, serials that were used or reversed, and what has taken effect."""

    cycle: str = ""
    cycles: int = 0
    used: set[str] = field(default_factory=set)
    reversed: set[str] = field(default_factory=set)
    effects: dict[str, Message] = field(default_factory=dict)
    paid: bool = False

    def answer(self, document: Document, call: Call) -> Document:
        if call.message in DIALECT.tables.questions:
            return self._question(document)
        message, control = DIALECT.read(document)
        if not self.cycle or control.extra.get("cycle") != self.cycle:
            return refused(GONE, message)
        if control.message_id in self.used | self.reversed:
            return refused("发送方交易流水号重复", message)
        self.used.add(control.message_id)
        if isinstance(message, GetProgress) and not self.effects:
            return DIALECT.refuse(GatewayError("not_found", thing="application"), message)
        return DIALECT.write(self._answered(message, control.message_id), theirs(), message)

    def _answered(self, message: Message, serial: str) -> Message:
        if isinstance(message, FindCover):
            return CoverFound(known=False)
        if isinstance(message, GetProgress):
            return EnrolmentDecided(Decision.ACCEPTED, message.reference)
        self.effects[serial] = message
        if isinstance(message, WithdrawEnrolment):
            return Done(done=True, reference=message.reference)
        return EnrolmentDecided(Decision.ACCEPTED, message.reference)

    def _question(self, document: Document) -> Document:
        name, control = DIALECT.read_question(document)
        if name == "SignIn":
            self.cycles += not self.cycle
            self.cycle = self.cycle or f"C{self.cycles}"
            return DIALECT.write_answer(name, (), theirs(cycle=self.cycle))
        if control.extra.get("cycle") != self.cycle:
            return refused(GONE)
        if name == "SignOut":
            self.cycle = ""
        elif self.paid:
            return refused("该月已缴费，不能冲正")
        else:
            self.reversed.add(control.extra["original_serial"])
            self.effects.pop(control.extra["original_serial"], None)
        return DIALECT.write_answer(name, (), theirs())


def refused(words: str, about: Message | None = None) -> Document:
    document = DIALECT.refuse(GatewayError("party_refused", party="hebei", message="x", reason="@@"), about)
    text = document.body.decode()
    start, end = text.index("ERRORMSG&gt;") + len("ERRORMSG&gt;"), text.index("&lt;/ERRORMSG")
    return Document((text[:start] + words + text[end:]).encode(), document.media_type)


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def party(line: Line, sessions: MemorySessions | None = None, clock: Clock | None = None) -> SerialParty:
    told = profile("provinces/hebei")
    kept = MemorySessions() if sessions is None else sessions
    return SerialParty(told, DIALECT, CycleTransport(line, told, DIALECT, kept, clock or now), clock or now)


def deadline() -> datetime:
    return NOW + timedelta(days=9)


def test_one_sign_in_serves_every_process_for_the_day() -> None:
    hebei, sessions = Hebei(), MemorySessions()
    line = Line(hebei.answer)
    for _ in range(2):
        party(line, sessions).ask(FIND_COVER, deadline())
    assert line.seen == ["SignIn", "FindCover", "FindCover"]


def test_a_new_day_ends_the_cycle_of_the_last_one_first() -> None:
    hebei, sessions, clock = Hebei(), MemorySessions(), Clock()
    line = Line(hebei.answer)
    party(line, sessions, clock).ask(FIND_COVER, deadline())
    clock.at = NOW + timedelta(days=1)
    party(line, sessions, clock).ask(FIND_COVER, deadline())
    assert line.seen == ["SignIn", "FindCover", "SignOut", "SignIn", "FindCover"]
    assert hebei.cycle == "C2"


def test_a_cycle_that_has_gone_is_opened_anew_and_the_call_made_again_under_the_same_serial() -> None:
    hebei, sessions, attempt = Hebei(), MemorySessions(), MemoryAttempt()
    line = Line(hebei.answer)
    party(line, sessions).ask(FIND_COVER, deadline())
    hebei.cycle = ""
    assert [each.kind for each in party(line, sessions).deliver([work(ENROL, attempt)])] == [OutcomeKind.ACCEPTED]
    assert list(hebei.effects) == ["leg_1-1"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_where_the_sign_in_fails_nothing_was_sent(when: str) -> None:
    hebei = Hebei()
    line = Line(hebei.answer, {"SignIn": [(when, LOST)]})
    assert [each.kind for each in party(line).deliver([work(ENROL)])] == [OutcomeKind.UNREACHABLE]
    assert hebei.effects == {}


def test_a_wrong_code_is_no_way_in() -> None:
    line = Line(lambda _document, _call: refused("授权码无效"))
    assert [each.kind for each in party(line).deliver([work(ENROL)])] == [OutcomeKind.UNREACHABLE]
    assert line.seen == ["SignIn"]


def test_an_effect_whose_answer_was_lost_is_found_by_its_reference() -> None:
    hebei, sessions, attempt = Hebei(), MemorySessions(), MemoryAttempt()
    line = Line(hebei.answer, {"EnrolWorker": [("after", LOST)]})
    assert [each.kind for each in party(line, sessions).deliver([work(ENROL, attempt)])] == [OutcomeKind.UNCERTAIN]
    assert party(line, sessions).inquire(work(ENROL, attempt)).kind is OutcomeKind.ACCEPTED
    assert "Reverse" not in line.seen


def test_what_is_not_found_is_reversed_before_it_is_sent_anew_under_another_serial() -> None:
    hebei, sessions, attempt = Hebei(), MemorySessions(), MemoryAttempt()
    line = Line(hebei.answer, {"EnrolWorker": [("before", LOST)]})
    party(line, sessions).deliver([work(ENROL, attempt)])
    assert party(line, sessions).inquire(work(ENROL, attempt)).kind is OutcomeKind.NO_EFFECT
    assert hebei.reversed == {"leg_1-1"}
    assert [each.kind for each in party(line, sessions).deliver([work(ENROL, attempt)])] == [OutcomeKind.ACCEPTED]
    assert list(hebei.effects) == ["leg_1-2"]


def test_what_can_be_neither_found_nor_reversed_stays_in_doubt() -> None:
    hebei, attempt = Hebei(paid=True), MemoryAttempt()
    line = Line(hebei.answer, {"EnrolWorker": [("before", LOST)]})
    party(line).deliver([work(ENROL, attempt)])
    assert party(line).inquire(work(ENROL, attempt)).kind is OutcomeKind.UNCERTAIN


def test_what_was_never_sent_is_not_reversed() -> None:
    line = Line(Hebei().answer)
    assert party(line).inquire(work(ENROL)).kind is OutcomeKind.NO_EFFECT
    assert line.seen == []


def test_a_withdrawal_in_doubt_is_sent_again_under_another_serial() -> None:
    hebei, sessions, attempt = Hebei(), MemorySessions(), MemoryAttempt()
    line = Line(hebei.answer, {"WithdrawEnrolment": [("after", LOST)]})
    party(line, sessions).deliver([work(WITHDRAW, attempt)])
    assert party(line, sessions).inquire(work(WITHDRAW, attempt)).kind is OutcomeKind.ACCEPTED
    assert list(hebei.effects) == ["leg_1-1", "leg_1-2"]


def test_a_serial_that_comes_twice_is_a_doubt_and_no_refusal() -> None:
    hebei, attempt = Hebei(used={"leg_1-1"}), MemoryAttempt()
    assert [each.kind for each in party(Line(hebei.answer)).deliver([work(ENROL, attempt)])] == [OutcomeKind.UNCERTAIN]


def test_a_payment_is_remembered_by_both_serials_for_the_comparison_of_its_day() -> None:
    def answer(document: Document, call: Call) -> Document:
        if call.message == "SignIn":
            return DIALECT.write_answer("SignIn", (), theirs(cycle="C1"))
        message, _ = DIALECT.read(document)
        return DIALECT.write(Done(done=True), theirs(their_serial="HB1"), message)

    attempt = MemoryAttempt()
    (outcome,) = party(Line(answer)).deliver([work(START, attempt)])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert attempt.recall(TRADE) == f"{attempt.id}-1 HB1"


def test_totals_and_trades_are_asked_for_within_the_cycle() -> None:
    totals = TotalsChecked(agrees=False, forward=2, reverse=1, amount=Money(96240))
    trades = TradesChecked((TradeChecked("leg_1-1", TradeState.DIFFERS, "HB1", Money(96240), "金额不符"),))

    def answer(document: Document, call: Call) -> Document:
        if call.message == "SignIn":
            return DIALECT.write_answer("SignIn", (), theirs(cycle="C1"))
        message, control = DIALECT.read(document)
        assert control.extra["cycle"] == "C1"
        return DIALECT.write(totals if isinstance(message, CheckTotals) else trades, theirs(), message)

    day = date(2026, 1, 5)
    asked = party(Line(answer))
    assert asked.ask(CheckTotals(day, day, Insurance.PENSION, 1, 0, Money(96240)), deadline()) == totals
    told = (Trade("leg_1-1", Money(100), "HB1"), Trade("leg_2-1", Money(100)))
    assert asked.ask(CheckTrades(day, day, Insurance.PENSION, told), deadline()) == trades
