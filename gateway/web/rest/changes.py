"""Changes after an enrolment, of a registration or of what is on record of a worker: each opens a case of its own."""

from collections.abc import Callable
from typing import Any

from flask import Response

from gateway.mapping.canonical_json import reader
from gateway.model.platform_changes import Correction, Death, Details, Ending, Resumption, Suspension
from gateway.security.logs import logging_context
from gateway.services import changes
from gateway.services.accept import Answer
from gateway.services.once import Wish
from gateway.services.runtime import Runtime
from gateway.web.answers import of_answer
from gateway.web.body import json_body
from gateway.web.call import Call
from gateway.web.clients import Kind
from gateway.web.resource import Handler, Resource, resource
from gateway.web.rest.keys import key_of

_KINDS: set[Kind] = {"platform", "operator"}
_OPENED = (202, "Case")


def _taking(route: str, scope: str, takes: type) -> Callable[[Handler], Resource]:
    return resource(route, scope=scope, kinds=_KINDS, takes=takes, gives=_OPENED)


def _change(call: Call, about: str, record: type, verb: Callable[[Runtime, Wish, Any], Answer]) -> Response:
    body = json_body(call)
    key = key_of(call)
    asked: Any = reader(record)(body)
    with logging_context(case=about):
        return of_answer(verb(call.runtime, Wish(key, call.caller.sees, about, call.language, call.id), asked))


@_taking("POST /v1/enrolments/<case>/suspend", "enrolments:write", Suspension)
def suspend(call: Call, case: str) -> Response:
    """Pay no more months of an insurance for now; its registration stands."""
    return _change(call, case, Suspension, changes.suspend)


@_taking("POST /v1/enrolments/<case>/resume", "enrolments:write", Resumption)
def resume(call: Call, case: str) -> Response:
    """Pay a suspended insurance again from a month on."""
    return _change(call, case, Resumption, changes.resume)


@_taking("POST /v1/enrolments/<case>/end", "enrolments:write", Ending)
def end(call: Call, case: str) -> Response:
    """End the participation in an insurance with a month."""
    return _change(call, case, Ending, changes.end)


@_taking("POST /v1/workers/<worker>/details", "workers:write", Details)
def change_details(call: Call, worker: str) -> Response:
    """Tell the regions a worker's present telephone number, address or place of registration."""
    return _change(call, worker, Details, changes.change_details)


@_taking("POST /v1/workers/<worker>/identity", "workers:write", Correction)
def correct_identity(call: Call, worker: str) -> Response:
    """Have a worker's wrong number, name or document put right."""
    return _change(call, worker, Correction, changes.correct_identity)


@_taking("POST /v1/workers/<worker>/death", "workers:write", Death)
def report_death(call: Call, worker: str) -> Response:
    """Report that a worker has died."""
    return _change(call, worker, Death, changes.report_death)
