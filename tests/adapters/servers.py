"""Tiny real servers on the loopback: each connection follows a script, so that every way to fail can be played."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Visit"], None]


@dataclass
class Request:
    """What a client sent: method, path, headers by lower-case name, body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Visit:
    """One connection that a client made."""

    sock: Any
    stop: threading.Event
    requests: list[Request]

    def read(self) -> Request | None:
        """Read one whole request; None where the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += self.sock.recv(65536)
        request = Request(method, path, headers, body)
        self.requests.append(request)
        return request

    def answer(self, body: bytes, status: str = "200 OK", media_type: str = "text/xml", **headers: str) -> None:
        """Send one whole answer."""
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        self.sock.sendall(head.encode("latin-1") + body)

    def reset(self) -> None:
        """Break the connection off with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@dataclass
class Server:
    """A listening server and what it has seen."""

    port: int
    scheme: str
    stop: threading.Event
    requests: list[Request] = field(default_factory=list)
    visits: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def serving(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve: the first connection follows the first script and so on; the last script serves all that come after."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname()[1], "https" if tls else "http", threading.Event())
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []

    def visit(sock: socket.socket, script: Script) -> None:
        try:
            with tls.wrap_socket(sock, server_side=True) if tls else sock as wrapped:
                script(Visit(wrapped, server.stop, server.requests))
        except OSError:
            pass  # the client went away, which many tests are about

    def listen() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.settimeout(30)
            script = scripts[min(server.visits, len(scripts) - 1)]
            server.visits += 1
            sockets.append(sock)
            threads.append(threading.Thread(target=visit, args=(sock, script), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=listen, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        server.stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in (accepting, *threads):
            thread.join(10)


def always(respond: Callable[[Visit, Request], None]) -> Script:
    """A script that answers every request of a connection until the client leaves."""

    def script(visit: Visit) -> None:
        while (request := visit.read()) is not None:
            respond(visit, request)

    return script


def saying(body: bytes, status: str = "200 OK", media_type: str = "text/xml") -> Script:
    """A script that gives the same answer to every request."""
    return always(lambda visit, _: visit.answer(body, status, media_type))


def close(visit: Visit) -> None:
    """Read and hang up."""
    visit.read()


def reset(visit: Visit) -> None:
    """Break off in the middle of reading."""
    visit.sock.recv(1)
    visit.reset()


def half(visit: Visit) -> None:
    """Answer half."""
    visit.read()
    visit.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<soap:Envelope")


def silent(visit: Visit) -> None:
    """Read and say nothing."""
    visit.read()
    visit.stop.wait()
