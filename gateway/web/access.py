"""The access log: one line per request, of names and numbers of ours alone; no address, no query, no body."""

import logging
from time import perf_counter

from flask import Flask, Response, g, request

from gateway.model.handles import is_handle
from gateway.web.call import Call

log = logging.getLogger(__name__)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"


def install(app: Flask) -> None:
    """Note when each request began."""
    app.before_request(_begin)


def _begin() -> None:
    g.began = perf_counter()


def answered(response: Response, route: str, call: Call | None = None, case: str = "") -> Response:
    """Write the line of a request that is answered by `response`, which is given back.

    `route`: its name in the table, empty where none fits. `case`: as the address has it; named if it can be one.
    """
    known = {"client": call.client, "case": call.case or case} if call else {}
    if not is_handle("case", known.get("case", "")):
        known.pop("case", None)
    line = {
        # Anything may stand there; what no client of ours would send is named no further.
        "method": request.method if request.method in _METHODS else "other",
        "route": route or _NO_ROUTE,
        "status": response.status_code,
        "ms": round((perf_counter() - g.began) * 1000, 1),
    }
    log.info("answered", extra=line | {name: value for name, value in known.items() if value})
    return response
