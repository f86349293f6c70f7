"""What the regions have on record about a worker: asked with a purpose and the reference of the worker's consent."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Response

from gateway.model.codes import Insurance, Purpose
from gateway.model.person import Warrant
from gateway.model.values import Month
from gateway.services import look_up
from gateway.services.look_up import LookUp
from gateway.web.answers import of_json
from gateway.web.body import record
from gateway.web.call import Call
from gateway.web.resource import resource
from gateway.web.rest.query import bad, parameters

_CONSENT = re.compile(r"[\x21-\x7e]{1,64}")
_MONTH = re.compile("[1-9][0-9]{3}-(0[1-9]|1[0-2])")
_INSURANCES = frozenset(Insurance)
_MOST_MONTHS = 1200

_ASKED: Mapping[str, Mapping[str, Any]] = {
    "purpose": {
        "type": "string",
        "enum": [each.value for each in Purpose],
        "description": "Required: why it is asked.",
    },
    "consent": {"type": "string", "maxLength": 64, "description": "Required: reference of the worker's consent."},
    "insurance": {"type": "string", "description": "Insurances, joined by commas; all of them where it is absent."},
}
_MONTHS: Mapping[str, Mapping[str, Any]] = {
    "from": {"type": "string", "pattern": f"^{_MONTH.pattern}$", "description": "Required: first month asked about."},
    "to": {"type": "string", "pattern": f"^{_MONTH.pattern}$", "description": "Required: last month asked about."},
}


@resource(
    "GET /v1/workers/<worker>/rights",
    scope="records:read",
    kinds={"platform", "operator"},
    gives=(200, "Rights"),
    query=_ASKED,
)
def rights(call: Call, worker: str) -> Response:
    """Ask every region what the worker has earned and may draw."""
    given = _kept(call, parameters(call, _ASKED))
    return of_json(look_up.rights(call.runtime, _asked(call, worker, given)))


@resource(
    "GET /v1/workers/<worker>/contributions",
    scope="records:read",
    kinds={"platform", "operator"},
    gives=(200, "Contributions"),
    query={**_ASKED, **_MONTHS},
)
def contributions(call: Call, worker: str) -> Response:
    """Ask every region what was paid for the worker, month by month."""
    given = _kept(call, parameters(call, {**_ASKED, **_MONTHS}))
    asked, first, last = _asked(call, worker, given), _month(given, "from"), _month(given, "to")
    if not 0 <= last - first < _MOST_MONTHS:
        raise bad("to", f"not before `from`, and at most {_MOST_MONTHS} months")
    return of_json(look_up.contributions(call.runtime, asked, first, last))


def _kept(call: Call, given: dict[str, str]) -> dict[str, str]:
    """Into the journal before anything is asked: a question about somebody is a document, too."""
    record(call, call.caller.client, call.name, json.dumps(given, ensure_ascii=False).encode())
    return given


def _asked(call: Call, worker: str, given: Mapping[str, str]) -> LookUp:
    purpose, consent = given.get("purpose", ""), given.get("consent", "")
    if purpose not in frozenset(Purpose):
        raise bad("purpose", f"one of {', '.join(Purpose)}")
    if not _CONSENT.fullmatch(consent):
        raise bad("consent", "the reference of the worker's consent, 1 to 64 visible characters")
    return LookUp(call.caller.sees, worker, Warrant(Purpose(purpose), consent), _insurances(given), call.id)


def _insurances(given: Mapping[str, str]) -> tuple[Insurance, ...]:
    names = given["insurance"].split(",") if "insurance" in given else []
    if not set(names) <= _INSURANCES or len(set(names)) != len(names):
        raise bad("insurance", f"each at most once, joined by commas: {', '.join(Insurance)}")
    return tuple(map(Insurance, names))


def _month(given: Mapping[str, str], name: str) -> Month:
    text = given.get(name, "")
    if not _MONTH.fullmatch(text):
        raise bad(name, "a month, as in 2026-01")
    return Month.parse(text)
