"""A worker asks at a province's counter for a change of what stands elsewhere: the same cases as a platform's change.

Whoever asks has the worker's consent, or proof of the death; the provinces that insure the worker decide (decision
0034). The case belongs to the platform that brought the registration, and the province follows it beside that one.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from gateway.errors import GatewayError
from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.person import Identity
from gateway.model.platform import Contribution
from gateway.model.platform_changes import Correction, Death, Details, Ending, Resumption, Suspension
from gateway.model.province import EnrolmentDecided
from gateway.model.province_changes import (
    ChangeDetails,
    CorrectIdentity,
    EndEnrolment,
    ReportDeath,
    ResumeEnrolment,
    SuspendEnrolment,
)
from gateway.services import changes, registrations
from gateway.services.accept import Answer
from gateway.services.once import Wish
from gateway.services.registrations import Registration
from gateway.services.runtime import Runtime
from gateway.store import identities, persons
from gateway.store.idempotency import Key
from gateway.store.work import Tx

_OF_REGISTRATION = (SuspendEnrolment, ResumeEnrolment, EndEnrolment)
_OF_PERSON = (ChangeDetails, CorrectIdentity, ReportDeath)
_LANGUAGE = "zh"  # of the answer that is kept; the province is shown nothing of it but the number


def take_change(runtime: Runtime, caller: str, message: Message, about: str) -> EnrolmentDecided:
    """Open the case of the change that the province `caller` asks for, once per its reference: taken in, to be decided.

    Its acceptance number is asked about by GetProgress. GatewayError: `not_found` where nobody here is insured under
    this number and name, `base_differs`, and whatever speaks against the change itself. `about`: as in the journal.
    """
    if not isinstance(message, (*_OF_REGISTRATION, *_OF_PERSON)):
        raise GatewayError("unsupported", party="gateway", message=type(message).__name__, alternative="")
    name = type(message).__name__
    with runtime.store.reading() as tx:
        person = _person(tx, message.person)
        concerned = person if isinstance(message, _OF_PERSON) else _registration(tx, person, message).case.id
    key = Key(caller, "SOAP", f"change {name}", message.reference)
    wish = Wish(key, None, concerned, _LANGUAGE, about, asked_by=caller)
    opened = msgspec.json.decode(_ASKED[type(message)](message)(runtime, wish).body)
    if opened["worker"] != person:
        raise GatewayError("idempotency_conflict")
    return EnrolmentDecided(Decision.RECEIVED, reference=message.reference, acceptance_number=opened["case"])


def _person(tx: Tx, named: Identity) -> str:
    """Who is, or once was, known under this number and name."""
    person = persons.find(tx, named.id_number)
    if person is None or not identities.known_as(tx, person, named.name):
        raise GatewayError("not_found", thing="worker")
    return person


def _registration(tx: Tx, person: str, message: Any) -> Registration:
    """The newest registration that the message can be about; one that has not ended before one that has."""
    number = message.registration_number
    found = [
        each
        for each in registrations.of_person(tx, person)
        if each.insurance is message.insurance and number in (None, each.item.registration_number)
    ]
    if not found:
        raise GatewayError("not_standing", insurance=message.insurance.value, state="not registered")
    return max(found, key=lambda each: (each.state != "ended", each.case.created_at))


_Verb = Callable[[Runtime, Wish], Answer]


def _with(verb: Callable[..., Answer], asked: object, **more: Any) -> _Verb:
    return partial(verb, asked=asked, **more)


def _resume(message: ResumeEnrolment) -> _Verb:
    asked = Resumption(message.insurance, message.first, Contribution(message.grade, message.cycle), message.consent)
    return _with(changes.resume, asked, base=message.base)


def _change_details(message: ChangeDetails) -> _Verb:
    now = message.mobile, message.address, message.postal_code, message.registered_region
    return _with(changes.change_details, Details(message.consent, *now))


def _correct(message: CorrectIdentity) -> _Verb:
    right = message.corrected
    asked = Correction(right.id_type, right.id_number, right.name, message.evidence, message.consent)
    return _with(changes.correct_identity, asked)


_ASKED: Mapping[type, Callable[[Any], _Verb]] = {
    SuspendEnrolment: lambda message: _with(
        changes.suspend, Suspension(message.insurance, message.first, message.reason, message.consent)
    ),
    ResumeEnrolment: _resume,
    EndEnrolment: lambda message: _with(
        changes.end, Ending(message.insurance, message.last, message.cause, message.consent, message.remark)
    ),
    ChangeDetails: _change_details,
    CorrectIdentity: _correct,
    ReportDeath: lambda message: _with(changes.report_death, Death(message.died_on, message.evidence)),
}
