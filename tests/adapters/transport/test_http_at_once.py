"""Several exchanges at once in one thread: each has its own line, its own deadline and its own end."""

import os
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.transport.exchange import Answer, Call, Sending, UnansweredError, UnsentError
from adapters.transport.http import HttpTransport, Terms
from adapters.transport.http_opening import Trust
from gateway.ports import Document
from tests.adapters.servers import Script, Server, Visit, always, half, reset, saying, serving, silent
from tests.adapters.transport.test_tls import certificate, context

NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)


def sendings(count: int, seconds: float = 20, each: float | None = None) -> list[Sending]:
    call = Call("FindCover", NOW + timedelta(seconds=seconds), seconds=each)
    return [Sending(Document(b"<ask n='%d'/>" % number, "text/xml"), call) for number in range(count)]


def carried(server: Server | str, given: list[Sending], most: int, terms: Terms | None = None) -> list[list[Sending]]:
    """What was heard, in the pieces in which it was heard."""
    heard: list[list[Sending]] = []

    def hear(some: Sequence[Sending]) -> None:
        heard.append(list(some))

    url = server if isinstance(server, str) else server.url
    HttpTransport("zhejiang", url, lambda: NOW, terms).post_each(given, most, hear)
    return heard


def echo(visit: Visit) -> None:
    always(lambda visit, request: visit.answer(request.body))(visit)


def together(count: int) -> Script:
    """Answers nobody before `count` connections have asked."""
    barrier = threading.Barrier(count, timeout=20)

    def script(visit: Visit) -> None:
        request = visit.read()
        barrier.wait()
        visit.answer(request.body if request else b"")

    return script


def flat(heard: Sequence[Sequence[Sending]]) -> list[Sending]:
    return [sending for some in heard for sending in some]


def bodies(given: Sequence[Sending]) -> list[bytes]:
    return [each.result.body for each in given if isinstance(each.result, Answer)]


def test_exchanges_are_under_way_at_once_and_each_gets_its_own_answer() -> None:
    given = sendings(5)
    with serving(together(5)) as server:
        heard = carried(server, given, 5)
    assert bodies(given) == [each.document.body for each in given]
    assert sorted(map(given.index, flat(heard))) == list(range(5))


def test_no_more_are_under_way_than_the_party_takes_and_their_lines_serve_the_next() -> None:
    given = sendings(9)
    with serving(echo) as server:
        carried(server, given, 3)
    assert bodies(given) == [each.document.body for each in given]
    assert server.visits == 3


@pytest.mark.parametrize("broken", [reset, half, silent])
def test_one_that_breaks_takes_none_of_the_others_with_it(broken: Script) -> None:
    given = sendings(4, seconds=1 if broken is silent else 20)
    with serving(broken, echo) as server:
        heard = carried(server, given, 2)
    assert isinstance(given[0].result, UnansweredError)
    assert given[0].result.timed_out is (broken is silent)
    assert bodies(given) == [each.document.body for each in given[1:]]
    assert len(flat(heard)) == 4
    if broken is silent:
        assert given[0] not in flat(heard[:-1]), "the others were heard of while it was silent"


def test_the_time_of_an_exchange_begins_when_it_leaves() -> None:
    given = sendings(3, seconds=30, each=0.5)
    with serving(silent, silent, echo) as server:
        carried(server, given, 1)
    assert [type(each.result) for each in given] == [UnansweredError, UnansweredError, Answer]


def test_what_has_no_time_left_is_unsent() -> None:
    given = [*sendings(1, seconds=0), *sendings(1)]
    with serving(echo) as server:
        carried(server, given, 2)
    assert [type(each.result) for each in given] == [UnsentError, Answer]
    assert len(server.requests) == 1


def test_what_is_no_request_is_unsent_alone() -> None:
    given = sendings(2)
    given[0].document = Document(b"<a/>", "text/xml", {":path": "/a b"})
    with serving(echo) as server:
        carried(server, given, 2)
    assert [type(each.result) for each in given] == [UnsentError, Answer]


def test_where_nothing_answers_all_are_unsent(free_port: int) -> None:
    given = sendings(3)
    carried(f"http://127.0.0.1:{free_port}", given, 2)
    assert [type(each.result) for each in given] == [UnsentError] * 3


def test_a_long_document_goes_out_in_pieces_and_a_long_answer_comes_in_pieces() -> None:
    given = sendings(2)
    for each in given:
        each.document = Document(b"x" * (8 << 20), "text/xml")
    with serving(echo) as server:
        carried(server, given, 2, Terms(reply_limit=8 << 20))
    assert [len(body) for body in bodies(given)] == [8 << 20] * 2


def test_it_is_the_same_on_secured_connections(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    given = sendings(6)
    with serving(echo, tls=context(pem)) as server:
        carried(server, given, 3, Terms(ca_file=str(pem)))
    assert bodies(given) == [each.document.body for each in given]
    assert server.visits == 3


def test_a_handshake_that_hangs_holds_up_none_of_the_others(tmp_path: Path) -> None:
    pem = certificate(tmp_path)

    def never_shakes(visit: Visit) -> None:
        visit.stop.wait()

    def secured(visit: Visit) -> None:
        with context(pem).wrap_socket(visit.sock, server_side=True) as sock:
            echo(Visit(sock, visit.stop, visit.requests))

    given = sendings(4)
    with serving(never_shakes, secured) as server:
        terms = Terms(ca_file=str(pem), connect=1)
        heard = carried(server.url.replace("http:", "https:"), given, 2, terms)
    assert [type(each.result) for each in given] == [UnsentError, Answer, Answer, Answer]
    assert given[0] not in flat(heard[:-1]), "the others were heard of while it was secured"


def test_connections_that_nobody_takes_are_tried_together_and_what_waits_is_not_tried() -> None:
    given = sendings(6)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        filling = [socket.socket() for _ in range(4)]
        for each in filling:  # from here on nobody is let in
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        heard = carried(f"http://127.0.0.1:{full.getsockname()[1]}", given, 3, Terms(connect=0.3))
        for each in filling:
            each.close()
    assert [type(each.result) for each in given] == [UnsentError] * 6
    assert len(flat(heard)) == 6


def test_the_next_address_is_tried_where_one_refuses(monkeypatch: pytest.MonkeyPatch, free_port: int) -> None:
    with serving(echo) as server:
        there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (free_port, server.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: there)
        given = sendings(3)
        carried("http://party.example", given, 2)
    assert bodies(given) == [each.document.body for each in given]


def test_renewed_files_of_a_certificate_are_read_anew(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    trust = Trust(str(pem), str(pem), str(pem))
    first = trust.context()
    assert trust.context() is first
    certificate(tmp_path)
    os.utime(pem, ns=(1, 1))  # whatever the file system's clock makes of a second
    assert trust.context() is not first


def test_an_answer_without_an_end_is_whole_when_the_party_closes() -> None:
    def open_ended(visit: Visit) -> None:
        visit.read()
        visit.sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n<a/>")

    given = sendings(2)
    with serving(open_ended, saying(b"<b/>")) as server:
        carried(server, given, 1)
    assert bodies(given) == [b"<a/>", b"<b/>"]
