"""Refunds: claimed for a payment, decided, and confirmed; each a case that its follower sees as any other."""

from flask import Response

from gateway.mapping.canonical_json import reader
from gateway.security.logs import logging_context
from gateway.services import refund_desk
from gateway.services.once import Wish
from gateway.services.refund_desk import Claimed, Decided
from gateway.web.answers import of_answer
from gateway.web.body import json_body
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.keys import key_of
from gateway.web.rest.requests import RefundClaim, RefundDecision

_read_claim = reader(RefundClaim)
_read_decision = reader(RefundDecision)


@resource(
    "POST /v1/cases/<case>/refunds", scope="cases:write", kinds={"operator"}, takes=RefundClaim, gives=(202, "Case")
)
def claim_refund(call: Call, case: str) -> Response:
    """Open a refund for a payment of an enrolment; the answer is the refund's own case."""
    body = json_body(call)
    key, asked = key_of(call), _read_claim(body)
    with logging_context(case=case):
        wish = Wish(key, call.caller.sees, case, call.language, call.id)
        wanted = Claimed(asked.insurance, asked.origin, asked.reason, asked.first, asked.last)
        return of_answer(refund_desk.claim(call.runtime, wish, wanted))


@resource(
    "POST /v1/cases/<case>/refund", scope="cases:write", kinds={"operator"}, takes=RefundDecision, gives=(202, "Case")
)
def decide_refund(call: Call, case: str) -> Response:
    """Decide the refund that a case is about, or say that its money went back."""
    body = json_body(call)
    key, asked = key_of(call), _read_decision(body)
    with logging_context(case=case):
        wish = Wish(key, call.caller.sees, case, call.language, call.id)
        return of_answer(refund_desk.decide(call.runtime, wish, Decided(asked.verdict, asked.reason, asked.route)))
