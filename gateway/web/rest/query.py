"""The query of a list of cases, and the cursor that goes on with it."""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus
from gateway.web.call import Call

LARGEST, USUAL = 100, 20

HANDLE = re.compile(r"wrk_[0-9a-z]{25}")
_WHOLE = re.compile(r"[0-9]{1,4}")
_STATUSES = frozenset(CaseStatus)

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "worker": {"type": "string", "pattern": f"^{HANDLE.pattern}$", "description": "Opaque handle of the worker."},
    "status": {"type": "string", "enum": [status.value for status in CaseStatus]},
    "cursor": {"type": "string", "description": "`next` of the page before; for the same query and caller only."},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL},
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is listed; `after`: the handle that the page before ended with."""

    worker: str | None
    status: str | None
    limit: int
    after: str | None


def read(call: Call) -> Query:
    """The query of a request; GatewayError `bad_parameter`, `invalid_cursor`."""
    given = parameters(call, PARAMETERS)
    worker, status = given.get("worker"), given.get("status")
    if worker is not None and not HANDLE.fullmatch(worker):
        raise bad("worker", "it is the handle that a 202 or a search returned, never a number")
    if status is not None and status not in _STATUSES:
        raise bad("status", f"one of {', '.join(CaseStatus)}")
    size = limit_of(given)
    cursor = given.get("cursor")
    return Query(worker, status, size, None if cursor is None else _opened(call, worker, status, cursor))


def next_page(call: Call, query: Query, last: str) -> dict[str, str]:
    """Where the next page is: the cursor, and the address with it."""
    sealed = call.runtime.store.keyring.seal(last.encode(), _context(call, query.worker, query.status))
    cursor = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")
    chosen = {"worker": query.worker, "status": query.status, "limit": str(query.limit), "cursor": cursor}
    address = urlencode({name: value for name, value in chosen.items() if value is not None})
    return {"cursor": cursor, "href": f"/v1/cases?{address}"}


def parameters(call: Call, known: Collection[str]) -> dict[str, str]:
    """The query as it came; GatewayError `bad_parameter` for a name that is not `known`, or stands twice."""
    args = call.request.args
    for name in args:
        if name not in known:
            raise bad(name[:40], f"known here: {', '.join(known)}")
        if len(args.getlist(name)) > 1:
            raise bad(name, "it stands more than once")
    return args.to_dict()


def _opened(call: Call, worker: str | None, status: str | None, cursor: str) -> str:
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return call.runtime.store.keyring.open(sealed, _context(call, worker, status)).decode()
    except (binascii.Error, ValueError, GatewayError):
        raise GatewayError("invalid_cursor") from None


def _context(call: Call, worker: str | None, status: str | None) -> str:
    """A cursor opens for the caller and the query that it was made for, and for no other."""
    return f"cursor:{call.caller.client}:{worker or ''}:{status or ''}"


def limit_of(given: Mapping[str, str]) -> int:
    """How many a page is to hold; GatewayError `bad_parameter`."""
    limit = given.get("limit", str(USUAL))
    if not _WHOLE.fullmatch(limit) or not 1 <= int(limit) <= LARGEST:
        raise bad("limit", f"a whole number from 1 to {LARGEST}")
    return int(limit)


def bad(name: str, reason: str) -> GatewayError:
    """The error that says what is wrong with a parameter; its value is never repeated."""
    return GatewayError("bad_parameter", name=name, reason=reason)
