"""What goes back at /soap/gateway: envelopes and faults, each in the journal before it leaves."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.soap import MEDIA_TYPES, Version
from gateway.mapping.soap_faults import fault_status
from gateway.model.handles import new_handle
from gateway.model.messages import Message
from gateway.ports import Control, Document
from gateway.web import body
from gateway.web.call import Call
from gateway.web.lean import LeanResponse
from gateway.web.problems import shown
from gateway.web.wording import localised

_US = "gateway"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes back, with the status of HTTP that it goes under."""

    document: Document
    status: int = HTTPStatus.OK

    @property
    def response(self) -> Response:
        """As the web framework takes it."""
        headers = {"Cache-Control": "no-store"}
        return LeanResponse(self.document.body, self.status, headers=headers, content_type=self.document.media_type)


def envelope(dialect: GatewayDialect, call: Call, reply: Message, control: Control, message: Message) -> bytes:
    """The envelope that answers `message` with `reply`."""
    now = call.runtime.now()
    extra = {"refers_to": control.message_id} | ({"soap": "1.2"} if control.extra.get("soap") == "1.2" else {})
    answer = Control(new_handle("msg", now), _US, control.sender, now, extra)
    return dialect.write(reply, answer, about=message).body


def enveloped(version: Version, content: bytes) -> Reply:
    """An envelope that is written already."""
    return Reply(Document(content, f"{MEDIA_TYPES[version]}; charset=utf-8"))


def fault(call: Call, problem: Exception, version: Version, dialect: GatewayDialect) -> Reply:
    """What went wrong, in the caller's protocol."""
    error = shown(problem, call.id)
    told = localised(error, call.language)
    return Reply(dialect.write_fault(told, version, call.language), fault_status(error, version))


def kept(call: Call, party: str, reply: Reply) -> Response:
    """The reply, once the journal has it; GatewayError `unavailable`."""
    body.record_answer(call, party, call.name, reply.document.media_type, reply.document.body)
    return reply.response


def kept_if_possible(call: Call, party: str, reply: Reply) -> Response:
    """As `kept`; where the journal cannot take it, the caller hears of it all the same, for nothing was done."""
    try:
        return kept(call, party, reply)
    except GatewayError:
        return reply.response
