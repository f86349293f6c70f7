"""Tax bureaus that speak a dialect of their own: workers of Sichuan and Guizhou enrol and complete with them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Runs
from tests.journeys.journey import Journey
from tests.journeys.spoken import PARTIES, assert_completed_once, begin, pay_all, stand, until_all
from tests.journeys.system import Plan, System

TAXED = {party: each for party, each in PARTIES.items() if each.collects_at}

Script = tuple[str, str, str, dict[str, Any]]
Journeys = Mapping[str, Journey]


def everywhere(message: str, fault: str, **options: Any) -> list[Script]:
    return [(each.bureau, message, fault, options) for each in TAXED.values()]


ROUNDS: Mapping[str, Sequence[Script]] = {
    "nothing goes wrong": [],
    "the answer never came": everywhere("DeclareLevy", "timeout_after_effect"),
    "the call never arrived": everywhere("DeclareLevy", "effect_missing", answer=False),
    "the answer broke off": everywhere("DeclareLevy", "garbled"),
    "the answer came in another charset": everywhere("DeclareLevy", "wrong_charset"),
    "the answer was headers and no body": everywhere("DeclareLevy", "headers_only"),
    "the answer holds everything twice": everywhere("DeclareLevy", "duplicate_reply"),
    "their system failed": everywhere("DeclareLevy", "error_200"),
    "the bureau was down": everywhere("DeclareLevy", "down", times=2),
    "the bureau was busy": everywhere("DeclareLevy", "status", status=503),
    "the bureau decides later": everywhere("DeclareLevy", "decide_later", seconds=1),
    "the bureau decides later and says so": everywhere("DeclareLevy", "decide_later", seconds=1, how="callback"),
    "the receipt came twice": everywhere("Receipt", "duplicate_reply"),
    "the receipt came late": everywhere("Receipt", "slow", seconds=1),
}


@pytest.fixture
def taxed(standing: System) -> Iterator[System]:
    yield standing
    standing.sandbox.forgive()


def begin_all(system: System) -> Journeys:
    return {party: begin(system, each) for party, each in TAXED.items()}


def scripted(system: System, scripts: Sequence[Script]) -> None:
    for party, message, fault, options in scripts:
        system.sandbox.fault(party, message, fault, **options)


@pytest.mark.parametrize("trouble", list(ROUNDS))
def test_whatever_goes_wrong_everybody_is_levied_paid_and_covered_once(taxed: System, trouble: str) -> None:
    scripted(taxed, ROUNDS[trouble])
    journeys = begin_all(taxed)
    pay_all(journeys)
    assert_completed_once(taxed, journeys)
    played = {(each["party"], each["message"], each["kind"]) for each in taxed.sandbox.played()}
    assert played == {(party, message, fault) for party, message, fault, _ in ROUNDS[trouble]}


def test_what_is_sent_again_says_so_where_the_dialect_can(taxed: System) -> None:
    scripted(taxed, everywhere("DeclareLevy", "timeout_after_effect"))
    journeys = begin_all(taxed)
    pay_all(journeys)
    counts = taxed.sandbox.state()["counts"]
    again = {
        party: sum(counts[TAXED[party].bureau].get("sent_again", {}).get(each, 0) for each in references)
        for party, journey in journeys.items()
        for references in [taxed.ledger.references(journey.case)]
    }
    assert again == {"sichuan": 0, "guizhou": 1}


@pytest.mark.parametrize("fault", ["", "timeout_after_effect", "garbled"])
def test_a_withdrawal_cancels_the_levy_once(taxed: System, fault: str) -> None:
    if fault:
        scripted(taxed, everywhere("CancelLevy", fault))
    journeys = begin_all(taxed)
    until_all(journeys, "awaiting_payment")
    for journey in journeys.values():
        answer = taxed.platform.call("POST", f"/v1/cases/{journey.case}/withdraw", {"reason": "改在户籍地参保"})
        assert answer.status == 202
    until_all(journeys, "withdrawn")
    state = taxed.sandbox.state()
    for party, journey in journeys.items():
        journey.until_settled()
        journey.assert_without_effect(state)
        assert journey.trace(state).effects[TAXED[party].bureau, "levy_cancelled"] == 1


def test_a_declaration_that_is_refused_ends_the_case_in_the_bureaus_words(taxed: System) -> None:
    scripted(taxed, everywhere("DeclareLevy", "refuse", reason="应纳税费额与费率不符"))
    journeys = begin_all(taxed)
    for journey in journeys.values():
        journey.until_leg("DeclareLevy", "refused")
        assert "应纳税费额与费率不符" in str(journey.view())


def test_a_voucher_that_comes_month_by_month_is_one_payment_in_both_dialects(taxed: System) -> None:
    scripted(taxed, everywhere("Receipt", "by_month"))
    half_a_year = {"contribution": {"grade": 60, "cycle": "half_yearly"}}
    journeys = {party: begin(taxed, each, **half_a_year) for party, each in TAXED.items()}
    pay_all(journeys)
    assert_completed_once(taxed, journeys)
    for journey in journeys.values():
        assert (journey.events().count("paid_in_part"), journey.events().count("paid")) == (3, 1)
        assert "receipt_differs" not in journey.events()


AFTERWARDS = [("post", "PostPayment", "posted"), ("reverse", "ReversePayment", "reversed")]


def test_what_becomes_of_a_payment_afterwards_is_told_in_both_dialects(taxed: System) -> None:
    journeys = begin_all(taxed)
    pay_all(journeys)
    for call, message, state in AFTERWARDS:
        for party, journey in journeys.items():
            (levy,) = taxed.ledger.levies(journey.case)
            taxed.sandbox.control("POST", call, party=TAXED[party].bureau, levy_number=levy.levy_number)
            until_taken(taxed, journey, message)
            assert [each.state for each in taxed.ledger.levies(journey.case)] == [state]


def until_taken(system: System, journey: Journey, message: str) -> None:
    references = system.ledger.references(journey.case)

    def taken() -> bool:
        pushes = [each for each in system.sandbox.state()["pushes"] if each["reference"] in references]
        return any(each["message"] == message and each["delivered"] for each in pushes)

    system.until(taken, f"{message} of {journey.case}")


def test_the_bureaus_are_spoken_to_on_postgresql_too(runs: Runs, rules: Path) -> None:
    with runs.new("postgresql", Plan(pay_after=None)) as system:
        stand(system, rules)
        scripted(system, ROUNDS["the answer never came"])
        journeys = begin_all(system)
        pay_all(journeys)
        assert_completed_once(system, journeys)
