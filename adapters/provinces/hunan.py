"""Hunan wants a login: a cookie that every call carries (docs/protocols/molss-hunan.md section 1; seen: wire 2 D1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

from adapters.party import OrdinaryParty, Parts, transport
from adapters.provinces.inquiries import WAYS
from adapters.transport.exchange import (
    Answer,
    Call,
    Heard,
    Sending,
    Transport,
    UnansweredError,
    UnsentError,
    many,
    post_prepared,
)
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.handles import new_handle
from gateway.ports import Control, Document, Now, Party, Sessions

_COOKIE = "JSESSIONID"
_IDLE = timedelta(minutes=25)  # five minutes less than theirs
# What their header says where the session is gone; nothing took effect then.
_LOST = "未登录或会话已超时".encode("gb18030")
# The login's function id carries data of the calling machine (wire 2 D1); ours stands for the gateway, not one host.
_MACHINE = "0.0.0.0|gateway|00-00-00-00-00-00"


class SessionTransport:
    """Gives every document the session's cookie; logs in where there is none or theirs has gone."""

    def __init__(self, inner: Transport, parts: Parts, dialect: TableDialect, sessions: Sessions) -> None:
        self._inner = inner
        self._party = parts.profile.id
        self._user = parts.profile.user
        self._now: Now = parts.now
        self._dialect = dialect
        self._sessions = sessions

    def post(self, document: Document, call: Call) -> Answer:
        """As the inner transport; UnsentError where they do not let us in."""
        sent = self._with_cookie(document, call)
        answer = self._inner.post(sent, call)
        return self._again(sent, call) if _LOST in answer.body else answer

    @property
    def at_once(self) -> bool:
        """As the inner transport."""
        return many(self._inner) is not None

    def post_each(self, sendings: Sequence[Sending], most: int, heard: Heard) -> None:
        """As the inner transport; where their session has gone, each is sent again in a new one."""
        closed: list[UnsentError | UnansweredError] = []

        def prepare(sending: Sending) -> None:
            if closed:
                raise closed[0]  # they do not let us in: nobody else of these need knock
            try:
                sending.document = self._with_cookie(sending.document, sending.call)
            except (UnsentError, UnansweredError) as error:
                closed.append(error)
                raise

        def told(some: Sequence[Sending]) -> None:
            for sending in some:
                if isinstance(sending.result, Answer) and _LOST in sending.result.body:
                    sending.result = self._again_or_why(sending)
            heard(some)

        post_prepared(self._inner, sendings, most, told, prepare)

    def _again(self, sent: Document, call: Call) -> Answer:
        """Once more in another session; nothing took effect in the one that had gone."""
        if sent.headers["Cookie"] == f"{_COOKIE}={self._sessions.get(self._party, _COOKIE)}":
            self._sessions.keep(self._party, _COOKIE, None, self._now())
        return self._inner.post(self._with_cookie(sent, call), call)

    def _again_or_why(self, sending: Sending) -> Answer | UnsentError | UnansweredError:
        try:
            return self._again(sending.document, sending.call)
        except (UnsentError, UnansweredError) as error:
            return error

    def reach(self, deadline: datetime) -> None:
        """As the inner transport."""
        self._inner.reach(deadline)

    def _with_cookie(self, document: Document, call: Call) -> Document:
        cookie = self._sessions.get(self._party, _COOKIE) or self._logged_in(call)
        return replace(document, headers={**document.headers, "Cookie": f"{_COOKIE}={cookie}"})

    def _logged_in(self, call: Call) -> str:
        now = self._now()
        control = Control(new_handle("login", now), self._user, self._party, now, {"machine": _MACHINE})
        answer = self._inner.post(self._dialect.write_question("Login", control), replace(call, message="Login"))
        try:
            self._dialect.read_answer("Login", answer.document)
        except GatewayError as error:
            raise UnsentError(f"{self._party} refused the login: {error}") from error
        found = SimpleCookie(answer.headers.get("set-cookie", "")).get(_COOKIE)
        if found is None:
            raise UnsentError(f"{self._party} answered the login without a session cookie")
        self._sessions.keep(self._party, _COOKIE, found.value, now + _IDLE)
        return found.value


def party(parts: Parts) -> Party:
    """Hunan's system."""
    if not isinstance(parts.dialect, TableDialect) or parts.sessions is None:
        raise GatewayError(
            "setting_invalid", name="hunan", reason="it needs its table dialect and a place for sessions"
        )
    line = SessionTransport(transport(parts), parts, parts.dialect, parts.sessions)
    return OrdinaryParty(parts.profile, parts.dialect, line, WAYS, parts.now)
