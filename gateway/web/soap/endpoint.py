"""/soap/gateway: the envelope is opened, its sender identified, the document kept, and then it is read and answered."""

from functools import cache

from flask import Response

from gateway.errors import GatewayError
from gateway.mapping import contract
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import OLDEST, VERSIONS
from gateway.mapping.soap import MEDIA_TYPES, Opened, Version
from gateway.mapping.soap_faults import fault_status
from gateway.model.handles import new_handle
from gateway.model.messages import Message
from gateway.ports import Control, Document
from gateway.services.records import encode
from gateway.store.idempotency import Key
from gateway.web import body, caller
from gateway.web.call import Call
from gateway.web.caller import Caller
from gateway.web.problems import shown
from gateway.web.resource import entrance
from gateway.web.soap import repeated
from gateway.web.soap.credentials import blanked
from gateway.web.soap.operations import Asked, served

PATH = "/soap/gateway"
_US = "gateway"
_UNIDENTIFIED = "unidentified"


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
        opened, known = _opened(call)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the caller is told in the caller's protocol
        return _fault(call, problem, version, _UNIDENTIFIED, call.doors.soap.of(None))
    version, dialect = opened.version, call.doors.soap.of(opened)
    try:
        return _reply(call, known.party, version, _answer(call, opened, known, dialect))
    except Exception as problem:  # noqa: BLE001 - as above
        return _fault(call, problem, version, known.party, dialect)


def _opened(call: Call) -> tuple[Opened, Caller]:
    """The envelope and who sent it. The document is in the journal when this returns, and also when it fails."""
    document, party = body.read(call), _UNIDENTIFIED
    try:
        opened = call.doors.soap.open(Document(document, call.content_type))
        known = call.identified = _identified(call, opened)
        party = known.party
    finally:
        body.record(call, party, call.name, blanked(document))
    return opened, known


def _identified(call: Call, opened: Opened) -> Caller:
    now, authorization = call.runtime.now(), call.header("AUTHORIZATION")
    if authorization:
        return caller.by_token(call.doors, authorization, now)
    if opened.header is None:
        raise GatewayError("authentication_needed", reason="send a bearer token or a WS-Security UsernameToken")
    return caller.by_user(call.doors, call.doors.usernames.user(opened.header, now))


def _answer(call: Call, opened: Opened, known: Caller, dialect: GatewayDialect) -> bytes:
    message, control = dialect.understand(opened)
    operation = served(opened.name)
    known.check(operation.scope, operation.kinds)
    if control.sender not in {known.party, known.client}:
        raise GatewayError("soap_invalid", reason="sender in Exchange is not the caller that is signed in")

    def answered() -> bytes:
        reply = operation.verb(call.runtime, known.party, message, Asked(call.id))
        return _envelope(dialect, call, reply, control, message)

    if operation.anew:
        return answered()
    key = Key(known.client, "SOAP", _place(opened.version, dialect.version), control.message_id)
    return repeated.once(call.runtime, key, encode(message), answered)


def _place(soap_version: str, contract_version: str) -> str:
    """Where an answer is kept: an envelope answers whoever writes in its own versions of protocol and contract."""
    of_contract = "" if contract_version == OLDEST.number else f" {contract_version}"
    return f"{PATH} {soap_version}{of_contract}"


def _envelope(dialect: GatewayDialect, call: Call, reply: Message, control: Control, message: Message) -> bytes:
    now = call.runtime.now()
    extra = {"refers_to": control.message_id} | ({"soap": "1.2"} if control.extra.get("soap") == "1.2" else {})
    answer = Control(new_handle("msg", now), _US, control.sender, now, extra)
    return dialect.write(reply, answer, about=message).body


def _reply(call: Call, party: str, version: Version, envelope: bytes) -> Response:
    return _kept(call, party, f"{MEDIA_TYPES[version]}; charset=utf-8", envelope, 200)


def _fault(call: Call, problem: Exception, version: Version, party: str, dialect: GatewayDialect) -> Response:
    error = shown(problem, call.id)
    document = dialect.write_fault(error, version, call.language)
    try:
        return _kept(call, party, document.media_type, document.body, fault_status(error, version))
    except GatewayError:
        # The journal cannot take the fault either: the caller hears of it all the same, for nothing was done.
        return Response(document.body, fault_status(error, version), content_type=document.media_type)


def _kept(call: Call, party: str, media_type: str, envelope: bytes, status: int) -> Response:
    body.record_answer(call, party, call.name, media_type, envelope)
    return Response(envelope, status, headers={"Cache-Control": "no-store"}, content_type=media_type)


@cache
def _wsdl(number: str, address: str) -> bytes:
    return contract.wsdl(VERSIONS[number], address)
