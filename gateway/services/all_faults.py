"""Everything that is wrong with a request that cannot be read whole: what the law says of the part that can be, too."""

from dataclasses import fields, make_dataclass
from typing import Any, get_type_hints

from gateway.errors import GatewayError
from gateway.mapping.canonical_json import decode, value_reader
from gateway.model.platform import Enrolment
from gateway.rules.enrolment import against_anybody, refusal
from gateway.rules.law import Application
from gateway.services.determine import local_day
from gateway.services.runtime import Runtime

# Of these the law of places, months and amounts depends on nothing.
_OF_THE_PERSON = frozenset({"worker", "consent"})
_HINTS = get_type_hints(Enrolment, include_extras=True)
_NAMES = tuple(each.name for each in fields(Enrolment) if each.name not in _OF_THE_PERSON)
_read: Any = value_reader(
    make_dataclass("AskedFor", [(name, _HINTS[name]) for name in _NAMES], frozen=True, slots=True)
)


def every_fault(runtime: Runtime, body: bytes, error: GatewayError) -> GatewayError:
    """`error`, which reading the enrolment in `body` raised, with what else would be refused once that is put right.

    The same error where the rest cannot be read either, or nothing more is wrong.
    """
    document = decode(body) if error.faults else None
    if not isinstance(document, dict):
        return error
    try:
        asked = _read({name: document[name] for name in _NAMES if name in document})
    except GatewayError:
        return error
    places = (asked.workplace_region, asked.registered_region)
    application = Application(asked.insurance, asked.choice, *places, asked.contribution, asked.start)
    more = against_anybody(runtime.law, application, local_day(runtime.now()))
    return refusal((*error.faults, *more)) if more else error
