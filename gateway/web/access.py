"""The access log: one line per request, of names and numbers of ours alone; no address, no query, no body."""

import logging
from time import perf_counter
from typing import Any

from flask import Request, Response, request

from gateway.model.handles import is_handle
from gateway.security.logs import log_ours
from gateway.web.call import Call

log = logging.getLogger(__name__)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"


class TimedRequest(Request):
    """A request that knows when it began."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self.began = perf_counter()
        super().__init__(*given, **options)


def answered(response: Response, route: str, call: Call | None = None, case: str = "") -> Response:
    """Write the line of a request that is answered by `response`, which is given back.

    `route`: its name in the table, empty where none fits. `case`: as the address has it; named if it can be one.
    """
    asked: Any = call.request if call else request
    line = {
        # Anything may stand there; what no client of ours would send is named no further.
        "method": asked.method if asked.method in _METHODS else "other",
        "route": route or _NO_ROUTE,
        "status": response.status_code,
        "ms": round((perf_counter() - asked.began) * 1000, 1),
    }
    if call and call.client:
        line["client"] = call.client
    if call and is_handle("case", named := call.case or case):
        line["case"] = named
    log_ours(log, "answered", line)
    return response
