from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pytest
import zeep
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from requests import Response
from zeep.transports import Transport

from gateway.errors import Side
from gateway.mapping import contract
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST, OLDEST, VERSIONS, ContractVersion
from gateway.model.messages import EXCHANGES, carried_by
from gateway.model.shape import shapes, text_of
from gateway.model.values import Money, Month, Region
from gateway.ports import Control, Document
from tests.strategies.records import records

MAPPINGS = Path(__file__).parents[3] / "mappings"
DIALECT = GatewayDialect(NEWEST)
PROVINCE = list(carried_by("province"))
every_version = pytest.mark.parametrize("version", VERSIONS.values(), ids=lambda version: version.number)
XS = "{http://www.w3.org/2001/XMLSchema}"


# What provinces have built on: a version that was published is never generated anew.
PUBLISHED = {
    "gateway.xsd": "45ee13c041100782c23e3cb5eb5e8b0f287f22094f3b9491448dc58b1d0ad076",
    "gateway.wsdl": "816b315825b33ca8298e2d1cdb96e93992b8fb6df873e5419f9915bf84c8b869",
}


@every_version
@pytest.mark.parametrize("name", ["gateway.xsd", "gateway.wsdl"])
def test_the_committed_contract_is_what_the_dataclasses_say(name: str, version: ContractVersion) -> None:
    committed = (MAPPINGS / contract.folder(version) / name).read_bytes()
    assert committed == contract.files(version)[name], "rewrite it with gateway.mapping.contract.rewrite"


@pytest.mark.parametrize("name", ["gateway.xsd", "gateway.wsdl"])
def test_the_first_version_is_byte_for_byte_what_was_published(name: str) -> None:
    committed = (MAPPINGS / contract.folder(OLDEST) / name).read_bytes()
    assert sha256(committed).hexdigest() == PUBLISHED[name]


def test_the_newest_version_carries_every_message_of_a_province_and_all_that_came_before() -> None:
    assert [item.name for item in NEWEST.exchanges] == PROVINCE
    assert NEWEST.exchanges[: len(OLDEST.exchanges)] == OLDEST.exchanges
    assert len({version.namespace for version in VERSIONS.values()}) == len(VERSIONS)


def test_rewriting_brings_a_stale_contract_up_to_date_and_then_changes_nothing(tmp_path: Path) -> None:
    changed = contract.rewrite(tmp_path)
    assert sorted(path.name for path in changed) == sorted(["gateway.wsdl", "gateway.xsd"] * len(VERSIONS))
    assert contract.rewrite(tmp_path) == []
    changed[0].write_bytes(b"stale")
    assert contract.rewrite(tmp_path) == [changed[0]]


@every_version
def test_the_schema_has_every_field_in_order_with_its_words_in_both_languages(version: ContractVersion) -> None:
    root = etree.fromstring(contract.xsd(version))
    for record in {kind for item in version.exchanges for kind in (item.request, item.reply)}:
        elements = root.findall(f"{XS}complexType[@name='{record.__name__}']/{XS}sequence/{XS}element")
        assert [element.get("name") for element in elements] == [item.name for item in shapes(record)]
        for element, item in zip(elements, shapes(record), strict=True):
            assert (element.get("minOccurs") == "0") == (not item.required)
            assert (element.get("maxOccurs") == "unbounded") == item.many
            if item.doc:
                words = [said.text for said in element.findall(f"{XS}annotation/{XS}documentation")]
                assert words == [item.doc.en, item.doc.zh]


def test_the_sides_of_a_problem_are_those_of_the_error_catalogue() -> None:
    assert tuple(side.value for side in contract.ProblemSide) == get_args(Side)


class Served(Transport):
    """Carries what a foreign SOAP client writes to our dialect, and our answer back; no network in between."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # zeep has no types
        self.answer: Any = None
        self.heard: tuple[Any, Control] | None = None

    def post(self, address: str, message: bytes, headers: Mapping[str, str]) -> Response:
        assert address == "http://localhost/soap/gateway"
        self.heard = DIALECT.read(Document(message, headers["Content-Type"], dict(headers)))
        request, control = self.heard
        soap = {"soap": control.extra["soap"]} if "soap" in control.extra else {}
        back = Control("answer-1", control.receiver, control.sender, control.sent_at, {"refers_to": "m-1", **soap})
        document = DIALECT.write(self.answer, back, request)
        response = Response()
        response.status_code, response._content = 200, document.body
        response.headers["Content-Type"] = document.media_type
        return response


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> zeep.Client:
    place = tmp_path_factory.mktemp("contract") / "gateway.wsdl"
    place.write_bytes(contract.wsdl(NEWEST, "http://localhost/soap/gateway"))
    return zeep.Client(str(place), transport=Served())  # type: ignore[no-untyped-call]  # zeep has no types


def as_foreign(value: Any) -> Any:
    """A record as a caller of a generic SOAP library hands it over."""
    if isinstance(value, tuple):
        return [as_foreign(part) for part in value]
    if isinstance(value, Money):
        return value.yuan
    if isinstance(value, Month | Region):
        return text_of(value)
    if hasattr(value, "__dataclass_fields__"):
        return {
            field.name: as_foreign(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) not in (None, ())
        }
    return value


def as_ours(value: Any, record: type) -> Any:
    """What a generic SOAP library read, as text, to be compared with what we wrote."""
    return {item.name: value[item.name] for item in shapes(record) if not item.is_record and not item.many}


@pytest.mark.parametrize("port", ["GatewaySoap11", "GatewaySoap12"])
@pytest.mark.parametrize("name", PROVINCE)
def test_a_foreign_soap_library_calls_every_operation_from_the_wsdl_alone(
    client: zeep.Client, name: str, port: str
) -> None:
    exchange, served = EXCHANGES[name], client.transport
    call = client.bind("GatewayService", port)[name]
    sent_at = datetime.fromisoformat("2026-01-31T08:00:00+08:00")
    header = {"message_id": "m-1", "sender": "zhejiang", "receiver": "gateway", "sent_at": sent_at}

    @settings(max_examples=10, deadline=None)
    @given(records(exchange.request), records(exchange.reply))
    def law(request: Any, reply: Any) -> None:
        served.answer = reply
        answer = call(**as_foreign(request), _soapheaders={"exchange": header})
        extra = {"soap": "1.2"} if port.endswith("12") else {}
        assert served.heard == (request, Control("m-1", "zhejiang", "gateway", sent_at, extra))
        assert answer.header.exchange.refers_to == "m-1"
        body = answer.body
        told = as_ours(body, exchange.reply)
        ours = {item.name: getattr(reply, item.name) for item in shapes(exchange.reply) if item.name in told}
        assert {key: str(value) for key, value in told.items()} == {key: str(value) for key, value in ours.items()}

    law()


SCHEMA = etree.XMLSchema(etree.fromstring(contract.xsd(NEWEST)))


@given(st.text("a中𠮷\u0301", max_size=70))
def test_lengths_count_characters_and_not_bytes(text: str) -> None:
    element = etree.fromstring(f'<GetProgress xmlns="{NEWEST.namespace}"><reference>{text}</reference></GetProgress>')
    assert SCHEMA.validate(element) == (1 <= len(text) <= 64)
