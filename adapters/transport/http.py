"""HTTP to one party: one session per thread, one deadline per exchange, no redirects, nothing from the environment."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.wire import WatchedAdapter, watch
from gateway.points import passing
from gateway.ports import Document, Now

PATH = ":path"
"""Pseudo-header with which a dialect names what follows the party's address: `/v1/taxInfo?requestId=...`."""

_MILLION = 1 << 20


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
    used: float = 0.0


class HttpTransport:
    """Posts ready bytes to `url`. A message may have been received unless UnsentError says that none was."""

    def __init__(self, party: str, url: str, now: Now, terms: Terms | None = None) -> None:
        self._party = party
        self._url = url.rstrip("/")
        self._now = now
        self._terms = terms or Terms()
        self._line = _Line()

    def post(self, document: Document, call: Call) -> Answer:
        """Send `document`; the whole answer of any status. Errors: UnsentError, UnansweredError."""
        headers = CaseInsensitiveDict(
            {name: value for name, value in document.headers.items() if not name.startswith(":")},
        )
        headers["Content-Type"] = self._terms.content_type or document.media_type
        headers["Content-Length"] = str(len(document.body))
        request = _prepared("POST", self._url + document.headers.get(PATH, ""), headers, document.body)
        return self._exchange(request, call)

    def reach(self, deadline: datetime) -> None:
        """Ask for the headers at the address: name, route, certificate and server are all tried, nothing is changed."""
        self._exchange(_prepared("HEAD", self._url, CaseInsensitiveDict(), None), Call("check", deadline))

    def _exchange(self, request: requests.PreparedRequest, call: Call) -> Answer:
        seconds = (call.deadline - self._now()).total_seconds()
        if seconds <= 0:
            raise UnsentError("the deadline had passed before anything could be sent")
        watch.begin(seconds)
        passing(f"call.{self._party}.{call.message}.before")
        try:
            return self._answer(request)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            self._drop()
            raise _failure(error) from error
        finally:
            passing(f"call.{self._party}.{call.message}.after")

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        terms = self._terms
        session = self._session()
        reply = session.get_adapter(str(request.url)).send(
            request,
            stream=True,
            timeout=(min(terms.connect, watch.remaining), watch.remaining),
            verify=terms.ca_file or True,
            cert=(terms.certificate, terms.key) if terms.certificate else None,
        )
        body = reply.raw.read(terms.reply_limit + 1, decode_content=True)
        if len(body) > terms.reply_limit:
            raise _TooLongError(f"the answer is longer than {terms.reply_limit} bytes")
        self._line.used = time.monotonic()
        return Answer(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, body)

    def _session(self) -> requests.Session:
        line = self._line
        if line.session is not None and time.monotonic() - line.used > self._terms.idle:
            # A server that closes an idle connection while we write to it leaves us without an answer and in doubt.
            self._drop()
        if line.session is None:
            line.session = _new_session()
        return line.session

    def _drop(self) -> None:
        if self._line.session is not None:
            self._line.session.close()
            self._line.session = None


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, WatchedAdapter())
    return session


def _prepared(method: str, url: str, headers: CaseInsensitiveDict[str], body: bytes | None) -> requests.PreparedRequest:
    """A request of ready bytes: what `requests` would work out is known already."""
    request = requests.PreparedRequest()
    request.method, request.url, request.headers, request.body = method, url, headers, body
    headers.setdefault("User-Agent", "social-insurance-gateway")
    headers.setdefault("Accept-Encoding", "identity")
    return request


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
