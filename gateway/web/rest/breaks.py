"""Breaks: listed, shown with both sides, and what people do with them."""

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response

from gateway.errors import GatewayError
from gateway.mapping.canonical_json import reader
from gateway.mapping.converters import BEIJING
from gateway.model.breaks import BreakState
from gateway.model.codes import Insurance
from gateway.model.handles import is_handle
from gateway.model.reconciliation import BreakClass
from gateway.services import break_views, breaks
from gateway.services.break_views import Viewer
from gateway.services.breaks import Action, Wish
from gateway.store import break_repairs
from gateway.store.break_repairs import Filter
from gateway.web.answers import of_answer, of_json
from gateway.web.body import json_body
from gateway.web.call import Call
from gateway.web.clients import Kind
from gateway.web.resource import resource
from gateway.web.rest.break_requests import BreakClaim, BreakComment, BreakReopening, BreakResolution
from gateway.web.rest.keys import key_of
from gateway.web.rest.query import LARGEST, USUAL, bad, limit_of, parameters

KINDS: set[Kind] = {"operator", "accountant"}
_REGION = re.compile("[1-9][0-9]|[1-9][0-9]{3}|[1-9][0-9]{5}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME = {"type": "string", "maxLength": 64}
_LISTED: Mapping[str, Mapping[str, Any]] = {
    "class": {"type": "string", "enum": [each.value for each in BreakClass]},
    "flag": {"type": "string", "enum": [each.value for each in BreakClass], "description": "One of its other classes."},
    "state": {"type": "string", "enum": [each.value for each in BreakState]},
    "region": {"type": "string", "description": "Six digits, or four or two for all below."},
    "fund": {"type": "string", "enum": [each.value for each in Insurance]},
    "party": _NAME,
    "pairing": _NAME,
    "owner": {**_NAME, "description": "Whom it belongs to."},
    "claimed_by": {"type": "string", "maxLength": 128},
    "overdue": {"type": "string", "enum": ["true"], "description": "Only those past their due date."},
    "cursor": {"type": "string", "description": "`next` of the page before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL},
}
_COLUMN = {"class": "kind"}


@resource("GET /v1/breaks", scope="breaks:read", kinds=KINDS, gives=(200, "Breaks"), query=_LISTED)
def list_breaks(call: Call) -> Response:
    """List breaks, newest first, by class, flag, state, region, fund, party, pairing, owner and due date."""
    given = parameters(call, _LISTED)
    size, before = limit_of(given), given.get("cursor")
    if before is not None and not is_handle("brk", before):
        raise GatewayError("invalid_cursor")
    today = call.runtime.now().astimezone(BEIJING).date()
    with call.runtime.store.reading() as tx:
        rows = break_repairs.page(tx, _filter(given, today.isoformat()), before=before, size=size + 1)
    listed = [break_views.break_line(row, today, call.language) for row in rows[:size]]
    return of_json({"breaks": listed, "next": _next(given, rows[size - 1].id) if len(rows) > size else None})


@resource("GET /v1/breaks/<break_id>", scope="breaks:read", kinds=KINDS, gives=(200, "Break"))
def show_break(call: Call, break_id: str) -> Response:
    """Show a break: both sides' rows, age, owner, due date, proposed repair, repairs, history."""
    with call.runtime.store.reading() as tx:
        row = breaks.found(tx, break_id)
        return of_json(break_views.break_view(call.runtime, tx, row, viewer(call)))


@resource("POST /v1/breaks/<break_id>/claim", scope="breaks:write", kinds=KINDS, takes=BreakClaim, gives=(200, "Break"))
def claim_break(call: Call, break_id: str) -> Response:
    """Take a break over, or out of the hands of somebody who is named."""
    body = json_body(call)
    return _done(call, break_id, body, lambda: breaks.claim(reader(BreakClaim)(body).instead_of or ""))


@resource(
    "POST /v1/breaks/<break_id>/comment", scope="breaks:write", kinds=KINDS, takes=BreakComment, gives=(200, "Break")
)
def comment_break(call: Call, break_id: str) -> Response:
    """Say something about a break."""
    body = json_body(call)
    return _done(call, break_id, body, lambda: breaks.comment(reader(BreakComment)(body).text))


@resource(
    "POST /v1/breaks/<break_id>/resolve", scope="breaks:write", kinds=KINDS, takes=BreakResolution, gives=(200, "Break")
)
def resolve_break(call: Call, break_id: str) -> Response:
    """Repair a break; above the configured amount it waits until a second person sends the same repair."""
    body = json_body(call)

    def act() -> Action:
        asked = reader(BreakResolution)(body)
        return breaks.resolve(asked.repair, asked.reason)

    return _done(call, break_id, body, act)


@resource(
    "POST /v1/breaks/<break_id>/reopen", scope="breaks:write", kinds=KINDS, takes=BreakReopening, gives=(200, "Break")
)
def reopen_break(call: Call, break_id: str) -> Response:
    """Take up a break again that has ended, or give up a repair that waits for a second person."""
    body = json_body(call)
    return _done(call, break_id, body, lambda: breaks.reopen(reader(BreakReopening)(body).reason))


def viewer(call: Call) -> Viewer:
    """The caller as one who looks at breaks."""
    return Viewer(call.caller.client, cast("break_views.Kind", call.caller.kind), call.language)


def _done(call: Call, handle: str, body: bytes, act: Any) -> Response:
    key = key_of(call)
    return of_answer(breaks.once(call.runtime, Wish(key, handle, viewer(call), call.id, body), act()))


def _filter(given: Mapping[str, str], today: str) -> Filter:
    chosen = {name: value for name, value in given.items() if name not in {"cursor", "limit"}}
    for name, value in chosen.items():
        _check(name, value)
    if "overdue" in chosen:
        chosen["overdue"] = today
    return Filter(**{_COLUMN.get(name, name): value for name, value in chosen.items()})


def _check(name: str, value: str) -> None:
    allowed = _LISTED[name].get("enum")
    if allowed is not None and value not in allowed:
        raise bad(name, f"one of {', '.join(allowed)}")
    if name == "region" and not _REGION.fullmatch(value):
        raise bad(name, "six digits (GB/T 2260), or the first four or two")
    if name in {"party", "pairing", "owner"} and not _WORD.fullmatch(value):
        raise bad(name, "a name as it stands in a break")


def _next(given: Mapping[str, str], last: str) -> dict[str, str]:
    chosen = {name: value for name, value in given.items() if name != "cursor"}
    return {"cursor": last, "href": f"/v1/breaks?{urlencode({**chosen, 'cursor': last})}"}
