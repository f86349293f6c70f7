"""The dialect `gateway` 1.1: our own typed contract, spoken by the provinces that adopt it and served by us."""

from collections.abc import Mapping
from typing import Any, NoReturn

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping import contract, soap_faults, typed_xml, typed_xml_faults
from gateway.mapping.contract import PROVINCE_EXCHANGES, ExchangeBlock, Problem, answer_name
from gateway.mapping.soap import MEDIA_TYPES, Opened, Version, envelope, open_envelope
from gateway.mapping.typed_xml import NAMESPACE, qname
from gateway.model.messages import Exchange, Message
from gateway.ports import Control, Document
from gateway.security.xml import schema, validate

_FINDINGS = 5  # what one fault text lists of what a schema found
_EXCHANGE = qname("Exchange")


class GatewayDialect:
    """Reads and writes every province message and its answer; ready for use by many threads once it is built.

    `control.extra`: `soap` is "1.2" where the envelope is (to be) SOAP 1.2, absent for 1.1; `refers_to` is the
    message_id that an answer answers, absent elsewhere.
    """

    name = "gateway"
    version = contract.VERSION

    def __init__(self) -> None:
        self._schema = schema(contract.xsd())
        self._exchanges: Mapping[type, Exchange] = {item.request: item for item in PROVINCE_EXCHANGES}
        self._requests = {qname(item.name): item.request for item in PROVINCE_EXCHANGES}
        records = {record for item in PROVINCE_EXCHANGES for record in (item.request, item.reply)}
        self._readers = {record: typed_xml.reader(record) for record in records}
        self._writers = {record: typed_xml.writer(record) for record in records}
        self._read_block = typed_xml.reader(ExchangeBlock)
        self._write_block = typed_xml.writer(ExchangeBlock)

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        """The document for `message`, or for the answer `message` to the request `about`.

        GatewayError: `unsupported` for a message that the contract does not have, `bad_character` for what XML has not.
        """
        name = self._name(message, about)
        soap_version: Version = "1.2" if control.extra.get("soap") == "1.2" else "1.1"
        refers_to = control.extra.get("refers_to")
        block = ExchangeBlock(control.message_id, control.sender, control.receiver, control.sent_at, refers_to)
        blocks = f'<Exchange xmlns="{NAMESPACE}">{self._write_block(block)}</Exchange>'
        payload = f'<{name} xmlns="{NAMESPACE}">{self._writers[type(message)](message)}</{name}>'
        return _document(soap_version, envelope(soap_version, blocks, payload), name)

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        """The message in `document`: a request where `about` is None, else the answer to the request `about`.

        A request that is wrong raises what the caller has to be told: `soap_invalid`, `xml_refused`, `faults`, ...
        An answer that is wrong raises `unreadable`, an answer that is a fault FaultReplyError.
        """
        if about is None:
            return self.understand(self.open(document))
        try:
            return self._answer(self.open(document), type(about))
        except soap_faults.FaultReplyError:
            raise
        except GatewayError as error:
            shown = error.params.get("reason", error.text("en"))
            name = type(about).__name__
            raise GatewayError("unreadable", party=self.name, message=name, reason=shown) from error

    def open(self, document: Document) -> Opened:
        """The envelope of `document`, so that its sender can be authenticated before its content is read."""
        return open_envelope(document.body, document.media_type)

    def understand(self, opened: Opened) -> tuple[Message, Control]:
        """The request in an opened envelope."""
        record = self._requests.get(opened.payload.tag)
        if record is None:
            offered = ", ".join(item.name for item in PROVINCE_EXCHANGES)
            _refuse(f"the Body holds {opened.name[:40]}; the operations of {NAMESPACE} are {offered}")
        return self._record(opened.payload, record), self._control(opened)

    def write_fault(self, error: GatewayError, soap_version: Version = "1.1", language: str = "zh") -> Document:
        """The fault that tells a caller `error`."""
        return soap_faults.write_fault(error, soap_version, language)

    def _answer(self, opened: Opened, request: type) -> tuple[Message, Control]:
        if opened.is_fault:
            raise soap_faults.FaultReplyError(self._told(opened), message=request.__name__, party="")
        exchange = self._exchanges[request]
        if opened.payload.tag != qname(answer_name(exchange.name)):
            _refuse(f"the Body holds {opened.name[:40]}, not {answer_name(exchange.name)}")
        return self._record(opened.payload, exchange.reply), self._control(opened)

    def _told(self, opened: Opened) -> soap_faults.Told:
        element = soap_faults.problem_element(opened)
        if element is None or validate(self._schema, element):
            return soap_faults.read_fault(opened, None)
        return soap_faults.read_fault(opened, typed_xml.reader(Problem)(element))

    def _name(self, message: Message, about: Message | None) -> str:
        exchange = self._exchanges.get(type(message if about is None else about))
        if exchange is None or (about is not None and type(message) is not exchange.reply):
            raise GatewayError("unsupported", message=type(message).__name__, alternative="", party=self.name)
        return exchange.name if about is None else answer_name(exchange.name)

    def _record(self, element: etree._Element, record: type) -> Any:
        self._check(element)
        try:
            return self._readers[record](element)
        except ValueError:
            found = typed_xml_faults.faults(element, record)
            raise GatewayError("faults", faults=found, count=str(len(found))) from None

    def _control(self, opened: Opened) -> Control:
        element = opened.block(_EXCHANGE)
        if element is None:
            _refuse("the header block Exchange is missing")
        self._check(element)
        try:
            block: ExchangeBlock = self._read_block(element)
        except ValueError:
            _refuse("sent_at in the header block Exchange is not an instant")
        extra = {} if block.refers_to is None else {"refers_to": block.refers_to}
        if opened.version == "1.2":
            extra["soap"] = "1.2"
        return Control(block.message_id, block.sender, block.receiver, block.sent_at, extra)

    def _check(self, element: etree._Element) -> None:
        found = validate(self._schema, element)
        if found:
            more = f"; and {len(found) - _FINDINGS} more" if len(found) > _FINDINGS else ""
            _refuse("; ".join(f"{place}: {what}" for place, what in found[:_FINDINGS]) + more)


def _document(soap_version: Version, body: bytes, name: str) -> Document:
    action = f"{NAMESPACE}/{name}"
    if soap_version == "1.2":
        return Document(body, f'{MEDIA_TYPES["1.2"]}; charset=utf-8; action="{action}"')
    return Document(body, f"{MEDIA_TYPES['1.1']}; charset=utf-8", {"SOAPAction": f'"{action}"'})


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("soap_invalid", reason=reason)
