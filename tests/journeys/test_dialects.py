"""Provinces that speak a dialect of their own: one standing run with all of them, gateway and worker over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.model.values import Month
from tests.journeys.conftest import Runs
from tests.journeys.journey import Journey
from tests.journeys.spoken import (
    PARTIES,
    ROUNDS,
    assert_completed_once,
    begin_all,
    changed,
    on_record,
    pay_all,
    stand,
    until_all,
)
from tests.journeys.system import Plan, System


@pytest.fixture
def spoken(standing: System) -> Iterator[System]:
    yield standing
    standing.sandbox.forgive()


@pytest.mark.parametrize("trouble", list(ROUNDS))
def test_whatever_goes_wrong_everybody_is_registered_and_covered_once(spoken: System, trouble: str) -> None:
    for party, message, fault, options in ROUNDS[trouble]:
        spoken.sandbox.fault(party, message, fault, **options)
    journeys = begin_all(spoken)
    pay_all(journeys)
    assert_completed_once(spoken, journeys)
    played = {(each["party"], each["message"], each["kind"]) for each in spoken.sandbox.played()}
    assert played == {(party, message, fault) for party, message, fault, _ in ROUNDS[trouble]}


def test_a_clerk_who_asks_for_more_and_decides_later_is_waited_for_in_every_dialect(spoken: System) -> None:
    for party in PARTIES:
        spoken.sandbox.fault(party, "EnrolWorker", "return_once", reason="请补充居住证明")
    journeys = begin_all(spoken)
    until_all(journeys, "waiting")
    for party, journey in journeys.items():
        spoken.sandbox.fault(party, "EnrolWorker", "decide_later")
        supplied = {"insurance": PARTIES[party].insurance, "material": "居住证，编号见附件"}
        assert spoken.platform.call("POST", f"/v1/cases/{journey.case}/supply", supplied).status == 202
    for party, journey in journeys.items():
        journey.until_leg("EnrolWorker", "received")
        reference = f"{journey.case}.{PARTIES[party].insurance}"
        spoken.sandbox.control("POST", "decide", party=party, reference=reference)
    pay_all(journeys)
    assert_completed_once(spoken, journeys, "returned", "received")


def test_a_withdrawal_takes_everything_back_also_where_its_answer_is_lost(spoken: System) -> None:
    for party in PARTIES:
        spoken.sandbox.fault(party, "WithdrawEnrolment", "timeout_after_effect")
    journeys = begin_all(spoken)
    until_all(journeys, "awaiting_payment")
    for journey in journeys.values():
        answer = spoken.platform.call("POST", f"/v1/cases/{journey.case}/withdraw", {"reason": "改在户籍地参保"})
        assert answer.status == 202
    until_all(journeys, "withdrawn")
    state = spoken.sandbox.state()
    for party, journey in journeys.items():
        journey.until_settled()
        journey.assert_without_effect(state)
        assert journey.trace(state).effects[party, "withdrawn"] == 1


def test_a_clerk_at_the_window_who_was_first_is_never_taken_for_us(spoken: System) -> None:
    for party in PARTIES:
        spoken.sandbox.fault(party, "EnrolWorker", "clerk")
    journeys = begin_all(spoken)
    until_all(journeys, "refused")
    state = spoken.sandbox.state()
    for party, journey in journeys.items():
        assert "已参加" in journey.view()["items"][0]["reason"]
        journey.until_settled()
        journey.assert_without_effect(state)
        assert [(where, entry["operator"]) for where, entry in journey.trace().entries] == [(party, "chuangkou-07")]


def test_what_changes_afterwards_is_on_record_and_is_found_again_in_every_dialect(spoken: System) -> None:
    for party in PARTIES:
        spoken.sandbox.fault(party, "SuspendEnrolment", "timeout_after_effect")
        spoken.sandbox.fault(party, "ChangeDetails", "effect_missing", answer=False)
    journeys = begin_all(spoken)
    pay_all(journeys)
    consent = {"reference": "consent-change", "given_at": f"{spoken.month}-01T08:00:00+08:00"}
    month = Month.parse(str(spoken.month))
    own = "/v1/enrolments/{case}/"
    halt = {"first": str(month + 1), "reason": "暂停接单", "consent": consent}
    changed(spoken, journeys, own + "suspend", halt)
    assert {person["entries"][0]["state"] for person in on_record(spoken, journeys).values()} == {"suspended"}
    again = {"first": str(month + 2), "contribution": {"grade": 80, "cycle": "monthly"}, "consent": consent}
    changed(spoken, journeys, own + "resume", again, pay=True)
    changed(spoken, journeys, "/v1/workers/{worker}/details", {"mobile": "13912345678", "consent": consent})
    people = on_record(spoken, journeys)
    assert {person["details"]["mobile"] for person in people.values()} == {"13912345678"}
    assert {person["entries"][0]["resumed_from"] for person in people.values()} == {str(month + 2)}
    for party, journey in journeys.items():
        worker = journey.view()["worker"]
        asked = f"purpose=case_handling&consent=consent-change&insurance={PARTIES[party].insurance}"
        rights = spoken.operator.call("GET", f"/v1/workers/{worker}/rights?{asked}").document["rights"]
        assert [(each["region"], each["months_paid"]) for each in rights] == [(PARTIES[party].region, 2)]
        months = f"&from={month}&to={month + 2}"
        lines = spoken.operator.call("GET", f"/v1/workers/{worker}/contributions?{asked}{months}").document["lines"]
        paid = [(line["region"], line["first"]) for line in lines if line["state"] == "paid"]
        assert paid == [(PARTIES[party].region, str(month)), (PARTIES[party].region, str(month + 2))]


def test_an_identity_that_is_put_right_and_a_death_are_on_record_in_every_dialect(spoken: System) -> None:
    for party in PARTIES:
        spoken.sandbox.fault(party, "CorrectIdentity", "timeout_after_effect")
        spoken.sandbox.fault(party, "ReportDeath", "garbled")
    journeys = begin_all(spoken)
    pay_all(journeys)
    consent = {"reference": "consent-change", "given_at": f"{spoken.month}-01T08:00:00+08:00"}
    right = {}
    for party, journey in journeys.items():
        person = spoken.people.next(PARTIES[party].registered_in)
        identity = {"id_type": "resident_id", "id_number": person.number, "name": person.name}
        told = identity | {"evidence": "户口簿", "consent": consent}
        changed(spoken, {party: journey}, "/v1/workers/{worker}/identity", told)
        right[party] = Journey(spoken, person, party, journey.case)
    died = {"died_on": f"{spoken.month}-09", "evidence": "死亡医学证明 7"}
    changed(spoken, right, "/v1/workers/{worker}/death", died)
    for party, recorded in on_record(spoken, right).items():
        assert (recorded["name"], recorded["died_on"]) == (right[party].person.name, died["died_on"])
        assert [entry["state"] for entry in recorded["entries"]] == ["ended"]


def test_a_region_that_does_not_keep_an_insurance_is_not_asked_about_it(spoken: System) -> None:
    journeys = begin_all(spoken)
    for party, journey in journeys.items():
        journey.until_leg("EnrolWorker", "accepted")
        asked = {leg.party for leg in spoken.ledger.legs(journey.case, "FindCover")}
        assert asked > {"sichuan", "guizhou", "hebei", "jiangsu", "hunan"}
        assert ("hunan-resident" in asked) == (PARTIES[party].insurance == "resident_pension")


def test_the_dialects_are_spoken_on_postgresql_too(runs: Runs, rules: Path) -> None:
    with runs.new("postgresql", Plan(pay_after=None)) as system:
        stand(system, rules)
        for party, message, fault, options in ROUNDS["the second step failed"]:
            system.sandbox.fault(party, message, fault, **options)
        journeys = begin_all(system)
        pay_all(journeys)
        assert_completed_once(system, journeys)
