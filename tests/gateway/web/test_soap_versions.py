"""/soap/gateway in both versions of the contract: each caller is answered in its own."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import pytest
from lxml import etree

from gateway.model.codes import ContributionState, Scheme
from gateway.model.messages import Message
from gateway.model.province_records import ContributionLine, ContributionsFound, GetContributions
from gateway.model.values import Month, Region
from gateway.ports import Support
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.web.door import NUMBER, Gate
from tests.gateway.web.envelopes import FIND_WORKER, OURS, envelope, exchange, send

LATER = "urn:shebao:gateway:1.2"
PERSON = f"<person><id_type>resident_id</id_type><id_number>{NUMBER}</id_number><name>湘小骑</name></person>"
LINE = ContributionLine(Scheme.EMPLOYEE_PENSION, Region("430102"), Month.parse("2025-03"), ContributionState.PAID)


def question(consent: str = "<consent>c-1</consent>", namespace: str = LATER) -> str:
    warrant = f"<warrant><purpose>transfer</purpose>{consent}</warrant>"
    months = "<first>2025-01</first><last>2025-12</last>"
    return f'<GetContributions xmlns="{namespace}">{PERSON}{months}{warrant}</GetContributions>'


def later(blocks: str) -> str:
    return blocks.replace(OURS, LATER)


class Keeper(ScriptedParty):
    """A province with one line on record."""

    def ask(self, query: Message, deadline: datetime) -> Message:
        assert isinstance(query, GetContributions)
        return ContributionsFound(known=True, lines=(LINE,))


@pytest.fixture
def asked(door: Gate) -> Gate:
    parties: Any = door.runtime.parties
    parties["guangdong"] = Keeper("guangdong", "province", [Support("GetContributions")], regions=("44",))
    return door


def test_a_province_is_told_what_another_region_has_on_record(asked: Gate) -> None:
    answer = send(asked, envelope(later(exchange("m-1")), question()), client="demo-province")
    assert answer.status == HTTPStatus.OK, etree.tostring(answer.root)
    assert (answer.text("known"), answer.text("first"), answer.text("refers_to")) == ("true", "2025-03", "m-1")
    assert {etree.QName(element).namespace for element in answer.root.iter()} >= {LATER}
    assert OURS not in etree.tostring(answer.root).decode()


def test_a_repeated_question_is_answered_byte_for_byte(asked: Gate) -> None:
    document = envelope(later(exchange("m-2")), question())
    first, again = (send(asked, document, client="demo-province") for _ in range(2))
    assert etree.tostring(first.root) == etree.tostring(again.root)


def test_the_same_message_id_in_another_version_is_answered_in_that_version(asked: Gate) -> None:
    old = send(asked, envelope(exchange("m-3"), FIND_WORKER), client="demo-province")
    new = send(asked, envelope(later(exchange("m-3")), later(FIND_WORKER)), client="demo-province")
    assert (old.text("known"), new.text("known")) == ("true", "true")
    assert OURS in etree.tostring(old.root).decode()
    assert LATER in etree.tostring(new.root).decode()


def test_a_record_needs_purpose_and_consent_here_too(asked: Gate) -> None:
    answer = send(asked, envelope(later(exchange()), question(consent="")), client="demo-province")
    assert answer.text("code") == "purpose_needed"
    assert {etree.QName(each).namespace for each in answer.root.iter() if etree.QName(each).localname == "Problem"} == {
        LATER
    }


def test_the_first_version_does_not_know_the_message(asked: Gate) -> None:
    answer = send(asked, envelope(exchange(), question(namespace=OURS)), client="demo-province")
    assert answer.text("code") == "soap_invalid"
    assert "GetContributions" in answer.text("text")


def test_an_envelope_in_two_versions_is_refused(asked: Gate) -> None:
    answer = send(asked, envelope(exchange(), question()), client="demo-province")
    assert (answer.text("code"), "Exchange" in answer.text("text")) == ("soap_invalid", True)


@pytest.mark.parametrize(
    ("query", "namespace", "carries"), [("wsdl", OURS, False), ("wsdl=1.1", OURS, False), ("WSDL=1.2", LATER, True)]
)
def test_each_version_publishes_its_own_wsdl(door: Gate, query: str, namespace: str, carries: bool) -> None:
    root = etree.fromstring(door.http.get(f"/soap/gateway?{query}").data)
    assert root.get("targetNamespace") == namespace
    operations = {each.get("name") for each in root.iter("{http://schemas.xmlsoap.org/wsdl/}operation")}
    assert ("GetContributions" in operations) == carries


def test_a_version_that_was_never_published_is_not_there(door: Gate) -> None:
    answer = door.http.get("/soap/gateway?wsdl=1.3")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
