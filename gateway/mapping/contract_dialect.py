"""The dialect `gateway`: our own typed contract, in each version that provinces adopt and that we serve."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, NoReturn

from lxml import etree

from gateway.errors import GatewayError
from gateway.mapping import contract, soap_faults, typed_xml, typed_xml_faults, typed_xml_plain, typed_xml_writer
from gateway.mapping.contract import ExchangeBlock, Problem, answer_name
from gateway.mapping.contract_versions import NEWEST, VERSIONS, ContractVersion
from gateway.mapping.soap import MEDIA_TYPES, Opened, Version, envelope, open_envelope
from gateway.mapping.soap_plain import PlainEnvelope, plain_envelope
from gateway.mapping.typed_xml import qname
from gateway.mapping.typed_xml_records import maker
from gateway.model.messages import Exchange, Message
from gateway.ports import Control, Document
from gateway.security.xml import schema, validate

_FINDINGS = 5  # what one fault text lists of what a schema found


class GatewayDialect:
    """Reads and writes the messages of one version and their answers; ready for many threads once it is built.

    `control.extra`: `soap` is "1.2" where the envelope is (to be) SOAP 1.2, absent for 1.1; `refers_to` is the
    message_id that an answer answers, absent elsewhere.
    """

    name = "gateway"

    def __init__(self, spoken: ContractVersion = NEWEST, served: Collection[str] | None = None) -> None:
        self.version = spoken.number
        self._namespace = namespace = spoken.namespace
        self._offered = ", ".join(item.name for item in spoken.exchanges if served is None or item.name in served)
        self._schema = schema(contract.xsd(spoken))
        self._exchanges: Mapping[type, Exchange] = {item.request: item for item in spoken.exchanges}
        self._requests = {qname(item.name, namespace): item.request for item in spoken.exchanges}
        records = {record for item in spoken.exchanges for record in (item.request, item.reply)}
        self._readers = {record: typed_xml.reader(record, namespace) for record in records}
        self._plain_readers = {record: typed_xml_plain.plain_reader(record) for record in records}
        self._writers = {record: typed_xml_writer.writer(record) for record in records}
        self._by_name = {item.name: item.request for item in spoken.exchanges}
        self._answers = {item.request: {answer_name(item.name): item.reply} for item in spoken.exchanges}
        self._expected = ("Exchange", namespace, namespace)
        self._exchange_block = qname("Exchange", namespace)
        self._read_block = typed_xml.reader(ExchangeBlock, namespace)
        self._plain_block = typed_xml_plain.plain_reader(ExchangeBlock)
        self._write_block = typed_xml_writer.writer(ExchangeBlock)
        self._make_block = maker(ExchangeBlock)

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        """The document for `message`, or for the answer `message` to the request `about`.

        GatewayError: `unsupported` for a message that the contract does not have, `bad_character` for what XML has not.
        """
        name = self._name(message, about)
        soap_version: Version = "1.2" if control.extra.get("soap") == "1.2" else "1.1"
        refers_to = control.extra.get("refers_to")
        block = self._make_block(control.message_id, control.sender, control.receiver, control.sent_at, refers_to)
        blocks = f'<Exchange xmlns="{self._namespace}">{self._write_block(block)}</Exchange>'
        payload = f'<{name} xmlns="{self._namespace}">{self._writers[type(message)](message)}</{name}>'
        return _document(soap_version, envelope(soap_version, blocks, payload), f"{self._namespace}/{name}")

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        """The message in `document`: a request where `about` is None, else the answer to the request `about`.

        A request that is wrong raises what the caller has to be told: `soap_invalid`, `xml_refused`, `faults`, ...
        An answer that is wrong raises `unreadable`, an answer that is a fault FaultReplyError.
        """
        if about is None:
            return self._plain(document, about) or self.understand(self.open(document))
        try:
            return self._plain(document, about) or self._answer(self.open(document), type(about))
        except soap_faults.FaultReplyError:
            raise
        except GatewayError as error:
            shown = error.params.get("reason", error.text("en"))
            name = type(about).__name__
            raise GatewayError("unreadable", party=self.name, message=name, reason=shown) from error

    def open(self, document: Document) -> Opened:
        """The envelope of `document`, so that its sender can be authenticated before its content is read."""
        return open_envelope(document.body, document.media_type)

    def carries(self, opened: Opened) -> bool:
        """Whether the contract has what an opened envelope holds, whatever stands in it."""
        return opened.payload.tag in self._requests

    def understand(self, opened: Opened) -> tuple[Message, Control]:
        """The request in an opened envelope."""
        record = self._requests.get(opened.payload.tag)
        if record is None:
            _refuse(f"the Body holds {opened.name[:40]}; the operations of {self._namespace} are {self._offered}")
        return self._record(opened.payload, record), self._control(opened)

    def write_fault(self, error: GatewayError, soap_version: Version = "1.1", language: str = "zh") -> Document:
        """The fault that tells a caller `error`."""
        return soap_faults.write_fault(error, soap_version, language, self._namespace)

    def _plain(self, document: Document, about: Message | None) -> tuple[Message, Control] | None:
        """What a plain envelope says; None where the ordinary way has to look at it."""
        plain = plain_envelope(document.body, document.media_type)
        return plain and self.of_plain(plain, about)

    def of_plain(self, plain: PlainEnvelope, about: Message | None = None) -> tuple[Message, Control] | None:
        """As `read`, of an envelope that is cut already; None where the ordinary way has to look at it."""
        block, payload = plain.block, plain.payload
        record = (self._by_name if about is None else self._answers.get(type(about), {})).get(payload.name)
        if record is None or (block.name, block.namespace, payload.namespace) != self._expected:
            return None
        said = self._plain_block.of_bytes(block.raw, block.prefix)
        message = said and self._plain_readers[record].of_bytes(payload.raw, payload.prefix)
        return message and (message, _control(said, plain.version))

    def _answer(self, opened: Opened, request: type) -> tuple[Message, Control]:
        if opened.is_fault:
            raise soap_faults.FaultReplyError(self._told(opened), message=request.__name__, party="")
        exchange = self._exchanges[request]
        if opened.payload.tag != qname(answer_name(exchange.name), self._namespace):
            _refuse(f"the Body holds {opened.name[:40]}, not {answer_name(exchange.name)}")
        return self._record(opened.payload, exchange.reply), self._control(opened)

    def _told(self, opened: Opened) -> soap_faults.Told:
        element = soap_faults.problem_element(opened, self._namespace)
        if element is None or validate(self._schema, element):
            return soap_faults.read_fault(opened, None)
        return soap_faults.read_fault(opened, typed_xml.reader(Problem, self._namespace)(element))

    def _name(self, message: Message, about: Message | None) -> str:
        exchange = self._exchanges.get(type(message if about is None else about))
        if exchange is None or (about is not None and type(message) is not exchange.reply):
            raise GatewayError("unsupported", message=type(message).__name__, alternative="", party=self.name)
        return exchange.name if about is None else answer_name(exchange.name)

    def _record(self, element: etree._Element, record: type) -> Any:
        plain = self._plain_readers[record].of_element(element)
        if plain is not None:
            return plain
        self._check(element)
        try:
            return self._readers[record](element)
        except ValueError:
            found = typed_xml_faults.faults(element, record)
            raise GatewayError("faults", faults=found, count=str(len(found))) from None

    def _control(self, opened: Opened) -> Control:
        element = opened.block(self._exchange_block)
        if element is None:
            _refuse("the header block Exchange is missing")
        return _control(self._plain_block.of_element(element) or self._checked_block(element), opened.version)

    def _checked_block(self, element: etree._Element) -> ExchangeBlock:
        self._check(element)
        try:
            block: ExchangeBlock = self._read_block(element)
        except ValueError:
            _refuse("sent_at in the header block Exchange is not an instant")
        return block

    def _check(self, element: etree._Element) -> None:
        found = validate(self._schema, element)
        if found:
            more = f"; and {len(found) - _FINDINGS} more" if len(found) > _FINDINGS else ""
            _refuse("; ".join(f"{place}: {what}" for place, what in found[:_FINDINGS]) + more)


def gateway_dialects() -> Mapping[str, Callable[..., GatewayDialect]]:
    """Makers of every version by "gateway/<version>", as the directory of parties takes them."""
    return {f"gateway/{version.number}": partial(GatewayDialect, version) for version in VERSIONS.values()}


def _control(block: ExchangeBlock, soap_version: Version) -> Control:
    extra = {} if block.refers_to is None else {"refers_to": block.refers_to}
    if soap_version == "1.2":
        extra["soap"] = "1.2"
    return Control(block.message_id, block.sender, block.receiver, block.sent_at, extra)


def _document(soap_version: Version, body: bytes, action: str) -> Document:
    if soap_version == "1.2":
        return Document(body, f'{MEDIA_TYPES["1.2"]}; charset=utf-8; action="{action}"')
    return Document(body, f"{MEDIA_TYPES['1.1']}; charset=utf-8", {"SOAPAction": f'"{action}"'})


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("soap_invalid", reason=reason)
