"""A province asks where one of its applications stands, by its own number or by our reference."""

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Decision
from gateway.model.province import EnrolmentDecided, GetProgress
from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions
from gateway.services.ask import ask
from gateway.services.once import Wish
from gateway.services.receive import receive
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import enrolment, key
from tests.gateway.services.test_journey import assessed, begin, receipt

ACCEPTED = EnrolmentDecided(
    Decision.ACCEPTED, acceptance_number="A1", registration_number="R1", person_number="P1", notice_number="N1"
)


def taken_in(world: World, decision: Decision = Decision.RECEIVED, **more: Any) -> str:
    """A case whose application Zhejiang has taken in under A1."""
    assessed(world)
    reply = EnrolmentDecided(decision, acceptance_number="A1", **more)
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=reply))
    case = begin(world)
    world.carry_due()
    return case


def progress(world: World, number: str = "A1", caller: str = "zhejiang") -> EnrolmentDecided:
    answer: EnrolmentDecided = ask(world.runtime, caller, GetProgress(acceptance_number=number))
    return answer


def test_an_application_is_found_by_the_acceptance_number_and_by_our_reference(world: World) -> None:
    case = taken_in(world)
    by_number = progress(world)
    by_reference = ask(world.runtime, "zhejiang", GetProgress(reference=f"{case}.pension"))
    assert by_number == by_reference
    assert by_number == EnrolmentDecided(Decision.RECEIVED, reference=f"{case}.pension", acceptance_number="A1")


def test_a_decided_application_comes_with_the_numbers_that_were_given_to_it(world: World) -> None:
    case = taken_in(world)
    receive(world.runtime, "zhejiang", ACCEPTED)
    answer = progress(world)
    assert answer.decision is Decision.ACCEPTED
    assert answer.reference == f"{case}.pension"
    numbers = (answer.registration_number, answer.person_number, answer.notice_number)
    assert numbers == ("R1", "P1", "N1")


def test_what_was_accepted_stays_accepted_through_payment_and_cover(world: World) -> None:
    case = taken_in(world)
    receive(world.runtime, "zhejiang", ACCEPTED)
    world.carry_due()
    assert progress(world).decision is Decision.ACCEPTED
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert progress(world).decision is Decision.ACCEPTED


def test_a_returned_application_says_what_is_wanted(world: World) -> None:
    taken_in(world, Decision.RETURNED, reason="请补充居住证明")
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.UNREACHABLE))
    assert (progress(world).decision, progress(world).acceptance_number) == (Decision.RETURNED, "A1")


def test_a_refused_application_keeps_the_agencys_words(world: World) -> None:
    taken_in(world)
    refused = EnrolmentDecided(Decision.REFUSED, acceptance_number="A1", reason="户籍信息不符")
    receive(world.runtime, "zhejiang", refused)
    assert (progress(world).decision, progress(world).reason) == (Decision.REFUSED, "户籍信息不符")


def test_a_withdrawn_application_is_not_pursued(world: World) -> None:
    case = taken_in(world)
    actions.withdraw_case(world.runtime, Wish(key("w"), "demo-platform", case, "en"), "changed my mind")
    world.carry_due()
    assert progress(world).decision is Decision.REFUSED


def test_each_insurance_of_a_case_has_an_answer_of_its_own(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNREACHABLE, reason="down"))
    case = begin(world, insurance=["pension", "unemployment"])
    world.carry_due()
    references = [
        ask(world.runtime, "zhejiang", GetProgress(reference=f"{case}.{insurance.value}")).reference
        for insurance in enrolment(insurance=["pension", "unemployment"]).insurance
    ]
    assert references == [f"{case}.pension", f"{case}.unemployment"]


@pytest.mark.parametrize(
    "question",
    [
        GetProgress(acceptance_number="A1"),
        GetProgress(reference="{case}.pension"),
    ],
    ids=["by its number", "by our reference"],
)
def test_somebody_elses_application_is_as_unknown_as_one_that_is_not_there(world: World, question: GetProgress) -> None:
    case = taken_in(world)
    theirs = GetProgress(question.acceptance_number, question.reference and question.reference.format(case=case))
    nowhere = GetProgress(acceptance_number="A2")
    refusals = []
    for asked in (theirs, nowhere):
        with pytest.raises(GatewayError) as problem:
            ask(world.runtime, "hunan", asked)
        refusals.append((problem.value.kind.code, str(problem.value)))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == "not_found"


@pytest.mark.parametrize(
    "reference", ["case_0.pension", "{case}", "{case}.unemployment", "{case}.nonsense"], ids=lambda reference: reference
)
def test_a_reference_that_names_nothing_finds_nothing(world: World, reference: str) -> None:
    case = taken_in(world)
    with pytest.raises(GatewayError) as problem:
        ask(world.runtime, "zhejiang", GetProgress(reference=reference.format(case=case)))
    assert problem.value.kind.code == "not_found"


@pytest.mark.parametrize("question", [GetProgress(), GetProgress(reference="")], ids=["none", "an empty one"])
def test_a_question_without_any_number_is_told_what_is_missing(world: World, question: GetProgress) -> None:
    taken_in(world)
    with pytest.raises(GatewayError) as problem:
        ask(world.runtime, "zhejiang", question)
    assert [(fault.pointer, fault.code) for fault in problem.value.faults] == [("/acceptance_number", "missing_field")]
