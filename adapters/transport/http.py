"""HTTP to one party: kept connections, one deadline per exchange, no redirects, nothing of the environment.

A document is written straight to its connection, in one piece: between them the libraries take several times as long
over a request as the request itself takes. `requests` only tries an address (`reach`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from adapters.transport.exchange import Answer, Call, Heard, Sending, UnansweredError, UnsentError
from adapters.transport.http_lines import FAILURES, Exchanges, Lines, reason
from adapters.transport.http_opening import Line, Trust
from adapters.transport.wire import WatchedAdapter, watch
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
    `content_type`: what is sent instead of the dialect's own, where a party insists. `by_status`: nothing of an answer
    counts but its status, so one whose body is endless, too long or broken is an answer.
    """

    connect: float = 3.0
    reply_limit: int = _MILLION
    idle: float = 4.0
    ca_file: str = ""
    certificate: str = ""
    key: str = ""
    content_type: str = ""
    by_status: bool = False


class HttpTransport:
    """Posts ready bytes to `url`. A message may have been received unless UnsentError says that none was."""

    at_once = True

    def __init__(self, party: str, url: str, now: Now, terms: Terms | None = None) -> None:
        self._party = party
        self._url = url.rstrip("/")
        self._now = now
        self._terms = terms or Terms()
        parts = urlsplit(self._url)
        self._host, self._path = parts.netloc.rpartition("@")[2], parts.path
        self._trust: dict[str, Any] = {
            "verify": self._terms.ca_file or True,
            "cert": (self._terms.certificate, self._terms.key) if self._terms.certificate else None,
        }
        trust = Trust(self._terms.ca_file, self._terms.certificate, self._terms.key)
        self._lines = Lines(partial(Line, self._url, trust), self._terms.idle)

    def post(self, document: Document, call: Call) -> Answer:
        """Send `document`; the whole answer of any status. Errors: UnsentError, UnansweredError."""
        sending = Sending(document, call)
        self.post_each([sending], 1, lambda _: None)
        if isinstance(sending.result, Answer):
            return sending.result
        raise sending.result or UnsentError("nothing was sent")

    def post_each(self, sendings: Sequence[Sending], most: int, heard: Heard) -> None:
        """Send each document on a line of its own, at most `most` at once; the result of each as `post`."""
        by_status = self._terms.by_status
        exchanges = Exchanges(self._party, self._lines, self._now, self._request, by_status=by_status)
        exchanges.carry(sendings, most, heard, connect=self._terms.connect, limit=self._terms.reply_limit)

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
        except FAILURES as error:
            raise _failure(error) from error
        finally:
            passing(f"call.{self._party}.{call.message}.after")

    def _request(self, sending: Sending) -> bytes:
        document = sending.document
        headers = {name: value for name, value in document.headers.items() if not name.startswith(":")}
        headers["Content-Type"] = self._terms.content_type or document.media_type
        headers["Content-Length"] = str(len(document.body))
        path = (self._path + document.headers.get(PATH, "")) or "/"
        return _head(path, {"Host": self._host, **_COMMON, **headers}) + document.body


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
    if not watch.sent:
        return UnsentError(reason(error))
    return UnansweredError(reason(error), timed_out=not watch.remaining)
