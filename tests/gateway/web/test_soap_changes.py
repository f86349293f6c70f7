"""A worker asks at a counter of Hunan for a change of what stands in Zhejiang: /soap/gateway takes it in."""

from http import HTTPStatus
from typing import Any

import pytest
from lxml import etree

from gateway.model.codes import Decision
from gateway.model.platform import CaseChanged
from gateway.model.province import EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.services.registrations import KINDS
from gateway.web.soap.operations import OPERATIONS
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.web.door import NUMBER, Gate
from tests.gateway.web.envelopes import OURS, SOAP_11, SOAP_12, Told, envelope, exchange, send
from tests.gateway.web.test_changes import RIGHT, registered

__all__ = ["registered"]

LATER = "urn:shebao:gateway:1.2"
CONSENT = "<consent><reference>c-2</reference><given_at>2026-11-09T08:00:00+08:00</given_at></consent>"
INSURANCE = "<insurance>pension</insurance>"
CORRECTED = "".join(f"<{name}>{value}</{name}>" for name, value in RIGHT.items())
SAID = {
    "SuspendEnrolment": f"{INSURANCE}<first>2026-12</first><reason>本人申请</reason>{CONSENT}",
    "EndEnrolment": f"{INSURANCE}<last>2026-12</last><cause>moved</cause>{CONSENT}",
    "ChangeDetails": f"{CONSENT}<mobile>13900005678</mobile>",
    "CorrectIdentity": f"<corrected>{CORRECTED}</corrected><evidence>户口簿</evidence>{CONSENT}",
    "ReportDeath": "<died_on>2026-11-08</died_on><evidence>证明 7</evidence>",
}
PERSON = f"<person><id_type>resident_id</id_type><id_number>{NUMBER}</id_number><name>湘小骑</name></person>"
every = pytest.mark.parametrize("name", SAID)


def asked(
    gate: Gate, change: str, said: str, *, reference: str = "hn-1", soap: str = SOAP_11, person: str = PERSON
) -> Told:
    body = f'<{change} xmlns="{LATER}"><reference>{reference}</reference>{person}{said}</{change}>'
    return send(gate, envelope(exchange(sender="hunan").replace(OURS, LATER), body, soap), client="hunan")


def progress(gate: Gate, number: str, client: str = "hunan") -> Told:
    body = f'<GetProgress xmlns="{LATER}"><acceptance_number>{number}</acceptance_number></GetProgress>'
    sender = "zhejiang" if client == "demo-province" else client
    return send(gate, envelope(exchange(sender=sender).replace(OURS, LATER), body), client=client)


@pytest.fixture
def enrolled(registered: Gate) -> tuple[Gate, str]:
    """A worker whose pension is registered in Zhejiang and paid by nobody yet; the case."""
    case = registered.enrol().get_json()["case"]
    registered.carry_due()
    return registered, case


def test_each_change_that_the_contract_has_is_taken_in() -> None:
    assert set(KINDS.values()) <= set(OPERATIONS)
    assert set(KINDS.values()) == {*SAID, "ResumeEnrolment"}


@every
@pytest.mark.parametrize("soap", [SOAP_11, SOAP_12], ids=["1.1", "1.2"])
def test_it_is_taken_in_and_the_province_that_insures_decides(enrolled: tuple[Gate, str], name: str, soap: str) -> None:
    gate, _ = enrolled
    answer = asked(gate, name, SAID[name], soap=soap)
    assert answer.status == HTTPStatus.OK, etree.tostring(answer.root, encoding="unicode")
    assert (answer.text("decision"), answer.text("reference")) == ("received", "hn-1")
    number = answer.text("acceptance_number")
    assert progress(gate, number).text("decision") == "received"
    gate.carry_due()
    zhejiang: Any = gate.runtime.parties["zhejiang"]
    assert name in {type(work.message).__name__ for work in zhejiang.delivered}
    found = progress(gate, number)
    assert (found.text("decision"), found.text("acceptance_number")) == ("accepted", number)
    assert not found.text("person_number")


def test_a_suspended_insurance_is_resumed_with_the_base_that_the_law_gives(enrolled: tuple[Gate, str]) -> None:
    gate, _ = enrolled
    gate.clock.forward(days=240)
    asked(gate, "SuspendEnrolment", SAID["SuspendEnrolment"].replace("2026-12", "2027-07"))
    gate.carry_due()
    terms = f"{INSURANCE}<first>2027-08</first><grade>60</grade><cycle>monthly</cycle><base>{{}}</base>{CONSENT}"
    wrong = asked(gate, "ResumeEnrolment", terms.format("1.00"), reference="hn-2")
    assert wrong.text("code") == "base_differs"
    base = wrong.text("text").split("would be ")[1].split(" yuan")[0]
    right = asked(gate, "ResumeEnrolment", terms.format(base), reference="hn-2")
    assert right.text("decision") == "received"


def test_the_platform_that_brought_the_registration_follows_it_and_is_told_who_asked(
    enrolled: tuple[Gate, str],
) -> None:
    gate, _ = enrolled
    platform = ScriptedParty("demo-platform", "platform", [Support("CaseChanged")])
    parties: Any = gate.runtime.parties
    parties[platform.id] = platform
    answer = asked(gate, "SuspendEnrolment", SAID["SuspendEnrolment"])
    newest, _ = gate.get("/v1/cases").get_json()["cases"]
    suspension = gate.get(f"/v1/cases/{newest['case']}").get_json()
    assert suspension["kind"] == "suspension"
    assert "asked_at" in [line["event"] for line in suspension["timeline"]]
    gate.carry_due()
    told = [work.message for work in platform.delivered if isinstance(work.message, CaseChanged)]
    assert "asked_at" in [message.event for message in told if message.case == suspension["case"]]
    assert "CaseChanged" not in {type(work.message).__name__ for work in parties["hunan"].delivered}
    assert progress(gate, answer.text("acceptance_number"), "demo-province").text("code") == "not_found"


def test_the_same_reference_again_is_the_same_change(enrolled: tuple[Gate, str]) -> None:
    gate, _ = enrolled
    first, again = (asked(gate, "ChangeDetails", SAID["ChangeDetails"]) for _ in range(2))
    assert first.text("acceptance_number") == again.text("acceptance_number")
    other = asked(gate, "ChangeDetails", SAID["ChangeDetails"].replace("5678", "5679"))
    assert other.text("code") == "idempotency_conflict"


def test_a_correction_is_the_same_one_when_the_number_has_been_put_right_meanwhile(enrolled: tuple[Gate, str]) -> None:
    gate, _ = enrolled
    first = asked(gate, "CorrectIdentity", SAID["CorrectIdentity"])
    gate.carry_due()
    again = asked(gate, "CorrectIdentity", SAID["CorrectIdentity"])
    assert first.text("acceptance_number") == again.text("acceptance_number")


def test_a_refusal_is_told_in_the_words_of_the_province_that_refused(enrolled: tuple[Gate, str]) -> None:
    gate, _ = enrolled
    zhejiang: Any = gate.runtime.parties["zhejiang"]
    reply = EnrolmentDecided(Decision.REFUSED, reason="材料不符")
    zhejiang.answers("EndEnrolment", Outcome(OutcomeKind.REFUSED, reply=reply, reason="材料不符"))
    number = asked(gate, "EndEnrolment", SAID["EndEnrolment"]).text("acceptance_number")
    gate.carry_due()
    found = progress(gate, number)
    assert (found.text("decision"), found.text("reason")) == ("refused", "材料不符")


@pytest.mark.parametrize(
    ("said", "other"), [("湘小骑", "别人"), (NUMBER, "110101199003071014")], ids=["another name", "another number"]
)
def test_a_person_who_is_not_the_one_on_record_is_not_found(enrolled: tuple[Gate, str], said: str, other: str) -> None:
    answer = asked(enrolled[0], "ChangeDetails", SAID["ChangeDetails"], person=PERSON.replace(said, other))
    assert answer.text("code") == "not_found"


def test_an_insurance_in_which_nothing_stands_is_said_to_be_none(enrolled: tuple[Gate, str]) -> None:
    said = SAID["SuspendEnrolment"].replace("pension", "medical")
    assert asked(enrolled[0], "SuspendEnrolment", said).text("code") == "not_standing"
