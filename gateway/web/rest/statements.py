"""Statements: sent in as files, listed, shown with their faults or with what they change."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from gateway.errors import GatewayError
from gateway.model.handles import is_handle
from gateway.services.accept import Answer
from gateway.services.statement_views import statement_line, statement_view
from gateway.services.statements import faults_of, layout_for, refused, take_in
from gateway.store import idempotency, statements
from gateway.store.idempotency import Key
from gateway.store.work import ClashError
from gateway.web.answers import of_answer, of_json
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.keys import key_of
from gateway.web.rest.query import LARGEST, USUAL, bad, parameters

MEDIA = "application/octet-stream"
_CHUNK = 1 << 16
_CREATED = 201
_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,3}")
_STATES = (statements.KEPT, statements.REFUSED, statements.SUPERSEDED)
_SENT: Mapping[str, Mapping[str, Any]] = {
    "party": {"type": "string", "maxLength": 64, "description": "Whose statement it is."}
}
_LISTED: Mapping[str, Mapping[str, Any]] = {
    **_SENT,
    "day": {"type": "string", "format": "date"},
    "state": {"type": "string", "enum": list(_STATES)},
    "cursor": {"type": "string", "description": "`next` of the page before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL},
}


@resource(
    "POST /v1/statements",
    scope="statements:write",
    kinds={"operator"},
    gives=(_CREATED, "Statement"),
    query=_SENT,
    takes=MEDIA,
)
def send_statement(call: Call) -> Response:
    """Send a day-end statement in; it is kept whole, or kept and refused whole with the line and byte of each fault."""
    key = key_of(call)
    party = parameters(call, _SENT).get("party", "")
    if not party:
        raise bad("party", "it says whose statement this is")
    layout_for(call.runtime, party)
    if call.header("CONTENT_ENCODING").strip().lower() not in {"", "identity"}:
        raise GatewayError("unsupported_media_type", expected=f"{MEDIA}, without a Content-Encoding")
    with call.runtime.store.reading() as tx:
        stored = idempotency.find(tx, key)
    if stored is not None:
        if stored.request != _same(party, _hashed(call)):
            raise GatewayError("idempotency_conflict")
        return of_answer(Answer(stored.status, stored.answer, replayed=True))
    return of_answer(_taken(call, key, party))


@resource("GET /v1/statements", scope="statements:read", kinds={"operator"}, gives=(200, "Statements"), query=_LISTED)
def list_statements(call: Call) -> Response:
    """List statements, newest first, by party, day and state."""
    given = parameters(call, _LISTED)
    size, before = _size(given.get("limit", str(USUAL))), given.get("cursor")
    if before is not None and not is_handle("stm", before):
        raise GatewayError("invalid_cursor")
    party, day, state = given.get("party"), given.get("day"), given.get("state")
    if state is not None and state not in _STATES:
        raise bad("state", f"one of {', '.join(_STATES)}")
    if day is not None and not _DAY.fullmatch(day):
        raise bad("day", "a date such as 2026-01-31")
    with call.runtime.store.reading() as tx:
        rows = statements.page(tx, party=party, day=day, state=state, before=before, size=size + 1)
    chosen = {name: value for name, value in given.items() if name != "cursor"}
    listed = [statement_line(row) for row in rows[:size]]
    return of_json({"statements": listed, "next": _next(chosen, rows[size - 1].id) if len(rows) > size else None})


@resource("GET /v1/statements/<statement>", scope="statements:read", kinds={"operator"}, gives=(200, "Statement"))
def statement(call: Call, statement: str) -> Response:
    """Show a statement: what it is, the line and byte of its faults, or what it changes in the one before it."""
    with call.runtime.store.reading() as tx:
        row = statements.get(tx, statement) if is_handle("stm", statement) else None
        if row is None:
            raise GatewayError("not_found", thing="statement")
        return of_json(statement_view(tx, row, call.language))


def _taken(call: Call, key: Key, party: str) -> Answer:
    row = take_in(call.runtime, party, _chunks(call), "upload", call.id)
    with call.runtime.store.reading() as tx:
        faults = faults_of(tx, row)
        body = msgspec.json.encode(statement_view(tx, row, call.language))
    if faults:
        raise refused(row, faults)
    try:
        with call.runtime.store.work("statement_answered") as tx:
            idempotency.forget(tx, key)
            idempotency.keep(tx, key, _same(party, row.sha256 or ""), _CREATED, body)
    except ClashError:
        raise GatewayError("idempotency_in_flight", retry_after=1) from None
    return Answer(_CREATED, body)


def _same(party: str, digest: str) -> bytes:
    """What makes two requests under one key the same one."""
    return f"{party}\n{digest}".encode()


def _hashed(call: Call) -> str:
    digest = sha256()
    for chunk in _chunks(call):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(call: Call) -> Iterator[bytes]:
    """The body as it comes; GatewayError `body_too_large`, `invalid_request` where it breaks off."""
    limit, size = call.runtime.settings.statement_limit, 0
    call.request.max_content_length = limit + 1
    try:
        while chunk := call.request.stream.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise GatewayError("body_too_large", max=str(limit))
            yield chunk
    except RequestEntityTooLarge:
        raise GatewayError("body_too_large", max=str(limit)) from None
    except HTTPException:
        raise GatewayError("invalid_request") from None


def _size(limit: str) -> int:
    if not _WHOLE.fullmatch(limit) or not 1 <= int(limit) <= LARGEST:
        raise bad("limit", f"a whole number from 1 to {LARGEST}")
    return int(limit)


def _next(chosen: Mapping[str, str], last: str) -> dict[str, str]:
    return {"cursor": last, "href": f"/v1/statements?{urlencode({**chosen, 'cursor': last})}"}
