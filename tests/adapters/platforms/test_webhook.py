import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.directory import load
from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Insurance
from gateway.model.platform import CaseChanged, ItemStatus
from gateway.ports import Document, OutcomeKind, Party
from gateway.security import webhooks
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import NOW, MemoryAttempt, MemoryJournal, now, work
from tests.adapters.servers import Script, Visit, always, saying, serving

SECRET = webhooks.generate_secret()
CHANGED = CaseChanged(
    case="case_1",
    worker="worker_1",
    status=CaseStatus.COMPLETED,
    items=(ItemStatus(Insurance.PENSION, CaseStatus.COMPLETED),),
    event="cover_confirmed",
    at=datetime(2026, 1, 15, 8, 0, tzinfo=UTC),
)


def platform(url: str, secret: str = SECRET, journal: MemoryJournal | None = None) -> Party:
    settings = {"PARTY_DEMO_PLATFORM_URL": url, "PARTY_DEMO_PLATFORM_SECRET": secret}
    return load(MAPPINGS, settings, {}, journal or MemoryJournal(), now)["demo-platform"]


def test_a_change_arrives_as_signed_json_with_the_same_id_on_every_try() -> None:
    journal, attempt = MemoryJournal(), MemoryAttempt("leg_9")
    with serving(saying(b"", "204 No Content")) as server:
        party = platform(f"{server.url}/webhook", journal=journal)
        for _ in range(2):
            (outcome,) = party.deliver([work(CHANGED, attempt)])
            assert (outcome.kind, outcome.reply) == (OutcomeKind.ACCEPTED, None)
    for request in server.requests:
        assert (request.path, request.headers["content-type"]) == ("/webhook", "application/json")
        assert webhooks.verify([webhooks.public_of(SECRET)], request.headers, request.body, NOW) == "leg_9"
        assert json.loads(request.body)["items"] == [{"insurance": "pension", "status": "completed"}]
    assert [crossing.direction for crossing in journal.crossings] == ["out", "in"] * 2
    assert attempt.notes == {}


def test_two_keys_sign_while_they_are_being_changed() -> None:
    newer = webhooks.generate_secret()
    with serving(saying(b"")) as server:
        platform(server.url, f"{newer} {SECRET}").deliver([work(CHANGED)])
    (request,) = server.requests
    for secret in (newer, SECRET):
        assert webhooks.verify([webhooks.public_of(secret)], request.headers, request.body, NOW) == "leg_1"


def test_gone_means_that_no_more_are_wanted() -> None:
    with serving(saying(b"", "410 Gone")) as server:
        (outcome,) = platform(server.url).deliver([work(CHANGED)])
    assert outcome.kind is OutcomeKind.REFUSED


def _close(visit: Visit) -> None:
    visit.read()


@pytest.mark.parametrize(
    "script",
    [
        saying(b"", "500 Oops"),
        saying(b"", "404 Not Found"),
        always(lambda visit, _: visit.answer(b"", "302 Found", location="/elsewhere")),
        _close,
    ],
)
def test_everything_else_is_tried_again(script: Script) -> None:
    with serving(script) as server:
        (outcome,) = platform(server.url).deliver([work(CHANGED)])
    assert outcome.kind is OutcomeKind.UNREACHABLE


def _raw(head: str, *pieces: bytes) -> Script:
    """The head of an answer and pieces of its body, each a tenth of a second after the one before."""

    def script(visit: Visit) -> None:
        visit.read()
        visit.sock.sendall(head.encode() + b"\r\n\r\n")
        for piece in pieces:
            if visit.stop.wait(0.1):
                return
            visit.sock.sendall(piece)

    return script


_FINE = "HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "script",
    [
        _raw(f"{_FINE}Content-Length: {5 << 20}", b"y" * (2 << 20)),
        _raw(f"{_FINE}Content-Type: text/plain", *[b"x" * (1 << 19)] * 9),
        _raw(f"{_FINE}Content-Type: text/plain", *[b"x"] * 100),
        _raw(f"{_FINE}Content-Length: 9", b"half"),
        _raw(f"{_FINE}Content-Encoding: gzip\r\nContent-Length: 4", b"none"),
        _raw("HTTP/1.0 200 OK", b"fine"),
    ],
    ids=["too long", "endless", "slow", "broken off", "not packed", "http/1.0"],
)
def test_nothing_counts_but_the_status(script: Script) -> None:
    with serving(script) as server:
        party = platform(server.url)
        (outcome,) = party.deliver([replace(work(CHANGED), deadline=NOW + timedelta(seconds=2))])
    assert outcome.kind is OutcomeKind.ACCEPTED


def test_a_status_that_has_not_come_is_none() -> None:
    with serving(_raw("HTTP/1.1 102 Processing")) as server:
        (outcome,) = platform(server.url).deliver([replace(work(CHANGED), deadline=NOW + timedelta(seconds=2))])
    assert outcome.kind is OutcomeKind.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("20", 20),
        ("0", 0),
        ("86400000", 86400),
        ("9" * 400, 86400),
        (format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40),
        (format_datetime(NOW + timedelta(days=40), usegmt=True), 86400),
        ("soon", None),
        ("-1", None),
        ("Fri, 99 Zzz 2026 00:00:00 GMT", None),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_receiver_says_when_it_wants_the_next_try(status: str, said: str, seconds: int | None) -> None:
    with serving(always(lambda visit, _: visit.answer(b"", status, Retry_After=said))) as server:
        (outcome,) = platform(server.url).deliver([work(CHANGED)])
    assert outcome.kind is OutcomeKind.UNREACHABLE
    assert outcome.ask_again_at == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (_raw("hello, this is no HTTP"), "the answer is not one of HTTP/1"),
        (_close, "the party closed the connection without an answer"),
    ],
    ids=["no HTTP", "closed"],
)
def test_why_it_is_tried_again_is_said_in_words(script: Script, reason: str) -> None:
    with serving(script) as server:
        (outcome,) = platform(server.url).deliver([work(CHANGED)])
    assert (outcome.kind, outcome.reason) == (OutcomeKind.UNREACHABLE, reason)


def test_nobody_listening_is_tried_again(free_port: int) -> None:
    (outcome,) = platform(f"http://127.0.0.1:{free_port}").deliver([work(CHANGED)])
    assert outcome.kind is OutcomeKind.UNREACHABLE


def test_a_key_that_is_none_is_found_at_the_start() -> None:
    with pytest.raises(GatewayError) as caught:
        platform("http://127.0.0.1:9", "whsk_none")
    assert caught.value.kind.code == "setting_invalid"
    assert caught.value.params["name"] == "PARTY_DEMO_PLATFORM_SECRET"


def test_a_trial_reaches_the_platform_without_telling_it_anything() -> None:
    with serving(saying(b"", "405 Method Not Allowed")) as server:
        assert platform(server.url).check() == ""
    assert [request.method for request in server.requests] == ["HEAD"]


def test_what_the_dialect_writes_it_reads() -> None:
    with serving(saying(b"")) as server:
        party = platform(server.url)
        party.deliver([work(CHANGED)])
    (request,) = server.requests
    message, control = party.dialect.read(Document(request.body, "application/json", request.headers))
    assert (message, control.message_id, control.sent_at) == (CHANGED, "leg_1", NOW)
    with pytest.raises(GatewayError):
        party.dialect.read(Document(b"", "text/plain"), CHANGED)
