"""SOAP with one operation that takes one string and gives one: what stands in the string is another syntax's."""

from dataclasses import dataclass

from lxml import etree

from gateway.mapping.envelopes import Envelopes, opened
from gateway.mapping.syntax import escaped, unreadable
from gateway.ports import Document

_TYPES = (
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:type="xsd:string"',
)
_RESPONSE = "Response"
_ENVELOPES = Envelopes({})


@dataclass(frozen=True, slots=True)
class Told:
    """The string of an envelope; where it holds a fault instead, the fault's text."""

    text: str
    reply: bool = False
    fault: bool = False


@dataclass(frozen=True, slots=True)
class OneString:
    """The envelope. `given`, `returned`: the elements that hold the string; `typed`: each says that it is a string."""

    namespace: str
    operation: str
    given: str
    returned: str
    typed: bool = False

    def opened(self, document: Document) -> Told:
        """What an envelope holds; the name of the element around the string does not count (rpc)."""
        envelope = opened(document)
        if envelope.fault is not None:
            return Told(envelope.fault, reply=True, fault=True)
        called = envelope.called
        name = etree.QName(called)
        if name.namespace != self.namespace or name.localname.removesuffix(_RESPONSE) != self.operation:
            raise unreadable("the operation is not that of the service")
        if len(called) != 1 or len(called[0]):
            raise unreadable("it does not hold one string")
        return Told(called[0].text or "", reply=name.localname != self.operation)

    def around(self, text: str, *, reply: bool) -> str:
        """The envelope around a string."""
        types, kind = _TYPES if self.typed else ("", "")
        name, held = (self.operation + _RESPONSE, self.returned) if reply else (self.operation, self.given)
        inner = f"<{held}{kind}>{escaped(text)}</{held}>"
        return _ENVELOPES.around(f'<ns:{name} xmlns:ns="{self.namespace}">{inner}</ns:{name}>', namespaces=types)

    def refused(self, text: str) -> str:
        """The envelope of a fault."""
        return _ENVELOPES.refused(text)
