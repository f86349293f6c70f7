"""What bureaus are told of differences: sent once for each run, listed, answered."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Response

from gateway.errors import GatewayError
from gateway.model.handles import is_handle
from gateway.services.accept import Answer
from gateway.services.difference_answers import take_answer
from gateway.services.difference_files import file_view, queue
from gateway.services.runtime import Runtime
from gateway.store import difference_files, idempotency, reconciliation
from gateway.store.idempotency import Key
from gateway.store.work import ClashError
from gateway.web.answers import of_answer, of_json
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.breaks import KINDS
from gateway.web.rest.keys import key_of
from gateway.web.rest.query import LARGEST, USUAL, bad, limit_of, parameters

MEDIA = "application/octet-stream"
_ACCEPTED, _CREATED = 202, 201
_SENT: Mapping[str, Mapping[str, Any]] = {
    "party": {"type": "string", "maxLength": 64, "description": "Who answers."},
}
_LISTED: Mapping[str, Mapping[str, Any]] = {
    "party": {"type": "string", "maxLength": 64},
    "day": {"type": "string", "format": "date"},
    "cursor": {"type": "string", "description": "`next` of the page before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL},
}


@resource(
    "POST /v1/reconciliations/<run>/differences", scope="breaks:write", kinds=KINDS, gives=(_ACCEPTED, "Differences")
)
def tell_differences(call: Call, run: str) -> Response:
    """Have the differences of a run sent to whoever states its other side; once, however often it is asked for."""
    key = key_of(call)
    runtime = call.runtime
    if (stored := _stored(runtime, key, run.encode())) is not None:
        return of_answer(stored)
    with runtime.store.reading() as tx:
        row = reconciliation.get(tx, run) if is_handle("rec", run) else None
    if row is None:
        raise GatewayError("not_found", thing="reconciliation")
    made = queue(runtime, row)
    with runtime.store.reading() as tx:
        body = msgspec.json.encode(file_view(tx, made))
    return of_answer(_kept(runtime, key, run.encode(), Answer(_ACCEPTED, body)))


@resource("GET /v1/differences", scope="breaks:read", kinds=KINDS, gives=(200, "DifferencesPage"), query=_LISTED)
def list_differences(call: Call) -> Response:
    """List the files of differences, newest first: how far each is, its acknowledgement, its answers."""
    given = parameters(call, _LISTED)
    size, before = limit_of(given), given.get("cursor")
    if before is not None and not is_handle("dif", before):
        raise GatewayError("invalid_cursor")
    with call.runtime.store.reading() as tx:
        rows = difference_files.page(tx, party=given.get("party"), day=given.get("day"), before=before, size=size + 1)
        listed = [file_view(tx, row) for row in rows[:size]]
    return of_json({"differences": listed, "next": _next(given, rows[size - 1].id) if len(rows) > size else None})


@resource(
    "POST /v1/differences/answers",
    scope="breaks:write",
    kinds=KINDS,
    gives=(_CREATED, "DifferencesAnswer"),
    query=_SENT,
    takes=MEDIA,
)
def answer_differences(call: Call) -> Response:
    """Send in what a party answers; each verdict lands on its break, or the file is refused whole with the line."""
    key = key_of(call)
    party = parameters(call, _SENT).get("party", "")
    if not party:
        raise bad("party", "the party that answers")
    body = call.request.get_data(cache=True)
    request = f"{party}\n{sha256(body).hexdigest()}".encode()
    if (stored := _stored(call.runtime, key, request)) is not None:
        return of_answer(stored)
    row = take_answer(call.runtime, party, body, "upload", call.id)
    said = msgspec.json.encode({"answer": row.id, "differences": row.file, "rows": row.count, "agreed": row.agreed})
    return of_answer(_kept(call.runtime, key, request, Answer(_CREATED, said)))


def _stored(runtime: Runtime, key: Key, request: bytes) -> Answer | None:
    with runtime.store.reading() as tx:
        stored = idempotency.find(tx, key)
    if stored is None:
        return None
    if stored.request != request:
        raise GatewayError("idempotency_conflict")
    return Answer(stored.status, stored.answer, replayed=True)


def _kept(runtime: Runtime, key: Key, request: bytes, answer: Answer) -> Answer:
    try:
        with runtime.store.work("differences_answered") as tx:
            idempotency.forget(tx, key)
            idempotency.keep(tx, key, request, answer.status, answer.body)
    except ClashError:
        raise GatewayError("idempotency_in_flight", retry_after=1) from None
    return answer


def _next(given: Mapping[str, str], last: str) -> dict[str, str]:
    chosen = {name: value for name, value in given.items() if name != "cursor"}
    return {"cursor": last, "href": f"/v1/differences?{urlencode({**chosen, 'cursor': last})}"}
