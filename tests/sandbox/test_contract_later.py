"""What version 1.2 of the typed contract adds, at a province that serves it."""

from pathlib import Path

import pytest
from lxml import etree

from tests.sandbox.documents import OTHER, WORKER, cover_question, enrolment, person
from tests.sandbox.started import LATER, NS, Sandbox, leaves, only

XSD = Path("mappings/dialects/gateway/1.2/contract/gateway.xsd")
CONSENT = "<consent><reference>c-1</reference><given_at>2026-01-05T09:00:00+08:00</given_at></consent>"
WARRANT = "<warrant><purpose>benefit</purpose><consent>c-1</consent></warrant>"
MONTHS = "<first>2026-01</first><last>2026-12</last>"


def about(reference: str = "c-1", id_number: str = OTHER) -> str:
    return f"<reference>{reference}</reference>{person(id_number)}"


def suspension(first: str = "2026-03") -> str:
    return f"{about()}<insurance>pension</insurance><first>{first}</first><reason>本人申请</reason>{CONSENT}"


def resumption(first: str = "2026-06") -> str:
    return (
        f"{about()}<insurance>pension</insurance><first>{first}</first><grade>100</grade><cycle>quarterly</cycle>"
        f"<base>8020.00</base>{CONSENT}"
    )


def ending(last: str = "2026-05") -> str:
    return f"{about()}<insurance>pension</insurance><last>{last}</last><cause>asked</cause>{CONSENT}"


def details(content: str) -> str:
    return f"{about()}{CONSENT}{content}"


def correction(id_number: str, name: str = "林曉") -> str:
    right = f"<id_type>resident_id</id_type><id_number>{id_number}</id_number><name>{name}</name>"
    return f"{about()}<corrected>{right}</corrected><evidence>户口簿</evidence>{CONSENT}"


DEATH = f"{about()}<died_on>2026-04-11</died_on><evidence>证明 7</evidence>"
CHANGES = {
    "ChangeDetails": (details("<mobile>13900005678</mobile>"), "details_changed"),
    "CorrectIdentity": (correction("110101199003071014"), "identity_corrected"),
    "SuspendEnrolment": (suspension(), "suspended"),
    "ResumeEnrolment": (resumption(), "resumed"),
    "EndEnrolment": (ending(), "ended"),
    "ReportDeath": (DEATH, "death_recorded"),
}


def paid(month: str = "2026-01", more: str = "") -> str:
    months = f"<first>{month}</first><last>{month}</last><amount>962.40</amount>"
    return f"{about('p-1')}<person_number>3301</person_number><insurance>pension</insurance>{months}{more}"


def reversal(month: str = "2026-01") -> str:
    told = "<voucher_number>33001</voucher_number><reversal_number>CZ1</reversal_number>"
    day = "<reversed_on>2026-01-22</reversed_on>"
    return paid(month, f"{told}{day}<cover_falls>true</cover_falls><reason>冲正</reason>")


def payment(month: str = "2026-01") -> str:
    return paid(month, "<paid_on>2026-01-20</paid_on><voucher_number>33001</voucher_number>")


@pytest.fixture
def enrolled(sandbox: Sandbox) -> Sandbox:
    sandbox.asked("zhejiang", "EnrolWorker", enrolment(), ns=LATER)
    return sandbox


def asked(sandbox: Sandbox, message: str, content: str, province: str = "zhejiang") -> dict[str, str]:
    return sandbox.asked(province, message, content, ns=LATER)


def state(sandbox: Sandbox) -> tuple[str | None, str | None]:
    cover = asked(sandbox, "FindCover", cover_question())
    return cover.get("state"), cover.get("last")


@pytest.mark.parametrize("message", CHANGES)
def test_a_change_takes_effect_once_however_often_it_comes(enrolled: Sandbox, message: str) -> None:
    content, effect = CHANGES[message]
    first = enrolled.soap("zhejiang", message, content, "m-1", ns=LATER)
    again = enrolled.soap("zhejiang", message, content, "m-1", ns=LATER)
    assert leaves(only(first.xml, f"{message}Answer"))["decision"] == "accepted"
    assert again.body == first.body
    assert enrolled.count("zhejiang", effect, "c-1") == 1


@pytest.mark.parametrize("message", CHANGES)
def test_a_change_may_be_decided_later_and_is_found_by_its_reference(enrolled: Sandbox, message: str) -> None:
    enrolled.fault("zhejiang", message, "decide_later")
    content, effect = CHANGES[message]
    taken = asked(enrolled, message, content)
    assert taken["decision"] == "received"
    assert enrolled.count("zhejiang", effect, "c-1") == 0
    enrolled.control("decide", party="zhejiang", reference="c-1")
    progress = asked(enrolled, "GetProgress", "<reference>c-1</reference>")
    assert (progress["decision"], progress["acceptance_number"]) == ("accepted", taken["acceptance_number"])
    assert enrolled.count("zhejiang", effect, "c-1") == 1


@pytest.mark.parametrize("message", CHANGES)
def test_nobody_and_nothing_is_changed_where_the_person_is_not_on_record(sandbox: Sandbox, message: str) -> None:
    refused = asked(sandbox, message, CHANGES[message][0])
    assert (refused["decision"], refused["reason"]) == ("refused", "无此人员")


@pytest.mark.parametrize("message", CHANGES)
def test_a_province_on_the_first_version_serves_none_of_it(sandbox: Sandbox, message: str) -> None:
    answer = sandbox.soap("beijing", message, CHANGES[message][0], ns=LATER)
    assert leaves(only(answer.xml, "Problem"))["code"] == "unsupported"


@pytest.mark.parametrize("message", [*CHANGES, "GetRights", "GetContributions"])
def test_the_first_version_does_not_carry_it_where_both_are_served(sandbox: Sandbox, message: str) -> None:
    answer = sandbox.soap("zhejiang", message, f"{about()}{MONTHS}{WARRANT}", ns=NS)
    problem = only(answer.xml, "Problem")
    assert (leaves(problem)["code"], problem.tag) == ("unsupported", f"{{{NS}}}Problem")


def test_both_versions_are_answered_by_a_province_that_moved_on(sandbox: Sandbox) -> None:
    for version in (NS, LATER):
        answer = etree.fromstring(sandbox.soap("guangdong", "FindCover", cover_question(), ns=version).body)
        assert len(list(answer.iter(f"{{{version}}}FindCoverAnswer"))) == 1


def test_a_suspended_participation_stands_and_goes_on_when_it_is_resumed(enrolled: Sandbox) -> None:
    asked(enrolled, "SuspendEnrolment", suspension())
    assert state(enrolled) == ("suspended", None)
    resumed = asked(enrolled, "ResumeEnrolment", resumption())
    (levy,) = enrolled.find_levy("zhejiang", AAZ288=resumed["notice_number"])
    assert (levy["YJJE"], levy["SFSSQ_QSRQ"], levy["SFSSQ_ZZRQ"]) == (4812.0, "2026-06-01", "2026-08-31")
    again = asked(enrolled, "ResumeEnrolment", resumption())
    assert "notice_number" not in again


def test_an_agency_that_does_not_assess_resumes_without_a_levy(sandbox: Sandbox) -> None:
    sandbox.asked("guangdong", "EnrolWorker", enrolment(agency="440106"), ns=LATER)
    resumed = asked(sandbox, "ResumeEnrolment", resumption(), "guangdong")
    assert (resumed["decision"], resumed.get("notice_number")) == ("accepted", None)


def test_an_ended_participation_has_its_last_month_and_can_be_taken_up_anew(enrolled: Sandbox) -> None:
    asked(enrolled, "EndEnrolment", ending())
    assert state(enrolled) == ("ended", "2026-05")
    assert asked(enrolled, "EndEnrolment", ending())["decision"] == "accepted"
    anew = enrolment("r-2").replace("<start>2026-01", "<start>2026-07")
    assert asked(enrolled, "EnrolWorker", anew)["decision"] == "accepted"


@pytest.mark.parametrize(("last", "why"), [("2025-12", "终止月早于参保起始月"), ("2026-02", "终止月之后已有缴费")])
def test_an_ending_against_the_record_is_refused_in_their_words(enrolled: Sandbox, last: str, why: str) -> None:
    paid = (
        f"<reference>r-1</reference>{person()}<insurance>pension</insurance><first>2026-03</first><last>2026-03</last>"
    )
    asked(enrolled, "StartCover", paid)
    assert asked(enrolled, "EndEnrolment", ending(last))["reason"] == why


def test_a_death_ends_every_participation_and_nothing_is_changed_afterwards(enrolled: Sandbox) -> None:
    asked(enrolled, "EnrolWorker", enrolment("r-2", "medical"))
    asked(enrolled, "ReportDeath", DEATH)
    (record,) = enrolled.state()["parties"]["zhejiang"]["people"]
    assert [(entry["state"], entry["last"]) for entry in record["entries"]] == [("ended", "2026-04")] * 2
    assert asked(enrolled, "SuspendEnrolment", suspension())["reason"] == "该人员已申报死亡"


def test_a_corrected_person_is_found_under_the_right_number_only(enrolled: Sandbox) -> None:
    right = "110101199003071014"
    asked(enrolled, "CorrectIdentity", correction(right))
    assert asked(enrolled, "FindCover", cover_question())["known"] == "false"
    assert asked(enrolled, "FindCover", cover_question(right))["known"] == "true"
    assert asked(enrolled, "CorrectIdentity", correction(right))["decision"] == "accepted"


def test_nobody_is_given_a_number_that_is_somebody_elses(enrolled: Sandbox) -> None:
    enrolled.control("seed", party="zhejiang", id_number=WORKER, covers=[])
    refused = asked(enrolled, "CorrectIdentity", correction(WORKER))
    assert (refused["decision"], refused["reason"]) == ("refused", "更正后的证件号码已属他人")


def test_details_are_kept_and_a_change_of_nothing_is_refused(enrolled: Sandbox) -> None:
    asked(enrolled, "ChangeDetails", details("<mobile>13900005678</mobile><address>示例路 1 号</address>"))
    asked(enrolled, "ChangeDetails", details("<mobile>13900009999</mobile>"))
    (record,) = enrolled.state()["parties"]["zhejiang"]["people"]
    assert record["details"] == {"mobile": "13900009999", "address": "示例路 1 号"}
    nothing = enrolled.soap("zhejiang", "ChangeDetails", details(""), ns=LATER)
    assert leaves(only(nothing.xml, "Problem"))["code"] == "missing_field"


def test_contributions_are_shown_by_month_with_what_is_paid_and_what_is_owed(enrolled: Sandbox) -> None:
    paid = (
        f"<reference>r-1</reference>{person()}<insurance>pension</insurance><first>2026-01</first><last>2026-02</last>"
    )
    asked(enrolled, "StartCover", paid)
    question = f"{person()}<first>2026-01</first><last>2026-03</last>{WARRANT}"
    answer = enrolled.soap("zhejiang", "GetContributions", question, ns=LATER).xml
    lines = [leaves(line) for line in answer.iter(f"{{{LATER}}}lines")]
    shown = [(line["first"], line["state"], line["personal"], line["base"]) for line in lines]
    assert shown[:2] == [("2026-01", "paid", "962.40", "4812.00"), ("2026-02", "paid", "962.40", "4812.00")]
    assert {line["state"] for line in lines[2:]} <= {"owed"}


def test_rights_sum_up_what_was_paid(enrolled: Sandbox) -> None:
    paid = (
        f"<reference>r-1</reference>{person()}<insurance>pension</insurance><first>2026-01</first><last>2026-02</last>"
    )
    asked(enrolled, "StartCover", paid)
    right = asked(enrolled, "GetRights", f"{person()}{WARRANT}")
    assert (right["scheme"], right["months_paid"], right["paid_to"]) == ("individual_pension", "2", "2026-02")
    assert (right["balance"], right["benefit"], right["enrolled"]) == ("769.92", "none", "2026-01")


@pytest.mark.parametrize("message", ["GetRights", "GetContributions"])
def test_a_stranger_has_neither_rights_nor_contributions(sandbox: Sandbox, message: str) -> None:
    question = f"{person()}{MONTHS if message == 'GetContributions' else ''}{WARRANT}"
    assert asked(sandbox, message, question) == {"known": "false"}


def test_a_seeded_record_is_shown_as_it_was_seeded(sandbox: Sandbox) -> None:
    line = {"scheme": "employee_pension", "region": "330106", "first": "2020-01", "last": "2020-06", "state": "paid"}
    line |= {"employer": "832.00", "unit_name": "示例物流", "paid_on": "2020-07-01"}
    cover = {"insurance": "pension", "first": "2020-01", "lines": [line], "rights": {"benefit": "paused"}}
    sandbox.control("seed", party="zhejiang", id_number=OTHER, covers=[cover])
    question = f"{person()}<first>2020-06</first><last>2020-12</last>{WARRANT}"
    found = asked(sandbox, "GetContributions", question)
    assert {name: found[name] for name in line} == line
    right = asked(sandbox, "GetRights", f"{person()}{WARRANT}")
    assert (right["months_paid"], right["benefit"]) == ("6", "paused")


def test_a_payment_that_is_reversed_leaves_the_record_once(enrolled: Sandbox) -> None:
    assert asked(enrolled, "StartCover", payment())["done"] == "true"
    assert state(enrolled)[0] == "active"
    first = enrolled.soap("zhejiang", "ReverseCover", reversal(), "m-9", ns=LATER)
    assert enrolled.soap("zhejiang", "ReverseCover", reversal(), "m-9", ns=LATER).body == first.body
    assert leaves(only(first.xml, "ReverseCoverAnswer"))["done"] == "true"
    assert state(enrolled)[0] == "suspended"
    assert enrolled.count("zhejiang", "cover_reversed", "p-1") == 1


def test_what_was_never_booked_cannot_be_taken_back(enrolled: Sandbox) -> None:
    asked(enrolled, "StartCover", payment("2026-02"))
    assert asked(enrolled, "ReverseCover", reversal())["done"] == "false"
    assert state(enrolled)[0] == "active"


def test_every_answer_is_valid_by_the_published_schema(enrolled: Sandbox) -> None:
    schema = etree.XMLSchema(etree.parse(XSD))
    questions = {"GetRights": f"{person()}{WARRANT}", "GetContributions": f"{person()}{MONTHS}{WARRANT}"}
    contents = {name: content for name, (content, _) in CHANGES.items()} | questions
    for message, content in contents.items():
        answer = etree.fromstring(enrolled.soap("zhejiang", message, content, ns=LATER).body)
        schema.assertValid(next(answer.iter(f"{{{LATER}}}{message}Answer")))
        schema.assertValid(next(answer.iter(f"{{{LATER}}}Exchange")))
