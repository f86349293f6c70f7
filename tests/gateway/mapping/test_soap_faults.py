from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import KINDS, Fault, GatewayError
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST
from gateway.mapping.soap import ENVELOPES
from gateway.mapping.soap_faults import FaultReplyError, fault_status
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import Done, FindWorker
from gateway.ports import Control, Document

DIALECT = GatewayDialect(NEWEST)
SAMPLES = Path(__file__).parents[3] / "mappings/dialects/gateway/1.2/samples"
CONTROL = Control("m-1", "zhejiang", "gateway", datetime(2026, 1, 31, tzinfo=UTC))
PERSON = Identity(IdType.RESIDENT_ID, "11010119900307109X", "示例甲")
ASKED = FindWorker(PERSON, Warrant(Purpose.BENEFIT))
STARTED = DIALECT.read(Document((SAMPLES / "StartCover.request.xml").read_bytes(), "text/xml"))[0]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_entry_of_the_catalogue_is_said_as_a_fault_and_understood_again(code: str, version: Any) -> None:
    error = GatewayError(code, faults=[Fault("/a", "missing_field")], name="{urn:x}<Priority", reason="\x00 <&")
    document = DIALECT.write_fault(error, version, "en")
    with pytest.raises(FaultReplyError) as raised:
        DIALECT.read(document, ASKED)
    told = raised.value.told
    by_the_book = code in ("soap_version_mismatch", "soap_must_understand")
    assert told.refused == (error.kind.status < 500)
    assert (told.problem is None) == by_the_book
    if told.problem:
        assert (told.problem.code, told.problem.retry_safe) == (code, error.kind.retry_safe)
        assert told.problem.text.endswith("/a: This field is required.")
    assert raised.value.kind.code == ("party_refused" if told.refused else "party_fault")


def test_the_faults_of_the_book_have_their_own_codes_and_headers() -> None:
    misunderstood = GatewayError("soap_must_understand", name="{urn:x}Priority")
    body = DIALECT.write_fault(misunderstood, "1.1").body.decode()
    assert "<faultcode>soap:MustUnderstand</faultcode>" in body
    assert "<detail>" not in body
    body = DIALECT.write_fault(misunderstood, "1.2").body.decode()
    assert '<soap:NotUnderstood qname="n:Priority" xmlns:n="urn:x"/>' in body
    body = DIALECT.write_fault(GatewayError("soap_version_mismatch"), "1.2").body.decode()
    assert f'<soap:SupportedEnvelope qname="e:Envelope" xmlns:e="{ENVELOPES["1.1"]}"/>' in body


@pytest.mark.parametrize(
    ("code", "version", "status"),
    [
        ("not_found", "1.1", 500),
        ("not_found", "1.2", 400),
        ("unavailable", "1.2", 500),
        ("soap_must_understand", "1.2", 500),
    ],
)
def test_the_http_status_of_a_fault_follows_the_soap_version(code: str, version: Any, status: int) -> None:
    assert fault_status(GatewayError(code), version) == status


def test_the_samples_of_faults_say_what_they_say() -> None:
    with pytest.raises(FaultReplyError) as raised:
        DIALECT.read(Document((SAMPLES / "Fault.refused.xml").read_bytes(), "text/xml"), ASKED)
    assert raised.value.told.refused
    with pytest.raises(FaultReplyError) as raised:
        DIALECT.read(Document((SAMPLES / "Fault.server.soap12.xml").read_bytes(), "text/xml"), ASKED)
    assert not raised.value.told.refused


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<soap:Fault>", "<soap:Fault><!-- a client fault without our problem decides nothing -->"),
        ("<retry_safe>", "<surplus/><retry_safe>"),
        ("soap:Client", "soap:Server"),
    ],
)
def test_a_fault_that_is_not_exactly_a_refusal_is_never_taken_for_one(old: str, new: str) -> None:
    body = DIALECT.write_fault(GatewayError("not_found", thing="case"), "1.1", "en").body.decode()
    body = body.replace(old, new)
    if old == "<soap:Fault>":
        body = body[: body.index("<detail>")] + body[body.index("</detail>") + len("</detail>") :]
    with pytest.raises(FaultReplyError) as raised:
        DIALECT.read(Document(body.encode(), "text/xml"), ASKED)
    assert raised.value.kind.code == "party_fault"


@pytest.mark.parametrize(
    "document",
    [
        Document(b"<html><body>502 Bad Gateway</body></html>", "text/html"),
        Document(b"", "text/xml"),
        Document(b"<a/>", "text/xml"),
        DIALECT.write(Done(done=True), CONTROL, STARTED),
        DIALECT.write(ASKED, CONTROL),
    ],
)
def test_an_answer_that_cannot_be_read_is_unreadable_and_never_a_refusal(document: Document) -> None:
    with pytest.raises(GatewayError) as raised:
        DIALECT.read(document, ASKED)
    assert (raised.value.kind.code, raised.value.params["message"]) == ("unreadable", "FindWorker")
