"""Workers: found by number in a body, never in an address."""

from flask import Response

from gateway.mapping.canonical_json import reader
from gateway.services.actions import search_worker
from gateway.web.answers import of_json
from gateway.web.body import json_body
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.keys import key_of
from gateway.web.rest.requests import WorkerSearch

_read = reader(WorkerSearch)


@resource(
    "POST /v1/workers/search",
    scope="workers:read",
    kinds={"platform", "operator"},
    takes=WorkerSearch,
    gives=(200, "WorkerHandle"),
)
def search(call: Call) -> Response:
    """Find the handle of a worker of the caller's own cases."""
    body = json_body(call)
    key_of(call)
    return of_json(search_worker(call.runtime, call.caller.sees, _read(body).identity))
