"""A province that speaks the typed contract."""

from pathlib import Path

import pytest
from lxml import etree

from tests.sandbox.documents import OTHER, cover_question, enrolment, person
from tests.sandbox.started import NS, Sandbox, leaves, only

XSD = Path("mappings/dialects/gateway/1.1/contract/gateway.xsd")
ASSESSING = ("zhejiang", "tianjin")


@pytest.mark.parametrize("province", ["zhejiang", "beijing", "tianjin", "guangdong"])
def test_a_worker_is_registered_at_once(sandbox: Sandbox, province: str) -> None:
    decided = sandbox.asked(province, "EnrolWorker", enrolment())
    assert decided["decision"] == "accepted"
    assert decided["registration_number"]
    assert decided["person_number"]
    assert sandbox.count(province, "registered", "r-1") == 1


@pytest.mark.parametrize("province", ["zhejiang", "beijing", "tianjin", "guangdong"])
def test_only_an_assessing_agency_gives_a_notice_number_and_its_levy_is_at_the_bureau(
    sandbox: Sandbox, province: str
) -> None:
    notice = sandbox.asked(province, "EnrolWorker", enrolment()).get("notice_number")
    assert bool(notice) == (province in ASSESSING)
    assert [one["YJJE"] for one in sandbox.find_levy(province, AAZ288=notice or "-")] == ([962.4] if notice else [])


def test_the_same_message_id_gives_the_same_answer_and_no_second_effect(sandbox: Sandbox) -> None:
    first = sandbox.soap("zhejiang", "EnrolWorker", enrolment(), "m-1")
    again = sandbox.soap("zhejiang", "EnrolWorker", enrolment(), "m-1")
    assert again.body == first.body
    assert sandbox.count("zhejiang", "registered", "r-1") == 1
    assert sandbox.count("tax-zhejiang", "levy_assessed", "r-1") == 1


def test_a_second_enrolment_under_another_id_is_refused_in_their_words(sandbox: Sandbox) -> None:
    sandbox.asked("beijing", "EnrolWorker", enrolment())
    refused = sandbox.asked("beijing", "EnrolWorker", enrolment("r-2"))
    assert (refused["decision"], refused["reason"]) == ("refused", "该人员已参加企业职工基本养老保险")


def test_cover_shows_who_entered_it_and_becomes_active_when_the_payment_is_told(sandbox: Sandbox) -> None:
    number = sandbox.asked("zhejiang", "EnrolWorker", enrolment())["person_number"]
    before = sandbox.asked("zhejiang", "FindCover", cover_question())
    assert (before["state"], before["registered_by"], before["reference"]) == ("suspended", "gateway", "r-1")
    paid = (
        f"<reference>r-1</reference>{person()}<person_number>{number}</person_number><insurance>pension</insurance>"
        "<first>2026-01</first><last>2026-01</last><amount>962.40</amount><paid_on>2026-01-06</paid_on>"
        "<voucher_number>333011000000000001</voucher_number>"
    )
    assert sandbox.asked("zhejiang", "StartCover", paid)["done"] == "true"
    assert sandbox.asked("zhejiang", "FindCover", cover_question())["state"] == "active"


def test_a_stranger_is_not_known(sandbox: Sandbox) -> None:
    assert sandbox.asked("beijing", "FindCover", cover_question()) == {"known": "false"}
    question = f"{person()}<warrant><purpose>benefit</purpose></warrant>"
    assert sandbox.asked("beijing", "FindWorker", question) == {"known": "false"}


def test_a_withdrawn_registration_is_gone_and_withdrawing_it_again_is_done_too(sandbox: Sandbox) -> None:
    sandbox.asked("guangdong", "EnrolWorker", enrolment(agency="440106"))
    withdrawal = (
        f"<reference>r-1</reference>{person()}<insurance>pension</insurance><start>2026-01</start><reason>撤销</reason>"
    )
    assert sandbox.asked("guangdong", "WithdrawEnrolment", withdrawal)["done"] == "true"
    assert sandbox.asked("guangdong", "WithdrawEnrolment", withdrawal)["done"] == "true"
    assert "scheme" not in sandbox.asked("guangdong", "FindCover", cover_question())
    assert sandbox.count("guangdong", "withdrawn", "r-1") == 1


def test_progress_is_found_by_our_reference_and_unknown_applications_are_a_client_fault(sandbox: Sandbox) -> None:
    sandbox.asked("beijing", "EnrolWorker", enrolment())
    assert sandbox.asked("beijing", "GetProgress", "<reference>r-1</reference>")["decision"] == "accepted"
    unknown = sandbox.soap("beijing", "GetProgress", "<reference>r-9</reference>")
    assert unknown.status == 500
    assert leaves(only(unknown.xml, "Problem"))["code"] == "not_found"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"secret": "wrong"}, "soap:Client"),
        ({"soap": "http://www.w3.org/2003/05/soap-envelope"}, "soap:VersionMismatch"),
        ({"header": '<x:Odd xmlns:x="urn:x" s:mustUnderstand="1"/>'}, "soap:MustUnderstand"),
    ],
)
def test_what_cannot_be_served_is_a_fault_by_the_book(sandbox: Sandbox, changed: dict[str, str], fault: str) -> None:
    answer = sandbox.soap("zhejiang", "FindCover", cover_question(), **changed)
    assert answer.status == 500
    assert leaves(answer.xml)["faultcode"] == fault


@pytest.mark.parametrize("body", [b"", b"<html>", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'])
def test_what_is_no_envelope_is_a_fault_too(sandbox: Sandbox, body: bytes) -> None:
    answer = sandbox.post("/beijing/soap", body)
    assert leaves(answer.xml)["faultcode"] == "soap:Client"


@pytest.mark.parametrize("wrong", ["<start>2026-13</start>", "<base>many</base>", "<insurance>fire</insurance>"])
def test_a_field_out_of_form_is_refused_and_nothing_takes_effect(sandbox: Sandbox, wrong: str) -> None:
    name = wrong[1:].partition(">")[0]
    content = enrolment().replace(leaf(enrolment(), name), wrong)
    answer = sandbox.soap("zhejiang", "EnrolWorker", content)
    assert leaves(only(answer.xml, "Problem"))["code"] == "bad_pattern"
    assert sandbox.state()["effects"] == []


def test_every_answer_is_valid_by_the_published_schema(sandbox: Sandbox) -> None:
    schema = etree.XMLSchema(etree.parse(XSD))
    sandbox.control("seed", party="zhejiang", id_number=OTHER, covers=[{"insurance": "medical", "first": "2020-01"}])
    question = f"{person()}<warrant><purpose>benefit</purpose></warrant>"
    for message, content in (
        ("EnrolWorker", enrolment()),
        ("FindCover", cover_question(insurance="medical")),
        ("FindWorker", question),
        ("GetProgress", "<reference>r-1</reference>"),
        ("EnrolWorker", enrolment("r-2")),
    ):
        answer = etree.fromstring(sandbox.soap("zhejiang", message, content).body)
        (body,) = answer.iter(f"{{{NS}}}{message}Answer")
        schema.assertValid(body)
        schema.assertValid(next(answer.iter(f"{{{NS}}}Exchange")))


def leaf(content: str, name: str) -> str:
    start = content.index(f"<{name}>")
    return content[start : content.index(f"</{name}>") + len(name) + 3]
