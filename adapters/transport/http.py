"""HTTP to one party: one connection per thread, one deadline per exchange, no redirects, nothing of the environment.

`requests` opens and secures the connections, and tries addresses. A document is written straight to the connection,
in one piece: between them the libraries take several times as long over a request as the request itself takes.
"""

import http.client
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.wire import Connection, WatchedAdapter, watch, whole
from gateway.points import passing
from gateway.ports import Document, Now

PATH = ":path"
"""Pseudo-header with which a dialect names what follows the party's address: `/v1/taxInfo?requestId=...`."""

_MILLION = 1 << 20
_NO_PATH = re.compile(r"[^\x21-\x7e]")
_NO_HEADER = re.compile(r"[\x00\r\n]")
_COMMON = {"User-Agent": "social-insurance-gateway", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Terms:
    """Conditions of one connection.

    `connect`: seconds for the connection alone. `reply_limit`: bytes of an answer read at most. `idle`: seconds
    after which an unused connection is not trusted any more: fewer than the five after which common servers close it.
    `ca_file`: whom we believe, the platform's list where empty. `certificate`, `key`: files that show who we are.
    `content_type`: what is sent instead of the dialect's own, where a party insists.
    """

    connect: float = 3.0
    reply_limit: int = _MILLION
    idle: float = 4.0
    ca_file: str = ""
    certificate: str = ""
    key: str = ""
    content_type: str = ""


class _TooLongError(ValueError):
    """The party answers more than we read."""


class _Line(threading.local):
    """What one thread keeps for one party."""

    session: requests.Session | None = None
    connection: Connection | None = None
    used: float = 0.0


class HttpTransport:
    """Posts ready bytes to `url`. A message may have been received unless UnsentError says that none was."""

    def __init__(self, party: str, url: str, now: Now, terms: Terms | None = None) -> None:
        self._party = party
        self._url = url.rstrip("/")
        self._now = now
        self._terms = terms or Terms()
        self._line = _Line()
        parts = urlsplit(self._url)
        self._host, self._path = parts.netloc.rpartition("@")[2], parts.path
        self._trust: dict[str, Any] = {
            "verify": self._terms.ca_file or True,
            "cert": (self._terms.certificate, self._terms.key) if self._terms.certificate else None,
        }

    def post(self, document: Document, call: Call) -> Answer:
        """Send `document`; the whole answer of any status. Errors: UnsentError, UnansweredError."""
        headers = {name: value for name, value in document.headers.items() if not name.startswith(":")}
        headers["Content-Type"] = self._terms.content_type or document.media_type
        headers["Content-Length"] = str(len(document.body))
        with self._exchange(call):
            path = (self._path + document.headers.get(PATH, "")) or "/"
            return self._answer(_head(path, {"Host": self._host, **_COMMON, **headers}), document.body)

    def reach(self, deadline: datetime) -> None:
        """Ask for the headers at the address: name, route, certificate and server are all tried, nothing is changed."""
        with self._exchange(Call("check", deadline)), _new_session() as session:
            request = _prepared("HEAD", self._url)
            _adapter(session, self._url).send(request, stream=True, timeout=self._patience, **self._trust)

    @property
    def _patience(self) -> tuple[float, float]:
        """Seconds to connect, and for each packet of an answer."""
        return min(self._terms.connect, watch.remaining), watch.remaining

    @contextmanager
    def _exchange(self, call: Call) -> Iterator[None]:
        seconds = (call.deadline - self._now()).total_seconds()
        if seconds <= 0:
            raise UnsentError("the deadline had passed before anything could be sent")
        watch.begin(seconds)
        passing(f"call.{self._party}.{call.message}.before")
        try:
            yield
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            self._drop()
            raise _failure(error) from error
        finally:
            passing(f"call.{self._party}.{call.message}.after")

    def _answer(self, head: bytes, body: bytes) -> Answer:
        limit, connection = self._terms.reply_limit, self._connection()
        connection.send(head + body)
        with connection.reply("POST") as reply:
            given = whole(reply, limit + 1)
        if len(given) > limit:
            raise _TooLongError(f"the answer is longer than {limit} bytes")
        if reply.will_close:
            self._drop()
        self._line.used = time.monotonic()
        headers: dict[str, str] = {}
        for name, value in reply.getheaders():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        return Answer(reply.status, headers, given)

    def _connection(self) -> Connection:
        """This thread's connection, which is made, or made anew, when something is sent."""
        line = self._line
        if line.session is not None and time.monotonic() - line.used > self._terms.idle:
            # A server that closes an idle connection while we write to it leaves us without an answer and in doubt.
            self._drop()
        if line.session is None or line.connection is None:
            line.session = _new_session()
            line.connection = _adapter(line.session, self._url).connection(self._url, **self._trust)
        elif not line.connection.is_connected:
            line.connection.close()
        line.connection.timeout = self._patience[0]
        return line.connection

    def _drop(self) -> None:
        line = self._line
        if line.connection is not None:
            line.connection.close()
        if line.session is not None:
            line.session.close()
        line.session = line.connection = None


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, WatchedAdapter())
    return session


def _adapter(session: requests.Session, url: str) -> WatchedAdapter:
    return cast("WatchedAdapter", session.get_adapter(url))


def _prepared(method: str, url: str) -> requests.PreparedRequest:
    """A request whose parts are known already."""
    request = requests.PreparedRequest()
    request.method, request.url, request.headers = method, url, CaseInsensitiveDict(_COMMON)
    return request


def _head(path: str, headers: Mapping[str, str]) -> bytes:
    """A request up to its body; ValueError where something would end a line of it early (RFC 9112, section 2.2)."""
    if _NO_PATH.search(path) or any(map(_NO_HEADER.search, headers.values())):
        raise ValueError("a path or header holds what no HTTP request may hold")
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _failure(error: Exception) -> UnsentError | UnansweredError:
    reason = _reason(error)
    if not watch.sent:
        return UnsentError(reason)
    return UnansweredError(reason, timed_out=not watch.remaining)


def _reason(error: BaseException) -> str:
    """The innermost cause in one line. Errors of the system speak for themselves; others may quote what came."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return str(cause) if isinstance(cause, OSError | _TooLongError) else type(cause).__name__
