"""An operator has asked the party and settles a leg on its word: every kind of message, both ways."""

import json
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Decision, LegState
from gateway.model.province import CoverFound, Done, EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind, Support
from gateway.services import actions, operate
from gateway.services.once import Wish
from gateway.services.operate import Act
from gateway.services.receive import receive
from gateway.store import legs, reservations
from tests.gateway.services.conftest import World, accepted, registered
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.services.test_accept import key
from tests.gateway.services.test_journey import assessed, begin, events, receipt, view
from tests.gateway.services.test_operate import leg

ACT = Act("tester", "settle", "asked the party by telephone")
UNSURE = Outcome(OutcomeKind.UNCERTAIN, reason="no answer")
DOWN = Outcome(OutcomeKind.UNREACHABLE, reason="down")
DECIDED = {"decision": "accepted", "person_number": "P1", "registration_number": "R1", "notice_number": "N1"}


def settle(world: World, case: str, message: str, outcome: str, answer: Any = None) -> None:
    """Settle the case's leg; where every province has one, that of Hunan."""
    given = None if answer is None else json.dumps(answer).encode()
    row = leg(world, case, message, "hunan" if message == "FindCover" else "")
    operate.settle_as(world.runtime, row.id, LegState(outcome), ACT, given)


def status(world: World, case: str) -> str:
    return str(view(world, case)["status"])


def in_doubt(party: ScriptedParty, message: str) -> None:
    """From now on nobody can tell what became of `message`."""
    party.supports[message] = Support(message, inquire="nothing")
    party.answers(message, UNSURE)


def begun(world: World, **changes: Any) -> str:
    case = begin(world, **changes)
    world.carry_due()
    return case


def paid(world: World) -> str:
    """A case whose province may or may not have booked the payment."""
    assessed(world)
    in_doubt(world.zhejiang, "StartCover")
    case = begun(world)
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert status(world, case) == "needs_person"
    return case


def withdrawn(world: World) -> str:
    """A case in whose withdrawal the next party's answer is missing."""
    case = begun(world)
    actions.withdraw_case(world.runtime, Wish(key("w"), "demo-platform", case, "en"), "changed my mind")
    world.carry_due()
    assert status(world, case) == "needs_person"
    return case


@pytest.mark.parametrize(("outcome", "answer"), [("accepted", {"known": False}), ("refused", None)])
def test_a_region_that_will_not_answer_no_longer_holds_the_case(world: World, outcome: str, answer: Any) -> None:
    world.hunan.answers("FindCover", DOWN)
    case = begun(world)
    assert status(world, case) == "checking"
    settle(world, case, "FindCover", outcome, answer)
    assert status(world, case) == "registering"


def test_a_region_is_not_taken_to_have_found_nothing_where_nobody_says_what_it_found(world: World) -> None:
    world.hunan.answers("FindCover", DOWN)
    case = begun(world)
    with pytest.raises(GatewayError) as refused:
        settle(world, case, "FindCover", "accepted")
    assert refused.value.kind.code == "setting_invalid"
    assert status(world, case) == "checking"


def test_the_cover_that_the_operator_was_told_of_counts(world: World) -> None:
    world.hunan.answers("FindCover", DOWN)
    case = begun(world)
    cover = {"scheme": "resident_pension", "state": "active", "region": "430100", "first": "2020-01"}
    settle(world, case, "FindCover", "accepted", {"known": True, "covers": [cover]})
    assert "clearing" in events(world, case)


def test_a_registration_goes_on_with_the_numbers_that_the_operator_was_told(world: World) -> None:
    assessed(world)
    in_doubt(world.zhejiang, "EnrolWorker")
    case = begun(world)
    settle(world, case, "EnrolWorker", "accepted", DECIDED)
    world.carry_due()
    assert status(world, case) == "awaiting_payment"
    assert world.zhejiang.count("EnrolWorker") == 1


def test_a_registration_that_did_not_come_about_frees_the_months(world: World) -> None:
    in_doubt(world.zhejiang, "EnrolWorker")
    case = begun(world)
    settle(world, case, "EnrolWorker", "refused")
    shown = view(world, case)
    assert (shown["status"], shown["items"][0]["reason"]) == ("refused", ACT.because)
    with world.runtime.store.reading() as tx:
        assert reservations.months(tx, shown["worker"]) == []


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"decision": "received", "acceptance_number": "A1"},
        {"decision": "refused"},
        {"decision": "accepted"},
        {"found": True},
        5,
    ],
)
def test_a_registration_is_not_accepted_without_an_answer_that_says_so(world: World, answer: Any) -> None:
    in_doubt(world.zhejiang, "EnrolWorker")
    case = begun(world)
    before = view(world, case)
    with pytest.raises(GatewayError):
        settle(world, case, "EnrolWorker", "accepted", answer)
    assert view(world, case) == before


def test_an_acknowledgement_is_no_registration(world: World) -> None:
    received = EnrolmentDecided(Decision.RECEIVED, acceptance_number="A1")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received))
    case = begun(world)
    with pytest.raises(GatewayError) as problem:
        settle(world, case, "EnrolWorker", "accepted")
    assert "--answer" in str(problem.value)
    settle(world, case, "EnrolWorker", "accepted", DECIDED)
    assert "registered" in events(world, case)


def test_a_levy_that_the_agency_is_known_to_have_issued_can_be_paid(world: World) -> None:
    world.tax_zhejiang.answers("FindLevy", DOWN)
    case = begun(world)
    settle(world, case, "FindLevy", "accepted", {"found": True, "state": "assessed", "levy_number": "L7"})
    shown = view(world, case)
    assert (shown["status"], shown["payment_instructions"][0]["number"]) == ("awaiting_payment", "L7")


@pytest.mark.parametrize("answer", [None, {"found": False}])
def test_a_levy_is_not_found_without_an_answer_that_names_it(world: World, answer: Any) -> None:
    world.tax_zhejiang.answers("FindLevy", DOWN)
    case = begun(world)
    with pytest.raises(GatewayError) as problem:
        settle(world, case, "FindLevy", "accepted", answer)
    assert "--answer" in str(problem.value)


def test_a_declaration_stands_under_the_number_that_the_operator_was_told(world: World) -> None:
    in_doubt(world.tax_hunan, "DeclareLevy")
    case = begun(world, choice="registered")
    settle(world, case, "DeclareLevy", "accepted", {"found": True, "state": "declared", "levy_number": "L7"})
    shown = view(world, case)
    assert (shown["status"], shown["payment_instructions"][0]["number"]) == ("awaiting_payment", "L7")


@pytest.mark.parametrize(("message", "choice"), [("DeclareLevy", "registered"), ("FindLevy", "workplace")])
def test_a_levy_that_does_not_come_about_is_a_persons_to_see_to(world: World, message: str, choice: str) -> None:
    in_doubt(world.tax_hunan, "DeclareLevy")
    world.tax_zhejiang.answers("FindLevy", DOWN)
    case = begun(world, choice=choice)
    settle(world, case, message, "refused")
    assert status(world, case) == "needs_person"


def test_a_payment_that_the_province_has_booked_completes_the_case(world: World) -> None:
    case = paid(world)
    settle(world, case, "StartCover", "accepted")
    assert status(world, case) == "completed"


def test_a_payment_that_the_province_refuses_stays_with_a_person(world: World) -> None:
    case = paid(world)
    settle(world, case, "StartCover", "refused")
    assert status(world, case) == "needs_person"
    assert view(world, case)["levies"][0]["status"] == "receipted", "the money is not forgotten"


def test_a_levy_that_the_bureau_has_cancelled_lets_the_withdrawal_go_on(world: World) -> None:
    assessed(world)
    in_doubt(world.tax_zhejiang, "CancelLevy")
    case = withdrawn(world)
    settle(world, case, "CancelLevy", "accepted")
    world.carry_due()
    assert status(world, case) == "withdrawn"
    assert view(world, case)["levies"][0]["status"] == "cancelled"


def test_a_levy_that_the_bureau_will_not_cancel_stays_with_a_person(world: World) -> None:
    assessed(world)
    in_doubt(world.tax_zhejiang, "CancelLevy")
    case = withdrawn(world)
    settle(world, case, "CancelLevy", "refused")
    assert status(world, case) == "needs_person"


def test_a_registration_that_was_taken_back_frees_the_months(world: World) -> None:
    in_doubt(world.zhejiang, "WithdrawEnrolment")
    case = withdrawn(world)
    settle(world, case, "WithdrawEnrolment", "accepted")
    assert status(world, case) == "withdrawn"
    with world.runtime.store.reading() as tx:
        assert reservations.months(tx, view(world, case)["worker"]) == []


def test_a_registration_that_the_province_keeps_stays_with_a_person(world: World) -> None:
    in_doubt(world.zhejiang, "WithdrawEnrolment")
    case = withdrawn(world)
    settle(world, case, "WithdrawEnrolment", "refused")
    assert status(world, case) == "needs_person"


@pytest.mark.parametrize(
    ("outcome", "answer", "event"),
    [
        ("accepted", {"found": True, "card_number": "A12345678"}, "card_found"),
        ("accepted", {"found": False}, "card_missing"),
        ("refused", None, "card_unknown"),
    ],
)
def test_what_the_operator_learned_of_the_card_is_noted(world: World, outcome: str, answer: Any, event: str) -> None:
    assessed(world)
    world.card.answers("FindCard", DOWN)
    case = begun(world)
    settle(world, case, "FindCard", outcome, answer)
    assert event in events(world, case)
    assert status(world, case) == "awaiting_payment"


@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_a_webhook_that_is_settled_lets_the_next_one_go(world: World, outcome: str) -> None:
    world.platform.answers("CaseChanged", DOWN)
    case = begun(world)
    first = world.platform.delivered[0].leg
    operate.settle_as(world.runtime, first, LegState(outcome), ACT)
    world.platform.answers("CaseChanged", accepted(Done(done=True)))
    world.clock.forward(hours=1)
    world.carry_due()
    assert [work.leg for work in world.platform.delivered].count(first) == 1
    assert world.platform.count("CaseChanged") > 1
    assert {row["state"] for row in view(world, case)["legs"] if row["message"] == "CaseChanged"} <= {
        "accepted",
        outcome,
    }


@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_what_is_settled_already_cannot_be_settled_otherwise(world: World, outcome: str) -> None:
    assessed(world)
    refused = Outcome(OutcomeKind.REFUSED, reason="户籍信息不符")
    world.zhejiang.answers("EnrolWorker", refused if outcome == "accepted" else registered)
    case = begun(world)
    before = view(world, case)
    with pytest.raises(GatewayError) as problem:
        settle(world, case, "EnrolWorker", outcome, DECIDED)
    assert problem.value.kind.code == "leg_action_not_allowed"
    assert view(world, case) == before


def test_the_answer_that_the_operator_gave_is_kept_with_the_leg(world: World) -> None:
    in_doubt(world.zhejiang, "EnrolWorker")
    case = begun(world)
    settle(world, case, "EnrolWorker", "accepted", DECIDED)
    with world.runtime.store.reading() as tx:
        assert b"R1" in (legs.reply(tx, leg(world, case, "EnrolWorker")) or b"")


def test_an_answer_that_comes_after_the_operators_word_changes_nothing(world: World) -> None:
    world.hunan.answers("FindCover", DOWN)
    case = begun(world)
    settle(world, case, "FindCover", "refused")
    world.hunan.answers("FindCover", accepted(CoverFound(known=False)))
    world.clock.forward(hours=1)
    world.carry_due()
    assert leg(world, case, "FindCover", "hunan").state == LegState.REFUSED.value
    assert world.hunan.count("FindCover") == 1
