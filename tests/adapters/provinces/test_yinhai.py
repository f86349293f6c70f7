"""A system that wants a serial before each trade, played by a scripted server on the loopback."""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape, unescape

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import structs

from adapters.party import Parts, read_profile
from adapters.party.ordinary import SENT
from adapters.provinces.sichuan import party
from adapters.provinces.yinhai import SERIAL
from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects
from gateway.model.person import Consent
from gateway.model.province import Done
from gateway.model.province_changes import ReportDeath, SuspendEnrolment
from gateway.ports import Outcome, OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import MemoryAttempt, MemoryJournal, now, work
from tests.adapters.people import ENROL, FIND_COVER, JANUARY, REFERENCE, WITHDRAW, WORKER
from tests.adapters.servers import Request, Visit, always, serving

SUSPEND = SuspendEnrolment(REFERENCE, WORKER, ENROL.insurance, JANUARY, "暂停接单", ENROL.consent)
DECIDED = f"<sljg>1</sljg><aae013>{REFERENCE}</aae013>"
ROW = f"<list><row>{DECIDED}</row></list>"
NONE = "<list/>"

Answer = Callable[[Visit, str], None]


def said(fields: str, code: str = "1", message: str = "success") -> Answer:
    """The call is answered."""
    inner = escape(f"<result><code>{code}</code><message>{message}</message>{fields}</result>")

    def answer(visit: Visit, operation: str) -> None:
        body = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<n:{operation}Response xmlns:n="http://webservice.common.yinhai.com/"><return>{inner}</return>'
            f"</n:{operation}Response></s:Body></s:Envelope>"
        )
        visit.answer(body.encode(), media_type="text/xml;charset=UTF-8")

    return answer


def failed(message: str) -> Answer:
    """The call has failed, with these words."""
    return said("", "-1", message)


def lost(visit: Visit, _operation: str) -> None:
    """The call arrives, and no answer comes back."""
    visit.reset()


@dataclass
class Sichuan:
    """Their side: each trade answers what was written down for it, serials are counted up."""

    answers: dict[str, list[Answer]]
    url: str = ""
    calls: list[dict[str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    given: int = 0

    def respond(self, visit: Visit, request: Request) -> None:
        text = request.body.decode()
        self.bodies.append(text)
        operation = re.findall(r"<ns2:(\w+) ", text)[0]
        call = dict(re.findall(r"<(\w+)>([^<]*)</\1>", text)) | {"operation": operation}
        call |= dict(re.findall(r"<(\w+)>([^<]*)</\1>", unescape(call["inputxml"])))
        self.calls.append(call)
        if operation != "getJylsh":
            self.answers[call["jybh"]].pop(0)(visit, operation)
        elif self.answers.get("getJylsh"):
            self.answers["getJylsh"].pop(0)(visit, operation)
        else:
            self.given += 1
            said(f"<jylsh>51SB{self.given:016d}</jylsh><jyyzm>8392{self.given}</jyyzm>")(visit, operation)

    @property
    def trades(self) -> list[str]:
        """What was called, in order."""
        return [call["jybh"] if call["operation"] == "callBusiness" else call["operation"] for call in self.calls]


@contextmanager
def sichuan(**answers: list[Answer]) -> Iterator[Sichuan]:
    """Serve the answers by trade."""
    made = Sichuan(answers)
    with serving(always(made.respond)) as server:
        made.url = server.url
        yield made


def parts(url: str, journal: MemoryJournal | None = None) -> Parts:
    dialect = dialects(MAPPINGS, lambda _: "se<cret")["yinhai/1.0"]()
    profile = read_profile(MAPPINGS / "provinces" / "sichuan" / "party.yaml")
    return Parts(profile, dialect, url, journal or MemoryJournal(), now, "se<cret")


def delivered(party: Party, message: object, attempt: MemoryAttempt) -> Outcome:
    (outcome,) = party.deliver([work(message, attempt)])
    return outcome


def test_a_trade_asks_for_a_serial_and_then_carries_it_with_its_code() -> None:
    journal, attempt = MemoryJournal(), MemoryAttempt()
    with sichuan(BL01=[said(DECIDED)]) as server:
        outcome = delivered(party(parts(server.url, journal)), ENROL, attempt)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert server.trades == ["getJylsh", "BL01"]
    first, call = server.calls
    assert (first["jybh"], first["jylsh"], first["jyyzm"]) == ("BL01", "0", "0")
    assert (call["jylsh"], call["jyyzm"]) == ("51SB0000000000000001", "83921")
    assert attempt.recall(SERIAL) == "51SB0000000000000001 83921"
    assert [crossing.direction for crossing in journal.crossings] == ["out", "in", "out", "in"]
    assert not any(b"se&lt;cret" in crossing.body for crossing in journal.crossings)


def test_a_question_needs_no_serial() -> None:
    rows = "<list><row><aac001>1</aac001><aac002/><aac003/><aae140/></row></list>"
    with sichuan(CX02=[said(rows)]) as server:
        found = party(parts(server.url)).ask(FIND_COVER, work(ENROL).deadline)
    assert (found.known, found.covers) == (True, ())
    assert (server.calls[0]["jylsh"], server.trades) == ("0", ["CX02"])


def test_a_lost_answer_is_asked_about_by_the_same_serial() -> None:
    attempt = MemoryAttempt()
    with sichuan(BL13=[lost], CX05=[said(ROW)]) as server:
        made = party(parts(server.url))
        assert delivered(made, SUSPEND, attempt).kind is OutcomeKind.UNCERTAIN
        outcome = made.inquire(work(SUSPEND, attempt))
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert server.trades == ["getJylsh", "BL13", "CX05"]
    assert server.calls[2]["yjylsh"] == server.calls[1]["jylsh"]
    assert server.calls[2]["aae013"] == REFERENCE


def test_what_never_took_effect_is_sent_again_under_the_same_serial() -> None:
    attempt = MemoryAttempt()
    with sichuan(BL16=[lost, said(DECIDED)], CX05=[said(NONE)]) as server:
        made, death = party(parts(server.url)), ReportDeath(REFERENCE, WORKER, date(2026, 1, 3), "死亡医学证明")
        delivered(made, death, attempt)
        assert made.inquire(work(death, attempt)).kind is OutcomeKind.NO_EFFECT
        assert delivered(made, death, attempt).kind is OutcomeKind.ACCEPTED
    assert server.trades == ["getJylsh", "BL16", "CX05", "BL16"]
    assert server.calls[1]["jylsh"] == server.calls[3]["jylsh"]


def test_an_enrolment_that_never_took_effect_is_looked_for_in_the_covers() -> None:
    cover = (
        "<list><row><aac001>5100000001</aac001><aae140>110</aae140><aac012>20</aac012><aac031>1</aac031>"
        "<aac084>0</aac084><aab301>510104</aab301><aae041>202601</aae041><aae011>CK07</aae011></row></list>"
    )
    attempt = MemoryAttempt()
    with sichuan(BL01=[lost], CX05=[said(NONE), said(NONE)], CX02=[said(cover)]) as server:
        made = party(parts(server.url))
        delivered(made, ENROL, attempt)
        outcome = made.inquire(work(ENROL, attempt))
    assert outcome.kind is OutcomeKind.FOREIGN
    assert "CK07" in outcome.reason


def test_a_withdrawal_is_done_when_its_own_trade_says_so() -> None:
    attempt = MemoryAttempt()
    with sichuan(BL02=[lost], CX05=[said(ROW)]) as server:
        made = party(parts(server.url))
        delivered(made, WITHDRAW, attempt)
        outcome = made.inquire(work(WITHDRAW, attempt))
    assert (outcome.kind, outcome.reply) == (OutcomeKind.ACCEPTED, Done(True, REFERENCE))


def test_an_inquiry_that_is_lost_too_leaves_things_as_they_were() -> None:
    attempt = MemoryAttempt()
    with sichuan(BL13=[lost], CX05=[lost, failed("ORA-00942")]) as server:
        made = party(parts(server.url))
        delivered(made, SUSPEND, attempt)
        assert made.inquire(work(SUSPEND, attempt)).kind is OutcomeKind.UNCERTAIN
        assert made.inquire(work(SUSPEND, attempt)).kind is OutcomeKind.UNCERTAIN


def test_a_serial_that_was_used_before_is_no_refusal() -> None:
    attempt = MemoryAttempt()
    with sichuan(BL01=[failed("交易流水号已使用")]) as server:
        assert delivered(party(parts(server.url)), ENROL, attempt).kind is OutcomeKind.UNCERTAIN
    assert attempt.recall(SERIAL)


def test_a_serial_that_is_no_longer_valid_is_replaced_at_the_next_try() -> None:
    attempt = MemoryAttempt()
    with sichuan(BL01=[failed("交易流水号无效"), said(DECIDED)]) as server:
        made = party(parts(server.url))
        assert delivered(made, ENROL, attempt).kind is OutcomeKind.UNREACHABLE
        assert delivered(made, ENROL, attempt).kind is OutcomeKind.ACCEPTED
    assert server.trades == ["getJylsh", "BL01", "getJylsh", "BL01"]
    assert server.calls[1]["jylsh"] != server.calls[3]["jylsh"]


@pytest.mark.parametrize(
    "answer", [lost, failed("用户名或密码错误"), failed("系统维护"), said(""), said("<jylsh>1</jylsh>"), said("<a/>")]
)
def test_where_no_serial_is_given_nothing_was_sent(answer: Answer) -> None:
    attempt = MemoryAttempt()
    with sichuan(getJylsh=[answer]) as server:
        assert delivered(party(parts(server.url)), ENROL, attempt).kind is OutcomeKind.UNREACHABLE
    assert server.trades == ["getJylsh"]
    assert (attempt.recall(SENT), attempt.recall(SERIAL)) == (None, None)


def test_a_refusal_ends_it_and_keeps_their_words() -> None:
    with sichuan(BL01=[failed("该人员已参加企业职工基本养老保险")]) as server:
        outcome = delivered(party(parts(server.url)), ENROL, MemoryAttempt())
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, "该人员已参加企业职工基本养老保险")


def test_a_signed_call_repeats_its_document_and_signs_it_without_spaces() -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    journal, message = MemoryJournal(), replace(ENROL, consent=Consent("consent 1", ENROL.consent.given_at))
    with sichuan(BL01=[said(DECIDED)]) as server:
        given = parts(server.url, journal)
        profile = structs.replace(given.profile, credentials="signature")
        outcome = delivered(party(replace(given, profile=profile, secret=pem)), message, MemoryAttempt())
    assert outcome.kind is OutcomeKind.ACCEPTED
    call = server.calls[1]
    inner = unescape(call["source"])
    assert call["source"] == call["inputxml"]
    assert "<sqbh>consent 1</sqbh>" in inner
    assert (call["systemKey"], call["jybh"], call["jylsh"]) == ("gateway", "BL01", "51SB0000000000000001")
    key.public_key().verify(
        base64.b64decode(call["signature"]),
        inner.replace(" ", "").encode(),
        PKCS1v15(),
        SHA1(),  # noqa: S303 - what the party verifies with
    )
    assert "passWord" not in call
    assert journal.crossings[2].body.decode() == server.bodies[1]


def test_a_key_that_is_none_is_found_at_the_start() -> None:
    given = parts("http://127.0.0.1:9")
    profile = structs.replace(given.profile, credentials="signature")
    with pytest.raises(GatewayError, match="RSA private key"):
        party(replace(given, profile=profile))
