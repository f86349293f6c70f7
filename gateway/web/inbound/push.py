"""/in/<party>: a party calls in its own dialect. It proves itself, the document is kept, read, taken in and answered.

A province whose calls carry its credentials asks here, too (`own`). The rest is about what a party signs and pushes.
It gives beside the ports: `admits(document) -> str | None`, the reason why a push is not the party's own; a party
without it can push nothing. Its dialect may give `refuse(error) -> Document`, the error as the party reads errors; an
answer may say its HTTP status in `:status`.
"""

from typing import Protocol, runtime_checkable

from flask import Response

from gateway.errors import GatewayError
from gateway.model.handles import new_handle
from gateway.model.messages import Message
from gateway.model.province import EnrolmentDecided
from gateway.model.tax import LevyResult, Receipt
from gateway.model.tax_payments import CorrectPayment, PostPayment, RefundResult, ReversePayment
from gateway.model.treasury import CheckPackages, CheckPart
from gateway.ports import Control, Document, Party
from gateway.services.receive import receive
from gateway.web import body
from gateway.web.call import Call
from gateway.web.inbound.own import PushCheck, own_dialect, respond
from gateway.web.inbound.request import headers_of
from gateway.web.problems import problem, shown
from gateway.web.resource import entrance
from gateway.web.wording import localised

_US = "gateway"
_STATUS = ":status"
_PUSHED = (
    *(EnrolmentDecided, LevyResult, Receipt, PostPayment, ReversePayment, CorrectPayment, RefundResult),
    *(CheckPart, CheckPackages),
)


@runtime_checkable
class Refusing(Protocol):
    """A dialect that has an error document of its own."""

    def refuse(self, error: GatewayError) -> Document:
        """The answer that tells a sender what went wrong."""
        ...


@runtime_checkable
class Blanking(Protocol):
    """A dialect in which credentials may stand inside a document."""

    def blank(self, document: Document) -> bytes:
        """The bytes of `document` with every credential blanked."""
        ...


@entrance("POST /in/<party>", "push")
def push(call: Call, party: str) -> Response:
    """Take in what a party says in its own dialect; the same push again is the same answer."""
    return _said(call, party, "")


@entrance("POST /in/<party>/<path:behind>", "push")
def push_behind(call: Call, party: str, behind: str) -> Response:
    """The same, where the dialect says by its address what a call is about."""
    return _said(call, party, behind)


def _said(call: Call, party: str, behind: str) -> Response:
    known = call.runtime.parties.get(party)
    if known is None:
        raise GatewayError("not_found", thing="party")
    document = Document(body.read(call), call.content_type, headers_of(call, behind))
    dialect = own_dialect(known)
    return _pushed(call, known, document) if dialect is None else respond(call, known, dialect, document)


def _pushed(call: Call, known: Party, document: Document) -> Response:
    try:
        answer, status = _taken(call, known, document), 200
    except Exception as found:  # noqa: BLE001 - whatever it is, the party is told, in its own words if it has some
        error = shown(found, call.id)
        if not isinstance(known.dialect, Refusing):
            return problem(error, call.language, call.id, call.runtime.settings.url)
        answer, status = known.dialect.refuse(localised(error, "zh")), error.kind.status
    return _sent(call, known, answer, status)


def _taken(call: Call, party: Party, document: Document) -> Document:
    reason = party.admits(document) if isinstance(party, PushCheck) else "this party has no agreed way to sign a push"
    if reason is not None:
        raise GatewayError("authentication_needed", reason=reason)
    call.proved = party.id
    kept = party.dialect.blank(document) if isinstance(party.dialect, Blanking) else document.body
    body.record(call, party.id, call.name, kept)
    message, control = _read(party, document)
    if not isinstance(message, _PUSHED):
        raise GatewayError("unsupported", party=_US, message=type(message).__name__, alternative="It is no push.")
    reply: Message = receive(call.runtime, party.id, message, about=call.id)
    return party.dialect.write(reply, _answering(call, party, control), about=message)


def _read(party: Party, document: Document) -> tuple[Message, Control]:
    """What is pushed is a request: what cannot be read of it is its sender's, and no answer of anybody."""
    try:
        return party.dialect.read(document)
    except GatewayError as error:
        if error.kind.code != "unreadable":
            raise
        about, reason = error.params.get("message", ""), error.params.get("reason", "")
        raise GatewayError("request_unreadable", message=about, reason=reason) from error


def _answering(call: Call, party: Party, control: Control) -> Control:
    now = call.runtime.now()
    return Control(new_handle("msg", now), _US, party.id, now, {**control.extra, "refers_to": control.message_id})


def _sent(call: Call, party: Party, answer: Document, status: int) -> Response:
    body.record_answer(call, party.id, call.name, answer.media_type, answer.body)
    headers = {name: value for name, value in answer.headers.items() if not name.startswith(":")}
    stated = int(answer.headers.get(_STATUS, status))
    return Response(answer.body, stated, headers=headers, content_type=answer.media_type)
