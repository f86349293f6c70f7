"""Questions about our own records at /soap/gateway: answered together with those that arrive at the same time."""

from dataclasses import dataclass, field

from flask import Response

from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.soap import Version
from gateway.model.messages import Message
from gateway.model.province import EnrolmentDecided, GetProgress
from gateway.ports import Control, Crossing
from gateway.services.progress import Asking, answer
from gateway.web import body
from gateway.web.call import Call
from gateway.web.soap.replies import Reply, envelope, enveloped, fault


@dataclass(slots=True)
class Question:
    """One question, and the reply to it as soon as it is written."""

    call: Call
    party: str
    version: Version
    dialect: GatewayDialect
    message: GetProgress
    control: Control
    replies: list[Reply] = field(default_factory=list)

    def told(self, came: Crossing) -> Response:
        """The reply, once the journal has it and what `came`; GatewayError `unavailable`."""
        answer(self.call.runtime, Asking(self.party, self.message, came, self.tell))
        return self.replies[-1].response

    def tell(self, found: EnrolmentDecided | Exception) -> Crossing:
        """Write the reply; how the journal takes it."""
        reply = self._fault(found) if isinstance(found, Exception) else self._envelope(found)
        self.replies.append(reply)
        document = reply.document
        return body.goes_out(self.call, self.party, self.call.name, document.media_type, document.body)

    def _fault(self, problem: Exception) -> Reply:
        return fault(self.call, problem, self.version, self.dialect)

    def _envelope(self, found: Message) -> Reply:
        return enveloped(self.version, envelope(self.dialect, self.call, found, self.control, self.message))
