"""Faults of the parties: whatever they do to an answer, each case ends right, with exactly the right effects."""

from typing import Any

import pytest

from tests.journeys.journey import Journey
from tests.journeys.system import System

CHANGING = (
    ("zhejiang", "EnrolWorker"),
    ("hunan", "EnrolWorker"),
    ("tax-hunan", "DeclareLevy"),
    ("zhejiang", "StartCover"),
)
ASKING = (
    ("beijing", "FindCover"),
    ("hunan", "FindCover"),
    ("hunan", "Login"),
    ("tax-zhejiang", "FindLevy"),
    ("card-hubei", "FindCard"),
)
TOLD = (("demo-platform", "CaseChanged"),)
EVERYWHERE = (*CHANGING, *ASKING, *TOLD)
# Standard Webhooks know success by the status alone: a platform that says 200 has been told, whatever it writes below.
UNDERSTOOD = (*CHANGING, *ASKING)

FAULTS: tuple[tuple[str, tuple[tuple[str, str], ...], dict[str, Any]], ...] = (
    ("slow", EVERYWHERE, {"seconds": 0.5}),
    ("down", EVERYWHERE, {"times": 2}),
    ("status", EVERYWHERE, {"status": 503}),
    ("timeout_after_effect", EVERYWHERE, {}),
    ("effect_missing", (*CHANGING, *TOLD), {"answer": False}),
    ("duplicate_reply", UNDERSTOOD, {}),
    ("garbled", UNDERSTOOD, {}),
    ("wrong_charset", UNDERSTOOD, {}),
    ("error_200", UNDERSTOOD, {}),
)


def script(system: System, fault: str, places: tuple[tuple[str, str], ...], options: dict[str, Any]) -> None:
    for party, message in places:
        system.sandbox.fault(party, message, fault, **options)
    if ("hunan", "Login") in places:
        # Without a session there is a sign-in, and with it a place for the fault.
        system.sandbox.fault("hunan", "FindCover", "session_lost")


HOUR = 3600


def legs_of(system: System, journeys: list[Journey]) -> list[Any]:
    return [leg for journey in journeys for leg in system.ledger.legs(journey.case, "FindLevy")]


def reasons(system: System, journey: Journey, message: str) -> str:
    """What an operator is told of the doubts about a message."""
    view = system.operator.call("GET", f"/v1/cases/{journey.case}").document
    return "; ".join(leg["reason"] or "" for leg in view["legs"] if leg["message"] == message)


def attempts(system: System, journeys: list[Journey]) -> int:
    return sum(leg.attempts for leg in legs_of(system, journeys))


@pytest.mark.parametrize(("fault", "places", "options"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
def test_a_fault_delays_cases_and_changes_nothing_else(
    system: System, fault: str, places: tuple[tuple[str, str], ...], options: dict[str, Any]
) -> None:
    script(system, fault, places, options)
    journeys = [Journey.begin(system, province) for province in ("zhejiang", "hunan", "zhejiang", "hunan")]
    for journey in journeys:
        journey.complete()
    played = {(each["party"], each["message"]) for each in system.sandbox.played() if each["kind"] == fault}
    assert played == set(places)
    for journey in journeys:
        journey.assert_completed_once()
        journey.assert_told_in_order()


def test_the_three_places_in_which_hunan_says_that_something_went_wrong_are_all_understood(system: System) -> None:
    for place in (1, 2, 3):
        system.sandbox.fault("hunan", "EnrolWorker", "error_200", place=place)
    system.sandbox.fault("hunan", "EnrolWorker", "session_lost")
    journeys = [Journey.begin(system, "hunan") for _ in range(4)]
    for journey in journeys:
        journey.complete()
        journey.assert_completed_once()
    assert len(system.sandbox.played()) == 4


def test_a_clerk_at_the_window_who_was_first_is_never_taken_for_us(system: System) -> None:
    for province in ("zhejiang", "hunan"):
        system.sandbox.fault(province, "EnrolWorker", "clerk")
        journey = Journey.begin(system, province)
        view = journey.until("refused")
        assert "已参加" in view["items"][0]["reason"]
        journey.until_settled()
        journey.assert_without_effect()
        assert [(party, entry["operator"]) for party, entry in journey.trace().entries] == [(province, "chuangkou-07")]


def test_an_effect_that_somebody_else_may_have_caused_waits_for_a_person_with_both_records(system: System) -> None:
    system.sandbox.fault("hunan", "EnrolWorker", "clerk")
    system.sandbox.fault("hunan", "EnrolWorker", "timeout_after_effect")
    journey = Journey.begin(system, "hunan")
    journey.until("needs_person")
    (leg,) = system.ledger.legs(journey.case, "EnrolWorker")
    assert (leg.state, leg.attempts) == ("needs_person", 1)
    assert "chuangkou-07" in reasons(system, journey, "EnrolWorker")
    assert journey.trace().ours == []


def test_an_amount_that_differs_is_shown_as_theirs_and_never_becomes_a_second_levy(system: System) -> None:
    system.sandbox.fault("zhejiang", "EnrolWorker", "amount_differs", amount="+12.34")
    journey = Journey.begin(system, "zhejiang")
    previewed = journey.view()["levies"][0]["amount"]
    view = journey.until("awaiting_payment")
    assert float(view["payment_instructions"][0]["amount"]) - float(previewed) == pytest.approx(12.34)
    assert "levy_differs" in journey.events()
    journey.complete()
    journey.assert_completed_once()


def test_a_payment_of_another_amount_than_levied_is_kept_and_shown(system: System) -> None:
    system.sandbox.fault("tax-hunan", "Receipt", "amount_differs", amount="-0.01")
    journey = Journey.begin(system, "hunan")
    journey.complete()
    assert "receipt_differs" in journey.events()
    journey.assert_completed_once()


def test_a_party_that_is_down_delays_only_its_own_legs(system: System) -> None:
    system.sandbox.fault("tax-zhejiang", "*", "down", times=None)
    held = [Journey.begin(system, "zhejiang") for _ in range(3)]
    for journey in held:
        journey.until_leg("FindLevy", "pending")
    other = Journey.begin(system, "hunan")
    other.complete()
    other.assert_completed_once()
    assert {journey.view()["status"] for journey in held} == {"registering"}
    system.sandbox.forgive()
    for journey in held:
        journey.complete()
        journey.assert_completed_once()


def test_a_party_that_answers_slowly_delays_only_its_own_legs(system: System) -> None:
    system.sandbox.fault("tax-zhejiang", "*", "down", times=None)
    held = [Journey.begin(system, "zhejiang") for _ in range(16)]
    for journey in held:
        journey.until_leg("FindLevy", "pending")
    system.sandbox.forgive()
    system.sandbox.fault("tax-zhejiang", "FindLevy", "slow", seconds=60, times=None)
    before = attempts(system, held)
    system.clock.skip(HOUR)
    system.until(lambda: attempts(system, held) > before, "that the slow party is asked", skipping=False)
    # Everything here is decided at once: whoever waits, waits for a place.
    other = Journey.begin(system, "tianjin")
    other.complete()
    answered = [journey.case for journey in held if "timed out" in reasons(system, journey, "FindLevy")]
    assert answered == [], "the other case went on only when the slow calls were over"
    system.sandbox.forgive()
    for journey in held:
        journey.until("awaiting_payment")
