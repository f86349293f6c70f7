import gzip
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.transport import http_lines
from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.http import HttpTransport, Terms
from gateway.ports import Document
from tests.adapters.servers import Script, Server, Visit, always, saying, serving

NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
BODY = b"<ask/>"


def post(server: Server | str, seconds: float = 20, terms: Terms | None = None, **headers: str) -> Answer:
    url = server if isinstance(server, str) else server.url
    transport = HttpTransport("zhejiang", url, lambda: NOW, terms)
    document = Document(BODY, "text/xml; charset=utf-8", headers)
    return transport.post(document, Call("FindCover", NOW + timedelta(seconds=seconds)))


def test_the_document_arrives_as_it_is_and_the_answer_comes_back_raw() -> None:
    with serving(saying("<答/>".encode("gb18030"), "500 Oops", "text/html;charset=GBK")) as server:
        answer = post(server, SOAPAction="mainservlet")
    assert answer.status == 500
    assert answer.document == Document("<答/>".encode("gb18030"), "text/html;charset=GBK", answer.headers)
    (request,) = server.requests
    assert (request.method, request.body) == ("POST", BODY)
    assert request.headers["content-type"] == "text/xml; charset=utf-8"
    assert request.headers["soapaction"] == "mainservlet"


def test_a_dialect_names_the_path_behind_the_address_and_the_pseudo_header_stays_here() -> None:
    with serving(saying(b"{}")) as server:
        headers = {":path": "/v1/taxInfo?requestId=1"}
        call = Call("DeclareLevy", NOW + timedelta(seconds=20))
        HttpTransport("tax-hunan", f"{server.url}/tax/", lambda: NOW).post(Document(BODY, "text/xml", headers), call)
    assert server.requests[0].path == "/tax/v1/taxInfo?requestId=1"
    assert ":path" not in server.requests[0].headers


def test_a_party_may_insist_on_its_own_content_type() -> None:
    with serving(saying(b"")) as server:
        post(server, terms=Terms(content_type="text/html;charset=GBK"))
    assert server.requests[0].headers["content-type"] == "text/html;charset=GBK"


def test_a_refused_connection_is_unsent(free_port: int) -> None:
    with pytest.raises(UnsentError, match="refused"):
        post(f"http://127.0.0.1:{free_port}")


def test_a_name_that_is_not_found_is_unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(UnsentError, match="not known"):
        post("http://party.invalid")


def test_a_deadline_that_has_passed_is_unsent_and_nobody_is_called() -> None:
    with serving(saying(b"")) as server, pytest.raises(UnsentError, match="deadline"):
        post(server, seconds=0)
    assert server.visits == 0


def test_an_address_that_is_none_is_unsent() -> None:
    with pytest.raises(UnsentError):
        post("http://127.0.0.1:http/")


def _reset_while_reading(visit: Visit) -> None:
    visit.sock.recv(1)
    visit.reset()


def _reset_after_reading(visit: Visit) -> None:
    visit.read()
    visit.reset()


def _close_after_reading(visit: Visit) -> None:
    visit.read()


def _half_an_answer(visit: Visit) -> None:
    visit.read()
    visit.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<half")


def _half_a_chunk(visit: Visit) -> None:
    visit.read()
    visit.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<half")


def _no_http(visit: Visit) -> None:
    visit.read()
    visit.sock.sendall(b"\x00\x01 110101199003071014 \xff\r\n\r\n")


def _too_long(visit: Visit) -> None:
    visit.read()
    visit.answer(b"x" * 5000)


@pytest.mark.parametrize(
    "script",
    [
        _reset_while_reading,
        _reset_after_reading,
        _close_after_reading,
        _half_an_answer,
        _half_a_chunk,
        _no_http,
        _too_long,
    ],
)
def test_whatever_breaks_after_a_byte_may_have_gone_is_unanswered(script: Script) -> None:
    with serving(script) as server, pytest.raises(UnansweredError) as caught:
        post(server, terms=Terms(reply_limit=4999))
    assert not caught.value.timed_out
    assert "110101199003071014" not in str(caught.value)


def _silent(visit: Visit) -> None:
    visit.read()
    visit.stop.wait()


def _drip(start: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.read()
        visit.sock.sendall(start)
        while not visit.stop.wait(0.02):
            visit.sock.sendall(b"x")

    return script


@pytest.mark.parametrize(
    "script",
    [
        _silent,
        _drip(b"HTTP/1.1 200 OK\r\nContent-Type: "),
        _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
    ],
    ids=["silent", "drips its headers", "drips its body"],
)
def test_one_deadline_ends_the_whole_exchange_however_slowly_bytes_come(script: Script) -> None:
    with serving(script) as server, pytest.raises(UnansweredError) as caught:
        post(server, seconds=1)
    assert caught.value.timed_out


def test_an_answer_of_exactly_the_limit_is_read() -> None:
    with serving(saying(b"x" * 5000)) as server:
        assert len(post(server, terms=Terms(reply_limit=5000)).body) == 5000


def test_an_answer_that_is_packed_unasked_is_unpacked_within_the_limit() -> None:
    def packed(visit: Visit) -> None:
        visit.read()
        visit.answer(gzip.compress(b"x" * 5000), Content_Encoding="gzip")

    with serving(packed, packed) as server:
        assert post(server, terms=Terms(reply_limit=5000)).body == b"x" * 5000
        with pytest.raises(UnansweredError):
            post(server, terms=Terms(reply_limit=4999))


def test_headers_that_come_twice_are_joined() -> None:
    def twice(visit: Visit) -> None:
        visit.read()
        visit.answer(b"", Set_Cookie="a=1\r\nset-cookie: b=2")

    with serving(twice) as server:
        assert post(server).headers["set-cookie"] == "a=1, b=2"


@pytest.mark.parametrize(
    "header",
    [("Cookie", "a\r\nX-Other: b"), ("Cookie", "a\nb"), (":path", "/a b"), (":path", "/a\r\nHost: other")],
)
def test_nothing_that_would_end_a_line_of_the_request_early_is_sent(header: tuple[str, str]) -> None:
    name, value = header
    document = Document(BODY, "text/xml", {name: value})
    with serving(saying(b"")) as server, pytest.raises(UnsentError):
        HttpTransport("zhejiang", server.url, lambda: NOW).post(document, Call("FindCover", NOW + timedelta(seconds=9)))
    assert server.requests == []


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    elsewhere = always(lambda visit, _: visit.answer(b"", "302 Found", location="/elsewhere"))
    with serving(elsewhere) as server:
        assert post(server).status == 302
    assert len(server.requests) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, free_port: int) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("NO_PROXY", "")
    with serving(saying(b"<direct/>")) as server:
        assert post(server).body == b"<direct/>"


def test_connections_serve_again_whichever_thread_used_them_and_cookies_are_not_kept() -> None:
    baking = always(lambda visit, _: visit.answer(b"", set_cookie="JSESSIONID=1; Path=/"))
    with serving(baking) as server:
        transport = HttpTransport("zhejiang", server.url, lambda: NOW)
        call = Call("FindCover", NOW + timedelta(seconds=20))
        threads = [threading.Thread(target=_twice, args=(transport, call)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 6
    assert server.visits <= 3
    assert not any("cookie" in request.headers for request in server.requests)


def _twice(transport: HttpTransport, call: Call) -> None:
    for _ in range(2):
        transport.post(Document(BODY, "text/xml"), call)


def test_a_connection_that_has_been_idle_too_long_is_not_used_again() -> None:
    with serving(saying(b"<a/>")) as server:
        transport = HttpTransport("zhejiang", server.url, lambda: NOW, Terms(idle=0))
        _twice(transport, Call("FindCover", NOW + timedelta(seconds=20)))
    assert server.visits == 2


def test_a_connection_that_the_party_closed_meanwhile_is_made_anew() -> None:
    gone = threading.Event()

    def once(visit: Visit) -> None:
        visit.read()
        visit.answer(b"<first/>")
        visit.sock.shutdown(socket.SHUT_RDWR)
        gone.set()

    with serving(once, saying(b"<second/>")) as server:
        transport = HttpTransport("zhejiang", server.url, lambda: NOW)
        call = Call("FindCover", NOW + timedelta(seconds=20))
        transport.post(Document(BODY, "text/xml"), call)
        assert gone.wait(20)
        assert transport.post(Document(BODY, "text/xml"), call).body == b"<second/>"


def test_the_whole_exchange_works_again_after_one_that_broke() -> None:
    with serving(_half_an_answer, saying(b"<whole/>")) as server:
        transport = HttpTransport("zhejiang", server.url, lambda: NOW)
        call = Call("FindCover", NOW + timedelta(seconds=20))
        with pytest.raises(UnansweredError):
            transport.post(Document(BODY, "text/xml"), call)
        assert transport.post(Document(BODY, "text/xml"), call).body == b"<whole/>"


def test_every_call_passes_its_two_points_also_when_it_fails(monkeypatch: pytest.MonkeyPatch, free_port: int) -> None:
    passed: list[str] = []
    monkeypatch.setattr(http_lines, "passing", passed.append)
    with serving(saying(b"")) as server:
        post(server)
    assert passed == ["call.zhejiang.FindCover.before", "call.zhejiang.FindCover.after"]
    with pytest.raises(UnsentError):
        post(f"http://127.0.0.1:{free_port}")
    assert passed[2:] == passed[:2]


@pytest.mark.parametrize(
    ("script", "raises"),
    [(saying(b"", "405 Method Not Allowed"), None), (_close_after_reading, UnansweredError)],
)
def test_reaching_tries_the_server_without_a_message(script: Script, raises: type[Exception] | None) -> None:
    with serving(script) as server:
        reach: Callable[[datetime], None] = HttpTransport("zhejiang", server.url, lambda: NOW).reach
        if raises is None:
            reach(NOW + timedelta(seconds=20))
        else:
            with pytest.raises(raises):
                reach(NOW + timedelta(seconds=20))
    assert (server.requests[0].method, server.requests[0].body) == ("HEAD", b"")
