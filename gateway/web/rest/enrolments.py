"""Enrolments: ask for one, or look at what it would be."""

import msgspec
from flask import Response

from gateway.errors import GatewayError
from gateway.mapping.canonical_json import reader
from gateway.model.platform import Enrolment
from gateway.services.accept import Arrival, accept
from gateway.services.all_faults import every_fault
from gateway.services.preview import preview
from gateway.store.idempotency import Key
from gateway.web.answers import of_answer, of_json
from gateway.web.body import check_json, json_body, taken
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.keys import key_of


class _Accepted(msgspec.Struct):
    """The only member of an acceptance that is looked at here."""

    case: str


_read = reader(Enrolment)
_accepted = msgspec.json.Decoder(_Accepted).decode


@resource(
    "POST /v1/enrolments",
    scope="enrolments:write",
    kinds={"platform"},
    takes=Enrolment,
    gives=(202, "Acceptance"),
)
def enrol(call: Call) -> Response:
    """Enrol a worker where they work or where they are registered."""
    document = taken(call, call.caller.client)

    def understood() -> tuple[Key, Enrolment]:
        check_json(call, document.body)
        return key_of(call), _enrolment(call, document.body)

    answer = accept(call.runtime, Arrival(document, understood, call.language))
    call.case = _accepted(answer.body).case
    return of_answer(answer)


@resource(
    "POST /v1/enrolments/preview", scope="enrolments:write", kinds={"platform"}, takes=Enrolment, gives=(200, "Preview")
)
def preview_enrolment(call: Call) -> Response:
    """Determine everything that an enrolment would be told, and keep nothing."""
    body = json_body(call)
    key_of(call)
    return of_json(preview(call.runtime, _enrolment(call, body), call.language))


def _enrolment(call: Call, body: bytes) -> Enrolment:
    try:
        return _read(body)
    except GatewayError as error:
        raise every_fault(call.runtime, body, error) from None
