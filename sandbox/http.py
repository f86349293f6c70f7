"""A small HTTP/1.1 server on one event loop. Unlike a library's, it can hang up without an answer, now or later.

Handlers never wait: an answer that is to be late says so, and thousands of late answers cost nothing.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MAX_BYTES = 16 * 1024 * 1024
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are lower case; `query` is as sent, without the question mark."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, sent `after` seconds."""

    body: bytes
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0


@dataclass(frozen=True, slots=True)
class HangUp:
    """No answer: the connection is closed `after` seconds."""

    after: float = 0


Answer = Reply | HangUp
Handler = Callable[[Request], Answer]
Gate = Callable[[str], bool]


class Server:
    """Listens where it is told. `gate` is asked with the path before the body is read; False hangs up."""

    def __init__(self, address: tuple[str, int], handler: Handler, gate: Gate) -> None:
        self._handler = handler
        self._gate = gate
        self._listener = socket.create_server(address, backlog=512)
        self._closing: Callable[[], object] = self._listener.close
        self._talking: set[_Conversation] = set()
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Answer until `close`."""
        asyncio.run(self._serve())

    def close(self) -> None:
        """Stop listening and hang up everywhere; from any thread or signal handler."""
        self._closing()

    async def _serve(self) -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        server = await loop.create_server(self._converse, sock=self._listener)
        self._closing = lambda: loop.call_soon_threadsafe(done.set)
        await done.wait()
        server.close()
        for conversation in list(self._talking):
            conversation.hang_up()
        await asyncio.sleep(0)  # lets the connections close

    def _converse(self) -> "_Conversation":
        return _Conversation(self._handler, self._gate, self._talking)


class _BadRequestError(Exception):
    """What came is not HTTP as this server reads it; the connection is closed."""


class _Conversation(asyncio.Protocol):
    """One connection: requests one after the other, each answered before the next is read."""

    def __init__(self, handler: Handler, gate: Gate, talking: "set[_Conversation]") -> None:
        self._handler = handler
        self._gate = gate
        self._talking = talking
        self._kept = b""
        self._head: tuple[str, str, dict[str, str]] | None = None
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # TCP servers get no other kind
        self._talking.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._talking.discard(self)

    def hang_up(self) -> None:
        """Close without another word."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._kept += data
        try:
            while not self._busy and not self._transport.is_closing() and self._next():
                pass
        except (_BadRequestError, ValueError):
            self.hang_up()

    def _next(self) -> bool:
        """Answer the next request where all of it is here; False where more must come."""
        if self._head is None and not self._take_head():
            return False
        method, target, headers = self._head  # type: ignore[misc]  # just taken
        body = self._chunks() if "chunked" in headers.get("transfer-encoding", "") else self._counted(headers)
        if body is None:
            return False
        self._head = None
        path, _, query = target.partition("?")
        answer = self._handler(Request(method, path, query, headers, body))
        last = headers.get("connection", "").lower() == "close"
        if answer.after:
            self._busy = True
            asyncio.get_running_loop().call_later(answer.after, self._resume, answer, last)
        else:
            self._say(answer, last=last)
        return True

    def _resume(self, answer: Answer, last: bool) -> None:  # noqa: FBT001 - call_later passes by position
        self._busy = False
        if not self._transport.is_closing():
            self._say(answer, last=last)
            self.data_received(b"")

    def _say(self, answer: Answer, *, last: bool) -> None:
        if isinstance(answer, HangUp):
            self.hang_up()
            return
        self._transport.write(_bytes_of(answer))
        if last:
            self._transport.close()

    def _take_head(self) -> bool:
        end = self._kept.find(b"\r\n\r\n")
        if end < 0:
            return self._more()
        first, *lines = self._kept[:end].decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        self._kept = self._kept[end + 4 :]
        if not self._gate(target.partition("?")[0]):
            self.hang_up()
            return False
        self._head = method, target, headers
        if "expect" in headers:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _counted(self, headers: Mapping[str, str]) -> bytes | None:
        size = int(headers.get("content-length", "0"))
        if len(self._kept) < size:
            self._more()
            return None
        body, self._kept = self._kept[:size], self._kept[size:]
        return body

    def _chunks(self) -> bytes | None:
        body, rest = b"", self._kept
        with contextlib.suppress(ValueError):  # raised where the end has not come yet
            while True:
                line, rest = rest.split(b"\r\n", 1)
                size = int(line.split(b";")[0], 16)
                if len(rest) < size + 2:
                    break
                body, rest = body + rest[:size], rest[size + 2 :]
                if size == 0:
                    self._kept = rest
                    return body
        self._more()
        return None

    def _more(self) -> bool:
        """More must come; _BadRequestError where too much has."""
        if len(self._kept) > MAX_BYTES:
            raise _BadRequestError
        return False


def _bytes_of(reply: Reply) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} {_PHRASES.get(reply.status, '')}",
        f"Content-Type: {reply.media_type}",
        f"Content-Length: {len(reply.body)}",
        *(f"{name}: {value}" for name, value in reply.headers.items()),
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body
