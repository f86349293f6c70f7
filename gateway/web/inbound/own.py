"""A province calls us in its own dialect: it proves itself, its call is kept, read, carried and answered in one line.

Credentials stand where the dialect has them, and are those of the register of callers. Scope, kinds of caller, purpose
and consent are those of the same operation at /soap/gateway. What goes wrong is told in the dialect's own words, with
HTTP 200 where its document names no other `:status`: these systems look inside (wire facts, 2.9 rule 2).
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from flask import Response

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.dialect_called import Called, called, loses
from gateway.mapping.dialect_table import SUBSTITUTED, TableDialect
from gateway.model.handles import new_handle
from gateway.model.messages import Message
from gateway.ports import Control, Document, Party
from gateway.security.wsse import Credential
from gateway.services import substitutes
from gateway.web import body, caller
from gateway.web.call import Call
from gateway.web.caller import Caller
from gateway.web.clients import Clients
from gateway.web.inbound.signed import check_signature
from gateway.web.problems import shown
from gateway.web.soap.operations import Asked, served
from gateway.web.wording import localised

_US = "gateway"
_UNIDENTIFIED = "unidentified"
_UNANSWERED = "unanswered"
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_PAGES = ("startrow", "page")

# What their clients want before they ask. Nothing hangs on it here: every call proves itself.
_OPENINGS: Mapping[str, Callable[[datetime], Mapping[str, str]]] = {
    "Login": lambda _: {"session": secrets.token_hex(16).upper()},
    "SignIn": lambda now: {"cycle": f"{now.astimezone(BEIJING):%Y%m%d}000001"},
    "SignOut": lambda _: {},
}


@runtime_checkable
class PushCheck(Protocol):
    """A party that can tell its own pushes from anybody else's."""

    def admits(self, document: Document) -> str | None:
        """Why the push is not admitted; None where it is the party's own."""
        ...


def own_dialect(party: Party) -> TableDialect | None:
    """The dialect in which a party calls us; None for one that signs what it pushes, or has no tables."""
    dialect = party.dialect
    return dialect if isinstance(dialect, TableDialect) and not isinstance(party, PushCheck) else None


def respond(call: Call, party: Party, dialect: TableDialect, document: Document) -> Response:
    """Answer one call of `party`; whatever goes wrong is an answer too."""
    answer = _answer(call, party, dialect, document)
    try:
        body.record_answer(call, party.id, call.name, answer.media_type, answer.body)
    except Exception as found:  # noqa: BLE001 - a question was asked and nothing done: the caller hears at least that
        answer = _refused(dialect, shown(found, call.id), call)
    headers = {name: value for name, value in answer.headers.items() if not name.startswith(":")}
    status = int(answer.headers.get(":status", 200))
    return Response(answer.body, status, {**headers, "Cache-Control": "no-store"}, content_type=answer.media_type)


def _answer(call: Call, party: Party, dialect: TableDialect, document: Document) -> Document:
    message: Message | None = None
    control: Control | None = None
    try:
        said, known = _let_in(call, party, dialect, document)
        if said.question in _OPENINGS:
            return _opened(call, party, dialect, said.question)
        operation = served(said.message or said.question or "a call of this kind")
        known.check(operation.scope, operation.kinds)
        message, read = _read(dialect, document, said)
        control = _answering(call, party, read)
        _check_page(read)
        asked = Asked(call.id, whole=_UNANSWERED in loses(dialect, said.message))
        reply = operation.verb(call.runtime, known.party, message, asked)
        written = dialect.write(reply, control, about=message)
        ours = {party.id: written.headers[SUBSTITUTED]} if SUBSTITUTED in written.headers else {}
        return replace(written, headers={**written.headers, **substitutes.header(asked.kept_as | ours)})
    except Exception as found:  # noqa: BLE001 - whatever it is, the caller is told in the caller's own words
        return _refused(dialect, shown(found, call.id), call, message, control)


def _let_in(call: Call, party: Party, dialect: TableDialect, document: Document) -> tuple[Called, Caller]:
    """What is asked and by whom. The document is in the journal when this returns, and also when it fails."""
    sender, kept = _UNIDENTIFIED, dialect.blank(document)
    try:
        said = called(dialect, document)
        known = call.identified = _caller(call, party, said)
        sender, kept = party.id, _without(call.doors.clients.credential_of(said.user), kept)
    finally:
        body.record(call, sender, call.name, kept)
    return said, known


def _without(credential: Credential | None, kept: bytes) -> bytes:
    """`kept` without the caller's password, wherever it may stand beside its usual place."""
    written = {credential.secret.encode(encoding) for encoding in _ENCODINGS} if credential else ()
    for secret in written:
        kept = kept.replace(secret, b"")
    return kept


def _caller(call: Call, party: Party, said: Called) -> Caller:
    authorization = call.header("AUTHORIZATION")
    if authorization:
        known = caller.by_token(call.doors, authorization, call.runtime.now())
    else:
        if said.signature:
            check_signature(call, said)
        else:
            _check_password(call.doors.clients, said)
        known = caller.by_user(call.doors, said.user)
    if known.party != party.id:
        raise GatewayError("authentication_needed", reason="the caller is not the party of this address")
    return known


def _check_password(clients: Clients, said: Called) -> None:
    credential = clients.credential_of(said.user)
    expected = "" if credential is None else credential.secret
    # JSON can say half a character.
    same = hmac.compare_digest(expected.encode(), said.secret.encode(errors="surrogatepass"))
    if not expected or not same:
        raise GatewayError("authentication_needed", reason="the user name or the password is wrong")


def _opened(call: Call, party: Party, dialect: TableDialect, question: str) -> Document:
    now = call.runtime.now()
    extra = {**_OPENINGS[question](now), "their_serial": new_handle("msg", now)}
    return dialect.write_answer(question, (), Control("", _US, party.id, now, extra))


def _read(dialect: TableDialect, document: Document, said: Called) -> tuple[Message, Control]:
    try:
        return dialect.read(document)
    except GatewayError as error:
        if error.kind.code != "unreadable":
            raise
        reason = error.params.get("reason", "")
        raise GatewayError("request_unreadable", message=said.message, reason=reason) from error


def _check_page(control: Control) -> None:
    """Every row stands on the first page: rows that are given again on another would be counted twice."""
    for name in _PAGES:
        if control.extra.get(name):
            raise GatewayError("bad_parameter", name=name, reason="every row stands on the first page")


def _answering(call: Call, party: Party, control: Control) -> Control:
    now = call.runtime.now()
    ours = new_handle("msg", now)
    return Control(ours, _US, party.id, now, {**control.extra, "refers_to": control.message_id, "their_serial": ours})


def _refused(
    dialect: TableDialect,
    error: GatewayError,
    call: Call,
    message: Message | None = None,
    control: Control | None = None,
) -> Document:
    try:
        return dialect.refuse(localised(error, "zh"), message, control)
    except GatewayError:
        # Its words hold what the caller's system cannot store.
        return dialect.refuse(GatewayError("internal", reference=call.id))
