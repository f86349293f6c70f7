"""Corrections of how a payment of ours is booked; its case shows what the treasury makes of them."""

from flask import Response

from gateway.mapping.canonical_json import reader
from gateway.security.logs import logging_context
from gateway.services import correction_desk
from gateway.services.correction_desk import Correction
from gateway.services.once import Wish
from gateway.web.answers import of_answer
from gateway.web.body import json_body
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.keys import key_of
from gateway.web.rest.requests import PaymentCorrection

_read = reader(PaymentCorrection)


@resource(
    "POST /v1/cases/<case>/corrections",
    scope="cases:write",
    kinds={"operator"},
    takes=PaymentCorrection,
    gives=(202, "Case"),
)
def correct_payment(call: Call, case: str) -> Response:
    """Have a payment that this deployment deducted booked in the adjustment period, or out of it."""
    body = json_body(call)
    key, asked = key_of(call), _read(body)
    with logging_context(case=case):
        wish = Wish(key, call.caller.sees, case, call.language, call.id)
        wanted = Correction(asked.insurance, asked.adjustment, asked.reason)
        return of_answer(correction_desk.correct(call.runtime, wish, wanted))
