"""Changes of a registration: suspended, resumed, ended; decided first, told once, followed by rule."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Decision, EndCause, Insurance
from gateway.model.province import EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions, changes, operate
from gateway.services.operate import Act
from gateway.services.receive import receive
from gateway.store import cases
from tests.gateway.services.changed import (
    PENSION,
    able,
    another,
    ending,
    month,
    opened,
    paid,
    refused,
    reserved,
    suspension,
    taken_in,
    told,
    wish,
)
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_accept import rows
from tests.gateway.services.test_journey import assessed, begin, events, view
from tests.gateway.services.test_operate import leg

VERBS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str]] = {
    "suspension": (changes.suspend, suspension, "SuspendEnrolment"),
    "ending": (changes.end, ending, "EndEnrolment"),
}
both = pytest.mark.parametrize("kind", VERBS)


def ask(world: World, kind: str, case: str, header: str = "c1") -> str:
    verb, asked, _ = VERBS[kind]
    return opened(verb(world.runtime, wish(case, header), asked()))


def code(world: World, verb: Callable[..., Any], case: str, asked: Any, **of: Any) -> GatewayError:
    with pytest.raises(GatewayError) as problem:
        verb(world.runtime, wish(case, "other", **of), asked)
    return problem.value


@both
def test_a_change_opens_a_case_and_is_done_when_the_province_says_so(world: World, kind: str) -> None:
    case = paid(world)
    change = ask(world, kind, case)
    shown = view(world, change)
    assert (shown["kind"], shown["status"], shown["allowed_actions"]) == (kind, "registering", [])
    assert (shown["worker"], shown["links"]) == (view(world, case)["worker"], {"self": f"/v1/cases/{change}"})
    world.carry_due()
    assert view(world, change)["status"] == "completed"
    assert events(world, change) == ["change_asked", "change_made"]
    assert view(world, case)["status"] == "completed", "the enrolment stands as it was"


@both
def test_the_province_is_told_who_which_registration_and_by_what_consent(world: World, kind: str) -> None:
    case = paid(world)
    change = ask(world, kind, case)
    world.carry_due()
    (message,) = told(world, VERBS[kind][2])
    assert message.reference == f"{change}.pension"
    assert (message.person_number, message.registration_number) == ("P001", "R001")
    assert (message.insurance, message.consent.reference) == (PENSION, "c-2")
    assert message.person.name == "湘小骑"


@both
def test_the_same_request_again_is_the_same_answer_and_told_once(world: World, kind: str) -> None:
    case = paid(world)
    verb, asked, message = VERBS[kind]
    first, again = (verb(world.runtime, wish(case), asked()) for _ in range(2))
    assert again.body == first.body
    assert again.replayed
    world.carry_due()
    assert len(told(world, message)) == 1


@both
def test_the_same_key_with_another_wish_is_a_conflict(world: World, kind: str) -> None:
    case = paid(world)
    ask(world, kind, case)
    verb, asked, _ = VERBS[kind]
    with pytest.raises(GatewayError) as problem:
        verb(world.runtime, wish(case), asked("2027-03"))
    assert problem.value.kind.code == "idempotency_conflict"


@both
def test_the_enrolment_of_somebody_else_is_not_there(world: World, kind: str) -> None:
    case = paid(world)
    verb, asked, _ = VERBS[kind]
    assert code(world, verb, case, asked(), client="other-platform").kind.code == "not_found"


@both
def test_what_is_not_registered_cannot_change(world: World, kind: str) -> None:
    case = begin(able(world))
    verb, asked, _ = VERBS[kind]
    assert code(world, verb, case, asked()).kind.code == "not_standing"


@both
def test_a_province_that_cannot_be_told_is_named_up_front(world: World, kind: str) -> None:
    case = paid(world)
    verb, asked, message = VERBS[kind]
    del world.zhejiang.supports[message]
    error = code(world, verb, case, asked())
    assert (error.kind.code, error.party) == ("unsupported", "zhejiang")
    assert told(world, message) == []


@both
def test_a_refusal_keeps_their_words_and_changes_nothing(world: World, kind: str) -> None:
    case = paid(world)
    before = reserved(world, case)
    world.zhejiang.answers(VERBS[kind][2], refused)
    change = ask(world, kind, case)
    world.carry_due()
    shown = view(world, change)
    assert (shown["status"], shown["items"][0]["reason"]) == ("refused", "材料不符")
    assert reserved(world, case) == before
    assert ask(world, kind, case, "again") != change, "it may be asked for anew"


@both
def test_a_change_that_is_taken_in_is_decided_by_a_push_and_once(world: World, kind: str) -> None:
    case = paid(world)
    world.zhejiang.answers(VERBS[kind][2], taken_in)
    change = ask(world, kind, case)
    world.carry_due()
    assert view(world, change)["status"] == "registering"
    decision = EnrolmentDecided(Decision.ACCEPTED, acceptance_number="SL-7")
    first, again = (receive(world.runtime, "zhejiang", decision) for _ in range(2))
    assert first == again
    assert events(world, change) == ["change_asked", "taken_in", "change_made"]
    assert view(world, change)["status"] == "completed"


@both
def test_a_change_under_way_holds_up_the_next_one(world: World, kind: str) -> None:
    case = paid(world)
    change = ask(world, kind, case)
    for verb, asked, _ in VERBS.values():
        error = code(world, verb, case, asked())
        assert (error.kind.code, error.params["case"]) == ("change_under_way", change)


@both
def test_nobody_knows_of_a_change_without_an_answer_until_it_is_found_out(world: World, kind: str) -> None:
    case = paid(world)
    message = VERBS[kind][2]
    world.zhejiang.answers(message, Outcome(OutcomeKind.UNCERTAIN, reason="no answer"))
    world.zhejiang.finds(message, accepted(EnrolmentDecided(Decision.ACCEPTED)))
    change = ask(world, kind, case)
    world.carry_due()
    assert events(world, change)[-1] == "leg_uncertain"
    world.clock.forward(minutes=10)
    world.carry_due()
    assert view(world, change)["status"] == "completed"
    assert len(told(world, message)) == 1, "found out, never sent again"


@both
def test_what_nobody_can_tell_goes_to_a_person_who_settles_it(world: World, kind: str) -> None:
    case = paid(world)
    message = VERBS[kind][2]
    world.zhejiang.answers(message, Outcome(OutcomeKind.FOREIGN, reason="两份记录"))
    change = ask(world, kind, case)
    world.carry_due()
    assert view(world, change)["status"] == "needs_person"
    handle = leg(world, change, message).id
    world.zhejiang.answers(message, refused)
    operate.retry(world.runtime, handle, Act("op", "retry", "电话核实"), i_know=True)
    world.carry_due()
    assert view(world, change)["status"] == "refused"


@both
def test_a_change_is_not_taken_back_like_an_enrolment(world: World, kind: str) -> None:
    change = ask(world, kind, paid(world))
    with pytest.raises(GatewayError) as problem:
        actions.withdraw_case(world.runtime, wish(change, "w"), "changed my mind")
    assert problem.value.kind.code == "action_not_allowed"


@both
def test_a_month_that_is_levied_already_stays_owed(world: World, kind: str) -> None:
    case = paid(world)
    verb, asked, _ = VERBS[kind]
    error = code(world, verb, case, asked("2026-10"))
    assert (error.kind.code, error.params["month"]) == ("months_levied", "2026-11")


def test_a_suspension_keeps_the_registration_and_its_months(world: World) -> None:
    case = paid(world)
    before = reserved(world, case)
    ask(world, "suspension", case)
    world.carry_due()
    assert reserved(world, case) == before
    assert events(world, case)[-1] == "suspended"
    assert code(world, changes.suspend, case, suspension("2027-02")).params["state"] == "suspended"


def test_an_ending_frees_the_months_after_it_and_no_others(world: World) -> None:
    case = paid(world)
    ask(world, "ending", case)
    world.carry_due()
    assert [str(month_of) for month_of in map(type(month("2026-11")), reserved(world, case))] == [
        "2026-11",
        "2026-12",
    ]
    assert events(world, case)[-1] == "ended"
    anew = another(world, start="2027-01")
    assert anew != case, "the later months can be enrolled again"
    for verb, asked in ((changes.suspend, suspension("2027-05")), (changes.end, ending("2027-05"))):
        assert code(world, verb, case, asked).params["state"] == "ended"


def test_the_months_up_to_the_end_stay_taken(world: World) -> None:
    case = paid(world)
    changes.end(world.runtime, wish(case), ending("2027-03"))
    world.carry_due()
    assert reserved(world, case) == [month("2026-11").ordinal + months for months in range(5)]
    before = rows(world)
    with pytest.raises(GatewayError) as problem:
        another(world, start="2027-02")
    assert problem.value.kind.code == "already_reserved"
    assert rows(world) == before


@pytest.mark.parametrize(("last", "code_of"), [("2029-01", "start_too_far"), ("2026-10", "months_levied")])
def test_a_participation_ends_neither_before_what_is_levied_nor_in_a_far_year(
    world: World, last: str, code_of: str
) -> None:
    assert code(world, changes.end, paid(world), ending(last)).kind.code == code_of


def test_an_employee_pension_is_not_ended_by_wish_before_retirement_age(world: World) -> None:
    case = paid(world)
    error = code(world, changes.end, case, ending(cause=EndCause.ASKED))
    assert error.kind.code == "ending_not_allowed"
    assert "66" in error.text("zh")
    assert "moved" in error.text("en")


def test_another_insurance_ends_when_the_worker_says_so(world: World) -> None:
    case = paid(world, insurance=["unemployment"])
    asked = ending(cause=EndCause.ASKED)
    other = type(asked)(Insurance.UNEMPLOYMENT, asked.last, asked.cause, asked.consent, "自愿")
    change = opened(changes.end(world.runtime, wish(case), other))
    world.carry_due()
    assert view(world, change)["status"] == "completed"
    assert told(world, "EndEnrolment")[0].remark == "自愿"


def test_an_operator_changes_for_a_platform_which_follows_it(world: World) -> None:
    case = paid(world)
    change = opened(changes.suspend(world.runtime, wish(case, client=None), suspension()))
    with world.runtime.store.reading() as tx:
        assert cases.behind_view(tx, change, "demo-platform") == change


def test_the_platform_is_notified_of_every_step(world: World) -> None:
    case = paid(world)
    change = ask(world, "suspension", case)
    world.carry_due()
    sent = [work.message for work in world.platform.delivered if work.message.case == change]
    assert [(message.event, message.status, [item.status for item in message.items]) for message in sent] == [
        ("change_made", "completed", ["completed"])
    ]


def test_of_two_insurances_one_changes_and_the_other_stands(world: World) -> None:
    assessed(able(world))
    case = begin(world, insurance=["pension", "unemployment"])
    world.carry_due()
    change = opened(changes.suspend(world.runtime, wish(case), suspension("2026-12")))
    world.carry_due()
    assert [item["insurance"] for item in view(world, change)["items"]] == ["pension"]
    other = suspension()
    asked = type(other)(Insurance.UNEMPLOYMENT, other.first, other.reason, other.consent)
    assert opened(changes.suspend(world.runtime, wish(case, "m"), asked)) != change
