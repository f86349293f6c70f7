"""Cases: one, a page of them, and what the platform may do with one."""

from flask import Response

from gateway.mapping.canonical_json import reader
from gateway.security.logs import logging_context
from gateway.services import views
from gateway.services.actions import supply_material, withdraw_case
from gateway.services.once import Wish
from gateway.store.idempotency import Key
from gateway.web.answers import of_answer, of_json
from gateway.web.body import json_body
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest import query
from gateway.web.rest.keys import key_of
from gateway.web.rest.requests import Supply, Withdrawal

_read_withdrawal = reader(Withdrawal)
_read_supply = reader(Supply)


@resource("GET /v1/cases/<case>", scope="cases:read", kinds={"platform", "operator"}, gives=(200, "Case"))
def case(call: Call, case: str) -> Response:
    """Follow a case: status, allowed actions, insurances, levies, legs and timeline."""
    with logging_context(case=case), call.runtime.store.reading() as tx:
        return of_json(views.case_view(call.runtime, tx, case, call.caller.sees, call.language))


@resource(
    "GET /v1/cases", scope="cases:read", kinds={"platform", "operator"}, gives=(200, "Cases"), query=query.PARAMETERS
)
def cases(call: Call) -> Response:
    """List the caller's cases, newest first, by worker and status."""
    asked = query.read(call)
    with call.runtime.store.reading() as tx:
        listed, last = views.page(
            tx,
            client=call.caller.sees,
            person=asked.worker,
            status=asked.status,
            after=asked.after,
            size=asked.limit,
        )
    return of_json({"cases": listed, "next": None if last is None else query.next_page(call, asked, last)})


@resource(
    "POST /v1/cases/<case>/withdraw",
    scope="cases:write",
    kinds={"platform", "operator"},
    takes=Withdrawal,
    gives=(202, "Case"),
)
def withdraw(call: Call, case: str) -> Response:
    """Take a case back; it is done when tax bureau and province agree."""
    body = json_body(call)
    key, withdrawal = key_of(call), _read_withdrawal(body)
    with logging_context(case=case):
        return of_answer(withdraw_case(call.runtime, _wish(call, key, case), withdrawal.reason))


@resource(
    "POST /v1/cases/<case>/supply",
    scope="cases:write",
    kinds={"platform", "operator"},
    takes=Supply,
    gives=(202, "Case"),
)
def supply(call: Call, case: str) -> Response:
    """Complete an application that its agency returned for more material."""
    body = json_body(call)
    key, given = key_of(call), _read_supply(body)
    with logging_context(case=case):
        return of_answer(supply_material(call.runtime, _wish(call, key, case), given.insurance, given.material))


def _wish(call: Call, key: Key, case: str) -> Wish:
    return Wish(key, call.caller.sees, case, call.language, call.id)
