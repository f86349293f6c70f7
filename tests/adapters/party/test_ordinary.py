import logging
import threading
from datetime import timedelta

import pytest

from adapters.party import ordinary
from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.province import Done, EnrolmentDecided
from gateway.ports import Control, Document, OutcomeKind
from tests.adapters import servers
from tests.adapters.gateway_province import decided, party, province
from tests.adapters.memory import NOW, MemoryAttempt, MemoryJournal, sent, work
from tests.adapters.people import DECLARE, ENROL, FIND_COVER, WITHDRAW
from tests.adapters.servers import Script, Visit, saying, serving

SOON = NOW + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("decision", "kind", "reason"),
    [
        (Decision.ACCEPTED, OutcomeKind.ACCEPTED, ""),
        (Decision.RECEIVED, OutcomeKind.RECEIVED, ""),
        (Decision.RETURNED, OutcomeKind.RECEIVED, "请补交就业证明"),
        (Decision.REFUSED, OutcomeKind.REFUSED, "该人员已参保"),
    ],
)
def test_what_the_agency_decides_is_the_outcome_in_its_words(
    decision: Decision, kind: OutcomeKind, reason: str
) -> None:
    reply = decided(decision, acceptance_number="A1", reason=reason or None)
    with province(lambda *_: reply) as heard:
        (outcome,) = party(heard.server.url).deliver([work(ENROL)])
    assert (outcome.kind, outcome.reply, outcome.reason) == (kind, reply, reason)
    ((message, control),) = heard.messages
    assert message == ENROL
    assert (control.message_id, control.sender, control.receiver, control.sent_at) == (
        "leg_1",
        "gateway",
        "zhejiang",
        NOW,
    )


def test_works_are_carried_in_order_with_one_outcome_each() -> None:
    def replies(message: Message, _: Control) -> Message:
        return Done(done=False, reason="已缴费") if message == WITHDRAW else decided(Decision.ACCEPTED)

    with province(replies) as heard:
        outcomes = party(heard.server.url).deliver([work(WITHDRAW), work(ENROL, MemoryAttempt("leg_2"))])
    assert [outcome.kind for outcome in outcomes] == [OutcomeKind.REFUSED, OutcomeKind.ACCEPTED]
    assert outcomes[0].reason == "已缴费"


def test_the_action_and_the_credentials_of_the_contract_are_sent_and_the_journal_does_not_see_them() -> None:
    journal = MemoryJournal()
    with province(lambda *_: decided(Decision.ACCEPTED)) as heard:
        party(heard.server.url, journal).deliver([work(ENROL)])
    (request,) = heard.server.requests
    assert request.headers["soapaction"] == '"urn:shebao:gateway:1.2/EnrolWorker"'
    assert b"PasswordDigest" in request.body
    sent, received = journal.crossings
    assert (sent.direction, sent.message, sent.about, sent.party) == ("out", "EnrolWorker", "leg_1", "zhejiang")
    assert received.direction == "in"
    assert b"PasswordDigest" in sent.body
    assert len(sent.body) < len(request.body)
    assert b"secret of tests" not in request.body


def test_the_note_that_something_is_sent_is_kept_before_the_first_byte() -> None:
    attempt = MemoryAttempt()
    seen: list[str | None] = []

    def replies(*_: object) -> Message:
        seen.append(attempt.recall(ordinary.SENT))
        return decided(Decision.ACCEPTED)

    with province(replies) as heard:
        party(heard.server.url).deliver([work(ENROL, attempt)])
    assert seen == [NOW.isoformat()]


def test_a_refused_connection_is_unreachable(free_port: int) -> None:
    (outcome,) = party(f"http://127.0.0.1:{free_port}").deliver([work(ENROL)])
    assert (outcome.kind, outcome.reply) == (OutcomeKind.UNREACHABLE, None)


DOUBTFUL: list[Script] = [
    servers.close,
    servers.half,
    servers.silent,
    saying(b""),
    saying(b"<html>502 Bad Gateway</html>", "502 Bad Gateway", "text/html"),
    saying("系统异常".encode("gb18030")),
    saying(
        b"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body><a/></soap:Body></soap:Envelope>"
    ),
    servers.reset,
]


@pytest.mark.parametrize("script", DOUBTFUL)
def test_no_readable_answer_leaves_a_change_in_doubt_and_a_question_to_be_asked_again(script: Script) -> None:
    seconds = 1 if script is servers.silent else 20
    with serving(script) as server:
        zhejiang = party(server.url)
        (changing,) = zhejiang.deliver([work(ENROL, seconds=seconds)])
        (asking,) = zhejiang.deliver([work(FIND_COVER, seconds=seconds)])
    assert changing.kind is OutcomeKind.UNCERTAIN
    assert asking.kind is OutcomeKind.UNREACHABLE
    assert changing.reason
    assert asking.reason


def test_an_answer_of_the_wrong_kind_or_about_something_else_is_no_answer() -> None:
    for reply in (EnrolmentDecided(Decision.ACCEPTED, "another"), EnrolmentDecided(Decision.REFUSED, "another")):
        with province(lambda *_, reply=reply: reply) as heard:
            (outcome,) = party(heard.server.url).deliver([work(ENROL)])
        assert outcome.kind is OutcomeKind.UNCERTAIN
    with province(lambda *_: decided(Decision.ACCEPTED), refers_to="leg_7") as heard:
        (outcome,) = party(heard.server.url).deliver([work(ENROL)])
    assert outcome.kind is OutcomeKind.UNCERTAIN


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (GatewayError("not_eligible", insurance="pension", reason="超龄"), OutcomeKind.REFUSED),
        (GatewayError("authentication_needed", reason="密码错误"), OutcomeKind.UNREACHABLE),
        (GatewayError("internal", reference="x"), OutcomeKind.UNCERTAIN),
    ],
)
def test_a_fault_refuses_only_where_it_blames_the_message(error: GatewayError, kind: OutcomeKind) -> None:
    with province(lambda *_: error) as heard:
        (outcome,) = party(heard.server.url).deliver([work(ENROL)])
    assert outcome.kind is kind
    assert error.text("zh") in outcome.reason


def test_a_client_fault_without_a_problem_leaves_doubt() -> None:
    fault = (
        b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>"
        b"<faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    with serving(saying(fault, "500 Internal Server Error")) as server:
        (outcome,) = party(server.url).deliver([work(ENROL)])
    assert outcome.kind is OutcomeKind.UNCERTAIN


def test_a_message_the_party_does_not_take_is_refused_and_not_sent() -> None:
    with serving(saying(b"")) as server:
        (outcome,) = party(server.url).deliver([work(DECLARE)])
    assert outcome.kind is OutcomeKind.REFUSED
    assert "DeclareLevy" in outcome.reason
    assert server.visits == 0


@pytest.mark.parametrize("refuses", ["out", "in"])
def test_what_the_journal_does_not_take_is_not_sent_or_not_read(refuses: str) -> None:
    with province(lambda *_: decided(Decision.ACCEPTED)) as heard:
        (outcome,) = party(heard.server.url, MemoryJournal(refuses=refuses)).deliver([work(ENROL)])
    assert outcome.kind is (OutcomeKind.UNREACHABLE if refuses == "out" else OutcomeKind.UNCERTAIN)
    assert len(heard.messages) == (0 if refuses == "out" else 1)


class Forgetful(MemoryAttempt):
    """A store that is gone."""

    def remember(self, key: str, value: str) -> None:
        raise OSError(f"cannot keep {key} of 甄一凡: {value}")


def test_what_cannot_be_remembered_is_not_sent_and_its_log_line_tells_nothing_personal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(saying(b"")) as server, caplog.at_level(logging.ERROR):
        (outcome,) = party(server.url).deliver([work(ENROL, Forgetful())])
    assert outcome.kind is OutcomeKind.UNREACHABLE
    assert server.visits == 0
    assert "leg=leg_1 case=case_1 error=OSError" in caplog.text
    assert "甄一凡" not in caplog.text


class Broken(GatewayDialect):
    """A dialect with a mistake in it."""

    def __init__(self, *, writes: bool) -> None:
        super().__init__()
        self.writes = writes

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        if not self.writes:
            raise KeyError("甄一凡")
        return super().write(message, control, about)

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        raise KeyError("甄一凡")


def test_a_dialect_that_breaks_down_is_our_fault_and_never_raised() -> None:
    with province(lambda *_: decided(Decision.ACCEPTED)) as heard:
        (read,) = party(heard.server.url, speaks=Broken(writes=True)).deliver([work(ENROL)])
        (write,) = party(heard.server.url, speaks=Broken(writes=False)).deliver([work(ENROL)])
        found = party(heard.server.url, speaks=Broken(writes=False)).inquire(work(ENROL, sent()))
    kinds = [outcome.kind for outcome in (read, write, found)]
    assert kinds == [OutcomeKind.UNCERTAIN, OutcomeKind.UNREACHABLE, OutcomeKind.UNCERTAIN]
    assert "甄一凡" not in read.reason + write.reason + found.reason


def test_no_more_calls_are_under_way_than_the_party_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordinary, "_PATIENCE", 0.05)
    inside = threading.Semaphore(0)

    def hold(visit: Visit) -> None:
        visit.read()
        inside.release()
        visit.stop.wait()

    with serving(hold) as server:
        zhejiang = party(server.url)
        threads = [
            threading.Thread(target=zhejiang.deliver, args=([work(ENROL, MemoryAttempt(f"leg_{number}"))],))
            for number in range(16)
        ]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert inside.acquire(timeout=20)
        (outcome,) = zhejiang.deliver([work(ENROL)])
        assert (outcome.kind, server.visits) == (OutcomeKind.UNREACHABLE, 16)
        assert "16 places" in outcome.reason
        server.stop.set()
        for thread in threads:
            thread.join()


def test_a_work_is_not_sent_after_its_deadline() -> None:
    with serving(saying(b"")) as server:
        (outcome,) = party(server.url).deliver([work(ENROL, seconds=0)])
    assert (outcome.kind, server.visits) == (OutcomeKind.UNREACHABLE, 0)
