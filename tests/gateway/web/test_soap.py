from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
import zeep
import zeep.exceptions
from lxml import etree

from gateway.store.journal_reader import read
from gateway.web.soap.credentials import blanked
from tests.gateway.web.door import NUMBER, Gate
from tests.gateway.web.envelopes import (
    FIND_WORKER,
    MEDIA_TYPE,
    OURS,
    SOAP_11,
    SOAP_12,
    WITHDRAW,
    decided,
    envelope,
    exchange,
    security,
    send,
    told,
)

BOTH = pytest.mark.parametrize("soap", [SOAP_11, SOAP_12], ids=["1.1", "1.2"])


@BOTH
def test_a_province_signed_in_by_digest_is_answered_from_another_region(gate: Gate, soap: str) -> None:
    blocks = security(gate.clock()) + exchange("m-100")
    answer = send(gate, envelope(blocks, FIND_WORKER, soap), soap)
    assert answer.status == HTTPStatus.OK, etree.tostring(answer.root)
    assert answer.content_type == MEDIA_TYPE[soap]
    assert answer.root.tag == f"{{{soap}}}Envelope"
    assert (answer.text("known"), answer.text("person_number"), answer.text("region")) == ("true", "H0001", "430102")
    assert (answer.text("refers_to"), answer.text("receiver"), answer.text("sender")) == (
        "m-100",
        "zhejiang",
        "gateway",
    )


@BOTH
def test_a_bearer_token_serves_as_well(door: Gate, soap: str) -> None:
    answer = send(door, envelope(exchange(), FIND_WORKER, soap), soap, client="demo-province")
    assert (answer.status, answer.text("known")) == (HTTPStatus.OK, "true")


def test_both_documents_are_kept_the_secret_parts_blanked(door: Gate) -> None:
    sent = envelope(security(door.clock()) + exchange(), FIND_WORKER)
    send(door, sent)
    assert door.journal() == [("in", "zhejiang", "soap"), ("out", "zhejiang", "soap")]
    kept = read(door.runtime.store.engine, door.runtime.store.keyring, f"{door.writer.stream}.1")
    assert kept == blanked(sent)
    assert b'PasswordDigest"></wsse:Password><wsse:Nonce></wsse:Nonce>' in kept
    assert NUMBER.encode() in kept


@BOTH
def test_a_repeated_message_gets_the_same_answer_and_nobody_is_asked_again(gate: Gate, soap: str) -> None:
    first, again = (
        gate.http.post(
            "/soap/gateway",
            data=envelope(security(gate.clock()) + exchange("m-7"), FIND_WORKER, soap),
            headers={"Content-Type": MEDIA_TYPE[soap]},
        )
        for _ in range(2)
    )
    assert first.status_code == again.status_code == HTTPStatus.OK
    assert again.data == first.data
    assert gate.runtime.parties["hunan"].asked == 1  # type: ignore[attr-defined]  # a party of these tests


def test_progress_that_is_asked_for_again_is_told_as_it_is_now(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    gate.carry_due()
    asked = f'<GetProgress xmlns="{OURS}"><reference>{case}.pension</reference></GetProgress>'
    first = send(gate, envelope(exchange("m-9"), asked), client="demo-province").text("decision")
    send(gate, envelope(security(gate.clock()) + exchange(), decided()))
    again = send(gate, envelope(exchange("m-9"), asked), client="demo-province").text("decision")
    assert (first, again) == ("received", "accepted")


def test_a_message_id_used_for_something_else_is_a_fault_that_repeats_no_value(gate: Gate) -> None:
    send(gate, envelope(exchange("m-7"), FIND_WORKER), client="demo-province")
    other = FIND_WORKER.replace("湘小骑", "湘小车")
    answer = send(gate, envelope(exchange("m-7"), other), client="demo-province")
    assert (answer.status, answer.text("code")) == (500, "idempotency_conflict")
    assert "/person/name" in answer.text("faultstring")
    assert "湘小" not in answer.text("faultstring")


def test_a_failure_is_not_kept_as_the_answer(door: Gate) -> None:
    hopeless = envelope(exchange("m-8"), f'<GetProgress xmlns="{OURS}"><reference>x.pension</reference></GetProgress>')
    assert send(door, hopeless, client="demo-province").text("code") == "not_found"
    assert send(door, envelope(exchange("m-8"), FIND_WORKER), client="demo-province").status == HTTPStatus.OK


def test_a_decision_taken_later_moves_the_case_once(gate: Gate) -> None:
    case = gate.enrol().get_json()["case"]
    gate.carry_due()
    answers = [send(gate, envelope(security(gate.clock()) + exchange(), decided())) for _ in range(2)]
    assert [(answer.status, answer.text("done")) for answer in answers] == [(200, "true")] * 2
    shown = gate.get(f"/v1/cases/{case}").get_json()
    states = [(leg["message"], leg["state"]) for leg in shown["legs"]]
    assert ("EnrolWorker", "accepted") in states
    assert states.count(("FindLevy", "pending")) == 1, "the agency's levy is looked for once"
    asked = f'<GetProgress xmlns="{OURS}"><acceptance_number>SL-1</acceptance_number></GetProgress>'
    progress = send(gate, envelope(security(gate.clock()) + exchange(), asked))
    assert (progress.text("registration_number"), progress.text("person_number")) == ("R1", "Z1")


# Headers (B: signed and with its exchange), body, the fault's code where it does not blame the caller, the catalogue's.
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "no credentials": (exchange(), FIND_WORKER, "", "authentication_needed"),
    "no header for the exchange": ("S", FIND_WORKER, "", "soap_invalid"),
    "an unknown operation": ("B", f'<Find xmlns="{OURS}"/>', "", "soap_invalid"),
    "another namespace": ("B", '<FindWorker xmlns="urn:else"/>', "", "soap_invalid"),
    "an empty Body": ("B", "", "", "soap_invalid"),
    "two messages": ("B", FIND_WORKER * 2, "", "soap_invalid"),
    "a field left out": ("B", f'<FindWorker xmlns="{OURS}"/>', "", "soap_invalid"),
    "a wrong check digit": ("B", FIND_WORKER.replace("0019<", "0018<"), "", "faults"),
    "no consent": ("B", FIND_WORKER.replace("<consent>c-1</consent>", ""), "", "purpose_needed"),
    "an unknown application": ("B", decided("SL-9"), "", "not_found"),
    "a message that only provinces take": ("B", WITHDRAW, "", "unsupported"),
    "a header to be understood": ('B<x:Tx xmlns:x="urn:tx" s:mustUnderstand="1"/>', FIND_WORKER, "MustUnderstand", ""),
}


@BOTH
@pytest.mark.parametrize(("blocks", "body", "code", "catalogue"), FAULTS.values(), ids=FAULTS)
def test_faults_are_by_the_book(door: Gate, soap: str, blocks: str, body: str, code: str, catalogue: str) -> None:
    signed = security(door.clock())
    written = {"B": signed + exchange() + blocks[1:], "S": signed}.get(blocks[0], blocks)
    answer = send(door, envelope(written, body, soap), soap)
    assert answer.content_type == MEDIA_TYPE[soap]
    assert answer.root.find(f"{{{soap}}}Body/{{{soap}}}Fault") is not None
    named, said, blames = ("faultcode", "faultstring", "Client") if soap == SOAP_11 else ("Value", "Text", "Sender")
    assert answer.text(named).rpartition(":")[2] == (code or blames)
    assert answer.status == (HTTPStatus.BAD_REQUEST if soap == SOAP_12 and not code else 500)
    assert answer.text(said)
    assert answer.text("code") == catalogue
    assert NUMBER not in etree.tostring(answer.root, encoding="unicode")


def test_an_envelope_of_another_version_is_a_version_mismatch(door: Gate) -> None:
    answer = send(door, envelope("", FIND_WORKER, "urn:soap:13"))
    assert (answer.status, answer.text("faultcode").rpartition(":")[2]) == (500, "VersionMismatch")
    spoken = send(door, envelope("", FIND_WORKER, "urn:soap:13"), SOAP_12)
    assert (spoken.status, spoken.text("Value").rpartition(":")[2]) == (500, "VersionMismatch")


@BOTH
@pytest.mark.parametrize(
    "document",
    [
        b"",
        b" \n",
        b"hello",
        b'{"person": 1}',
        b"<html><body>login</body></html>",
        b"<a><b></a>",
        b"\x00\x01\x02",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<" * 2000,
    ],
)
def test_what_is_no_envelope_is_a_fault_and_never_a_page(door: Gate, soap: str, document: bytes) -> None:
    answer = send(door, document, soap)
    assert answer.status == (500 if soap == SOAP_11 else 400)
    assert answer.content_type == MEDIA_TYPE[soap]
    assert answer.root.find(f"{{{soap}}}Body/{{{soap}}}Fault") is not None
    assert [entry[:2] for entry in door.journal()] == [("in", "unidentified"), ("out", "unidentified")]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json"])
def test_another_media_type_is_a_fault(door: Gate, content_type: str) -> None:
    sent = envelope(security(door.clock()) + exchange(), FIND_WORKER)
    answer = told(door.http.post("/soap/gateway", data=sent, headers={"Content-Type": content_type}))
    assert (answer.status, answer.text("code")) == (500, "unsupported_media_type")


def test_an_envelope_over_the_limit_is_a_fault(door: Gate) -> None:
    answer = send(door, envelope(exchange(), "<a>" + "x" * 30_000 + "</a>"))
    assert (answer.status, answer.text("code")) == (500, "body_too_large")


def test_an_error_of_ours_is_a_fault_of_the_server_that_leaks_nothing(
    door: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("gateway.web.soap.operations.ask", fail)
    for soap, name in ((SOAP_11, "faultcode"), (SOAP_12, "Value")):
        answer = send(door, envelope(exchange(), FIND_WORKER, soap), soap, client="demo-province")
        assert (answer.status, answer.text("code")) == (500, "internal")
        assert answer.text(name).rpartition(":")[2] in {"Server", "Receiver"}
        assert b"secret" not in etree.tostring(answer.root)


def test_faults_are_told_in_the_language_of_the_caller(door: Gate) -> None:
    header = {"Accept-Language": "zh"}
    assert "令牌" in send(door, envelope(exchange(), FIND_WORKER), **header).text("faultstring")


def test_a_nonce_serves_once(door: Gate) -> None:
    blocks = security(door.clock())
    first = send(door, envelope(blocks + exchange(), FIND_WORKER))
    again = send(door, envelope(blocks + exchange(), FIND_WORKER))
    assert (first.status, again.text("code")) == (200, "authentication_needed")


@pytest.mark.parametrize(
    ("user", "secret"), [("zhejiang", "wrong"), ("hunan", "zhejiang-secret"), ("nobody", ""), ("a", ""), ("", "")]
)
def test_a_wrong_password_opens_nothing(door: Gate, user: str, secret: str) -> None:
    answer = send(door, envelope(security(door.clock(), user, secret) + exchange(), FIND_WORKER))
    assert answer.text("code") == "authentication_needed"
    assert door.journal()[0][:2] == ("in", "unidentified")


@pytest.mark.parametrize(
    ("client", "body", "code"),
    [
        ("demo-platform", FIND_WORKER, "wrong_caller_kind"),
        ("demo-operator", FIND_WORKER, "wrong_caller_kind"),
        ("asker", decided(), "insufficient_scope"),
        ("hunan", FIND_WORKER, "soap_invalid"),
    ],
)
def test_an_operation_is_for_its_kinds_of_caller_its_scope_and_its_sender(
    door: Gate, client: str, body: str, code: str
) -> None:
    answer = send(door, envelope(exchange(sender="zhejiang"), body), client=client)
    allowed = send(door, envelope(exchange(), FIND_WORKER), client="demo-province")
    assert (answer.text("code"), allowed.status) == (code, 200)


class Loopback(zeep.Transport):
    """zeep's transport, straight into the application."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library is typed in part
        self.gate = gate

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Any:
        assert address == "http://gateway.test/soap/gateway"
        answer = self.gate.http.post("/soap/gateway", data=message, headers=headers | self.gate.bearer("demo-province"))
        plain: Any = type("Answer", (), {})()
        plain.status_code, plain.content, plain.headers = answer.status_code, answer.data, dict(answer.headers)
        plain.encoding = "utf-8"
        return plain


@pytest.mark.parametrize("port", ["GatewaySoap11", "GatewaySoap12"])
def test_a_foreign_client_needs_nothing_but_the_wsdl(door: Gate, port: str) -> None:
    wsdl = door.http.get("/soap/gateway?WSDL")
    assert wsdl.content_type == "text/xml; charset=utf-8"
    client: Any = zeep.Client(BytesIO(wsdl.data), transport=Loopback(door), port_name=port)  # type: ignore[no-untyped-call]  # as above
    person = {"id_type": "resident_id", "id_number": NUMBER, "name": "湘小骑"}
    at = "2026-11-10T12:00:00+08:00"
    header = {"message_id": "m-1", "sender": "zhejiang", "receiver": "gateway", "sent_at": at}
    found = client.service.FindWorker(
        person=person, warrant={"purpose": "transfer", "consent": "c-1"}, _soapheaders={"exchange": header}
    )
    assert (found.body.known, found.body.person_number) == (True, "H0001")
    with pytest.raises(zeep.exceptions.Fault, match="consent"):
        client.service.FindWorker(
            person=person, warrant={"purpose": "transfer"}, _soapheaders={"exchange": header | {"message_id": "m-2"}}
        )
