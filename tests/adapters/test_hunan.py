"""The login that Hunan wants before anything else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from adapters.party import Parts, read_profile
from adapters.provinces.hunan import SessionTransport
from adapters.transport.exchange import Answer, Call, Heard, Sending, UnsentError
from gateway.mapping.dialect_loader import dialects
from gateway.mapping.dialect_table import TableDialect
from gateway.ports import Document
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import MemoryJournal, MemorySessions, now

SAMPLES = MAPPINGS / "dialects" / "molss" / "1.0" / "samples"
GONE = "<x>未登录或会话已超时</x>".encode("gb18030")
LOGIN = b"F00.00.00.00"


@dataclass
class Hunan:
    """Their side: a login gives the next cookie; other calls get what was written down for them."""

    cookies: list[str]
    answers: list[bytes] = field(default_factory=list)
    login: bytes = (SAMPLES / "login.reply.xml").read_bytes()
    seen: list[Document] = field(default_factory=list)

    def post(self, document: Document, call: Call) -> Answer:
        self.seen.append(document)
        if LOGIN in document.body:
            headers = {"set-cookie": f"JSESSIONID={self.cookies.pop(0)}; Path=/"} if self.cookies else {}
            return Answer(200, headers | {"content-type": "text/html;charset=GBK"}, self.login)
        return Answer(200, {}, self.answers.pop(0))

    at_once = True

    def post_each(self, sendings: Sequence[Sending], most: int, heard: Heard) -> None:
        assert most
        for sending in sendings:
            sending.result = self.post(sending.document, sending.call)
        heard(sendings)

    def reach(self, deadline: datetime) -> None:
        raise AssertionError(deadline)


def transport(hunan: Hunan, sessions: MemorySessions) -> SessionTransport:
    (dialect,) = [make() for name, make in dialects(MAPPINGS, lambda _: "secret").items() if name == "molss/1.0"]
    assert isinstance(dialect, TableDialect)
    profile = read_profile(MAPPINGS / "provinces" / "hunan" / "party.yaml")
    parts = Parts(profile, dialect, "http://127.0.0.1:9", MemoryJournal(), now, sessions=sessions)
    return SessionTransport(hunan, parts, dialect, sessions)


def call() -> Call:
    return Call("FindCover", now(), "leg_1")


def cookies(hunan: Hunan) -> list[str | None]:
    return [document.headers.get("Cookie") for document in hunan.seen if LOGIN not in document.body]


def test_one_login_serves_many_calls_of_every_process() -> None:
    hunan, sessions = Hunan(["a"], [b"1", b"2"]), MemorySessions()
    for _ in range(2):
        transport(hunan, sessions).post(Document(b"q", "text/html"), call())
    assert cookies(hunan) == ["JSESSIONID=a", "JSESSIONID=a"]
    assert len(hunan.seen) == 3


def test_a_session_that_has_gone_is_opened_anew_and_the_call_made_again() -> None:
    hunan, sessions = Hunan(["b"], [GONE, b"2"]), MemorySessions()
    sessions.keep("hunan", "JSESSIONID", "old", now())
    assert transport(hunan, sessions).post(Document(b"q", "text/html"), call()).body == b"2"
    assert cookies(hunan) == ["JSESSIONID=old", "JSESSIONID=b"]


@pytest.mark.parametrize("sample", ["login.wrong-password.reply.xml", "login.reply.xml"])
def test_where_they_do_not_let_us_in_nothing_was_sent(sample: str) -> None:
    hunan = Hunan([], login=(SAMPLES / sample).read_bytes())
    with pytest.raises(UnsentError):
        transport(hunan, MemorySessions()).post(Document(b"q", "text/html"), call())
    assert cookies(hunan) == []


def sent_together(hunan: Hunan, sessions: MemorySessions, count: int) -> list[Sending]:
    sendings = [Sending(Document(b"q", "text/html"), call()) for _ in range(count)]
    heard: list[Sending] = []
    transport(hunan, sessions).post_each(sendings, count, heard.extend)
    assert heard == sendings
    return sendings


def test_several_calls_at_once_share_a_login_and_those_whose_session_has_gone_share_the_next_one() -> None:
    hunan, sessions = Hunan(["a", "b"], [b"1", GONE, GONE, b"2", b"3"]), MemorySessions()
    sent = sent_together(hunan, sessions, 3)
    assert [each.result.body for each in sent if isinstance(each.result, Answer)] == [b"1", b"2", b"3"]
    assert cookies(hunan) == [*["JSESSIONID=a"] * 3, *["JSESSIONID=b"] * 2]


def test_where_they_let_nobody_in_only_the_first_of_several_knocks() -> None:
    hunan = Hunan([])
    sent = sent_together(hunan, MemorySessions(), 3)
    assert [type(each.result) for each in sent] == [UnsentError] * 3
    assert len(hunan.seen) == 1
