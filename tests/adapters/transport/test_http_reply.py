"""Answers of HTTP/1, in whatever pieces their bytes come."""

import http.client

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transport.http_reply import Reply, TooLongError

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;why=not\r\n<a/\r\n1\r\n>\r\n0\r\nX-Sum: 1\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN
FOLDED = b"HTTP/1.1 200 Fine\nContent-Length: 4\nX-Long: one\n two\nX-LONG: three\n\n<a/>"
EMPTY = b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n"


def taken(pieces: list[bytes], limit: int = 100) -> tuple[Reply, list[bool]]:
    reply = Reply(limit)
    return reply, [reply.take(piece) for piece in pieces]


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED, INTERIM, FOLDED])
@given(data=st.data())
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(answer: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(answer) - 1))))
    pieces = [answer[start:end] for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    reply, whole = taken(pieces)
    assert whole == [False] * len(cuts) + [True]
    assert (reply.answer().status, reply.answer().body) == (200, b"<a/>")
    assert reply.keeps_connection


def test_folded_and_repeated_headers_are_put_together() -> None:
    reply, _ = taken([FOLDED])
    assert reply.answer().headers["x-long"] == "one two, three"


def test_an_answer_without_content_has_none_whatever_length_it_names() -> None:
    reply, whole = taken([EMPTY])
    assert (whole, reply.answer().body, reply.keeps_connection) == ([True], b"", True)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    reply, whole = taken([b"HTTP/1.1 200 OK\r\n\r\n<a", b"/>"])
    assert whole == [False, False]
    reply.end()
    assert reply.answer().body == b"<a/>"
    assert not reply.keeps_connection


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nConnection: close\r\n", b"HTTP/1.0 200 OK\r\n"],
)
def test_a_connection_is_not_used_again_where_the_party_will_close_it(head: bytes) -> None:
    reply, whole = taken([head + b"Content-Length: 0\r\n\r\n"])
    assert whole == [True]
    assert not reply.keeps_connection


def test_a_connection_on_which_more_came_than_the_answer_is_not_used_again() -> None:
    reply, whole = taken([PLAIN + b"HTTP/1.1 200 OK"])
    assert whole == [True]
    assert reply.answer().body == b"<a/>"
    assert not reply.keeps_connection


@pytest.mark.parametrize("answer", [b"", PLAIN[:-1], PLAIN[:20], CHUNKED[:-2]])
def test_a_connection_that_ends_within_an_answer_leaves_none(answer: bytes) -> None:
    reply = Reply(100)
    assert not reply.take(answer)
    with pytest.raises((http.client.IncompleteRead, http.client.RemoteDisconnected)):
        reply.end()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2000 Long\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    ],
)
def test_what_is_no_answer_of_http_is_refused(answer: bytes) -> None:
    with pytest.raises((http.client.HTTPException, ValueError)):
        taken([answer])


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101,
    ],
)
def test_an_answer_over_the_limit_is_refused_as_soon_as_that_is_known(answer: bytes) -> None:
    with pytest.raises(TooLongError):
        taken([answer])
