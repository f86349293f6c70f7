"""/soap/gateway: the envelope is opened, its sender identified, the document kept, and then it is read and answered."""

from dataclasses import dataclass
from functools import cache

from flask import Response

from gateway.errors import GatewayError
from gateway.mapping import contract
from gateway.mapping.contract_served import Arrived
from gateway.mapping.contract_versions import OLDEST, VERSIONS
from gateway.mapping.soap import MEDIA_TYPES, Version
from gateway.model.messages import Message
from gateway.model.province import GetProgress
from gateway.ports import Control, Crossing, Document
from gateway.services import substitutes
from gateway.services.records import encode
from gateway.store.idempotency import Key
from gateway.web import body, caller
from gateway.web.call import Call
from gateway.web.caller import Caller
from gateway.web.resource import entrance
from gateway.web.soap import repeated
from gateway.web.soap.credentials import blanked
from gateway.web.soap.operations import OPERATIONS, Asked, Operation, served
from gateway.web.soap.own_records import Question
from gateway.web.soap.replies import envelope, enveloped, fault, kept, kept_if_possible

PATH = "/soap/gateway"
_UNIDENTIFIED = "unidentified"
_OF_OUR_OWN = frozenset(name for name, operation in OPERATIONS.items() if operation.anew)


@entrance(f"GET {PATH}", "open")
def contract_of_gateway(call: Call) -> Response:
    """The WSDL of our contract: with ?wsdl that of the oldest version, with ?wsdl=1.2 that of the version named."""
    asked = {name.lower(): value for name, value in call.request.args.items()}
    if "wsdl" not in asked:
        raise GatewayError("method_not_allowed", method="GET without ?wsdl", allowed="POST")
    number = asked["wsdl"] or OLDEST.number
    if number not in VERSIONS:
        raise GatewayError("not_found", thing="version of the contract")
    return Response(_wsdl(number, call.runtime.settings.url + PATH), content_type="text/xml; charset=utf-8")


@entrance(f"POST {PATH}", "operation")
def soap(call: Call) -> Response:
    """Answer one message of our contract, in SOAP 1.1 or 1.2; what goes wrong is a fault."""
    version: Version = "1.2" if MEDIA_TYPES["1.2"] in call.content_type.lower() else "1.1"
    try:
        letter = _letter(call)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the caller is told in the caller's protocol
        return kept_if_possible(call, _UNIDENTIFIED, fault(call, problem, version, call.doors.soap.oldest))
    arrived = letter.arrived
    try:
        return _of_our_own(letter) if arrived.name in _OF_OUR_OWN else _of_others(letter)
    except Exception as problem:  # noqa: BLE001 - as above
        return kept_if_possible(call, letter.known.party, fault(call, problem, arrived.version, arrived.dialect))


@dataclass(frozen=True, slots=True)
class _Letter:
    """An envelope whose sender is known. `came`: its document, for the journal."""

    call: Call
    arrived: Arrived
    known: Caller
    came: Crossing


def _letter(call: Call) -> _Letter:
    """The envelope, who sent it, and its document for the journal, which has it already where this fails."""
    document = body.read(call)
    try:
        arrived = call.doors.soap.open(Document(document, call.content_type))
        known = call.identified = _identified(call, arrived)
    except Exception:
        body.record(call, _UNIDENTIFIED, call.name, blanked(document))
        raise
    return _Letter(call, arrived, known, body.came_in(call, known.party, call.name, blanked(document)))


def _identified(call: Call, arrived: Arrived) -> Caller:
    now, authorization = call.runtime.now(), call.header("AUTHORIZATION")
    if authorization:
        return caller.by_token(call.doors, authorization, now)
    if arrived.header is None or arrived.header.find(".//{*}UsernameToken") is None:
        raise GatewayError("authentication_needed", reason="send a bearer token or a WS-Security UsernameToken")
    return caller.by_user(call.doors, call.doors.usernames.user(arrived.header, now))


def _of_our_own(letter: _Letter) -> Response:
    """Answer a question about our own records; nothing is done for it, so that it is kept together with its answer."""
    try:
        question = _question(letter)
    except Exception:
        letter.call.runtime.journal.record(letter.came)
        raise
    return question.told(letter.came)


def _question(letter: _Letter) -> Question:
    message, control, _ = _understood(letter)
    if not isinstance(message, GetProgress):
        raise GatewayError("unsupported", party="gateway", message=letter.arrived.name, alternative="")
    arrived = letter.arrived
    return Question(letter.call, letter.known.party, arrived.version, arrived.dialect, message, control)


def _of_others(letter: _Letter) -> Response:
    """Answer any other message: it is in the journal before anything is made of it."""
    call, party, dialect, version = letter.call, letter.known.party, letter.arrived.dialect, letter.arrived.version
    call.runtime.journal.record(letter.came)
    message, control, operation = _understood(letter)

    asked = Asked(call.id)

    def answered() -> bytes:
        reply = operation.verb(call.runtime, party, message, asked)
        return envelope(dialect, call, reply, control, message)

    key = Key(letter.known.client, "SOAP", _place(version, dialect.version), control.message_id)
    response = kept(call, party, enveloped(version, repeated.once(call.runtime, key, encode(message), answered)))
    response.headers.update(substitutes.header(asked.kept_as))
    return response


def _understood(letter: _Letter) -> tuple[Message, Control, Operation]:
    """What is asked, by one who may; GatewayError where it cannot be read, or is not for the sender."""
    known, arrived = letter.known, letter.arrived
    if arrived.carried:
        known.check(served(arrived.name).scope, served(arrived.name).kinds)
    message, control = arrived.understand()
    operation = served(arrived.name)
    if control.sender not in {known.party, known.client}:
        raise GatewayError("soap_invalid", reason="sender in Exchange is not the caller that is signed in")
    return message, control, operation


def _place(soap_version: str, contract_version: str) -> str:
    """Where an answer is kept: an envelope answers whoever writes in its own versions of protocol and contract."""
    of_contract = "" if contract_version == OLDEST.number else f" {contract_version}"
    return f"{PATH} {soap_version}{of_contract}"


@cache
def _wsdl(number: str, address: str) -> bytes:
    return contract.wsdl(VERSIONS[number], address, OPERATIONS)
