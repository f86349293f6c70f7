"""What changes about a worker: details, a wrong identity put right, a death; told to every province concerned."""

from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Decision, Insurance
from gateway.model.identifiers import lengthen
from gateway.model.province import EnrolmentDecided
from gateway.model.values import Region
from gateway.services import changes
from gateway.services.receive import receive
from gateway.store import levies, standing
from gateway.store import refunds as kept_refunds
from gateway.store.tables import case_views, cases
from tests.gateway.services.changed import (
    RIGHT,
    able,
    another,
    correction,
    death,
    details,
    ending,
    month,
    opened,
    paid,
    refused,
    reserved,
    taken_in,
    told,
    wish,
    worker,
)
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import REQUEST
from tests.gateway.services.test_journey import assessed, begin, events, view

VERBS: dict[str, Any] = {
    "details": (changes.change_details, details, "ChangeDetails"),
    "identity": (changes.correct_identity, correction, "CorrectIdentity"),
    "death": (changes.report_death, death, "ReportDeath"),
}
every = pytest.mark.parametrize("kind", VERBS)
WRONG = REQUEST["worker"]["id_number"]


def ask(world: World, kind: str, case: str, header: str = "c1", **of: Any) -> str:
    verb, asked, _ = VERBS[kind]
    return opened(verb(world.runtime, wish(worker(world, case), header, **of), asked()))


def code(world: World, verb: Any, case: str, asked: Any, **of: Any) -> str:
    with pytest.raises(GatewayError) as problem:
        verb(world.runtime, wish(worker(world, case), "other", **of), asked)
    return problem.value.kind.code


def parties(world: World, change: str, kind: str) -> set[str]:
    """Who is told of a change."""
    return {leg["party"] for leg in view(world, change)["legs"] if leg["message"] == VERBS[kind][2]}


def in_two_provinces(world: World) -> tuple[str, str]:
    """A pension in Zhejiang and an unemployment insurance in Hunan, both registered."""
    assessed(able(world))
    first = begin(world)
    second = another(world, insurance=["unemployment"], choice="registered")
    world.carry_due()
    return first, second


@every
def test_the_province_is_told_once_and_the_case_is_done(world: World, kind: str) -> None:
    case = paid(world)
    change = ask(world, kind, case)
    world.carry_due()
    (message,) = told(world, VERBS[kind][2])
    assert (message.reference, message.person_number) == (f"{change}.{kind}", "P001")
    assert message.person.id_number == WRONG
    assert (view(world, change)["status"], view(world, change)["kind"]) == ("completed", kind)


@every
def test_every_province_with_a_registration_is_told_in_one_case(world: World, kind: str) -> None:
    first, _ = in_two_provinces(world)
    world.hunan.answers(VERBS[kind][2], taken_in)
    change = ask(world, kind, first)
    world.carry_due()
    assert parties(world, change, kind) == {"zhejiang", "hunan"}
    statuses = {item["insurance"]: item["status"] for item in view(world, change)["items"]}
    assert statuses == {"pension": "completed", "unemployment": "registering"}
    receive(world.runtime, "hunan", EnrolmentDecided(Decision.ACCEPTED, acceptance_number="SL-7"))
    world.carry_due()
    assert view(world, change)["status"] == "completed"


@every
def test_a_refusal_of_one_province_is_its_own(world: World, kind: str) -> None:
    first, _ = in_two_provinces(world)
    world.hunan.answers(VERBS[kind][2], refused)
    change = ask(world, kind, first)
    world.carry_due()
    statuses = {item["insurance"]: item["status"] for item in view(world, change)["items"]}
    assert statuses == {"pension": "completed", "unemployment": "refused"}


@every
def test_a_province_that_cannot_be_told_is_left_to_the_worker(world: World, kind: str) -> None:
    first, _ = in_two_provinces(world)
    del world.hunan.supports[VERBS[kind][2]]
    change = ask(world, kind, first)
    assert [item["insurance"] for item in view(world, change)["items"]] == ["pension"]
    del world.zhejiang.supports[VERBS[kind][2]]
    world.carry_due()
    assert events(world, change).count("not_told") == 1, "the case says that somebody has to go there"


@every
def test_where_no_province_can_be_told_it_is_said_up_front(world: World, kind: str) -> None:
    case = paid(world)
    verb, asked, message = VERBS[kind]
    del world.zhejiang.supports[message]
    assert code(world, verb, case, asked()) == "unsupported"


@every
def test_a_worker_without_a_registration_or_of_somebody_else_is_not_changed(world: World, kind: str) -> None:
    verb, asked, _ = VERBS[kind]
    case = begin(able(world))
    assert code(world, verb, case, asked()) == "not_standing"
    assert code(world, verb, case, asked(), client="other-platform") == "not_found"


@every
def test_the_same_request_again_is_the_same_answer(world: World, kind: str) -> None:
    case = paid(world)
    verb, asked, message = VERBS[kind]
    first, again = (verb(world.runtime, wish(worker(world, case)), asked()) for _ in range(2))
    assert again.body == first.body
    world.carry_due()
    assert len(told(world, message)) == 1


@every
def test_the_same_change_waits_for_the_one_under_way(world: World, kind: str) -> None:
    case = paid(world)
    ask(world, kind, case)
    verb, asked, _ = VERBS[kind]
    assert code(world, verb, case, asked()) == "change_under_way"


def test_details_that_are_absent_are_not_told_and_none_at_all_is_refused(world: World) -> None:
    case = paid(world)
    asked = details(address="示例路 1 号", registered_region=Region("330106"))
    changes.change_details(world.runtime, wish(worker(world, case)), asked)
    world.carry_due()
    (message,) = told(world, "ChangeDetails")
    assert (message.address, message.mobile, message.registered_region) == ("示例路 1 号", None, Region("330106"))
    assert code(world, changes.change_details, case, type(asked)(asked.consent)) == "nothing_to_change"


def test_a_death_ends_every_participation_in_the_region_with_its_month(world: World) -> None:
    assessed(able(world))
    case = begin(world, insurance=["pension", "unemployment"])
    world.carry_due()
    change = ask(world, "death", case)
    world.carry_due()
    assert reserved(world, case) == [month("2026-11").ordinal] * 2
    assert events(world, case).count("ended_by_death") == 2
    assert [item["status"] for item in view(world, change)["items"]] == ["completed", "completed"]
    asked = ending("2027-05")
    with pytest.raises(GatewayError) as problem:
        changes.end(world.runtime, wish(case, "e"), asked)
    assert problem.value.params["state"] == "ended"


def test_a_death_reported_by_one_platform_ends_what_another_brought(world: World) -> None:
    first, _ = in_two_provinces(world)
    with world.runtime.store.work("test") as tx:
        tx.change(case_views, {"client": "other-platform"}, id=first)
        tx.change(cases, {"client": "other-platform"}, id=first)
    second = view(world, first)["worker"]
    change = opened(changes.report_death(world.runtime, wish(second), death()))
    assert parties(world, change, "death") == {"hunan"}
    world.carry_due()
    assert [type(message).__name__ for message in told(world, "ReportDeath")] == ["ReportDeath"] * 2
    assert "ended_by_death" in events(world, first)
    with world.runtime.store.reading() as tx:
        deaths = [row for row in standing.of_person(tx, second) if row.kind == "death"]
    assert sorted(row.client for row in deaths) == ["demo-platform", "other-platform"]


def test_an_enrolment_of_later_months_is_given_up(world: World) -> None:
    case = paid(world)
    later = another(world, insurance=["unemployment"], start="2026-12")
    ask(world, "death", case)
    world.carry_due()
    assert view(world, later)["status"] == "withdrawn"
    assert "withdrawal_asked" in events(world, later)


def test_money_for_months_after_a_death_is_a_persons_to_see_to(world: World) -> None:
    case = paid(world, contribution={"grade": 60, "cycle": "quarterly"})
    ask(world, "death", case)
    world.carry_due()
    assert view(world, case)["status"] == "needs_person"
    assert events(world, case)[-1] == "levied_beyond_death"


def test_nobody_dies_tomorrow(world: World) -> None:
    case = paid(world)
    with pytest.raises(GatewayError) as problem:
        changes.report_death(world.runtime, wish(worker(world, case)), death("2026-11-11"))
    assert (problem.value.kind.code, problem.value.faults[0].pointer) == ("not_yet", "/died_on")


def test_after_a_death_nothing_is_left_to_change(world: World) -> None:
    case = paid(world)
    ask(world, "death", case)
    world.carry_due()
    for verb, asked, _ in VERBS.values():
        assert code(world, verb, case, asked()) == "not_standing"


def test_the_insurances_of_another_platform_are_not_shown(world: World) -> None:
    first, second = in_two_provinces(world)
    with world.runtime.store.work("test") as tx:
        tx.change(case_views, {"client": "other-platform"}, id=second)
    change = ask(world, "details", first)
    assert [item["insurance"] for item in view(world, change)["items"]] == [Insurance.PENSION.value]
    assert lengthen("430102950307018") == RIGHT


def test_what_was_paid_for_months_after_a_death_is_a_refund_of_those_months(world: World) -> None:
    case = paid(world, contribution={"grade": 60, "cycle": "quarterly"})
    ask(world, "death", case)
    world.carry_due()
    with world.runtime.store.reading() as tx:
        (refund,) = kept_refunds.of_origin(tx, case)
        (levy,) = levies.of_case(tx, case)
    assert (refund.origin, refund.first, refund.last) == ("death", levy.last, levy.last)
    assert refund.fen * 2 == levy.paid_fen
    assert view(world, refund.case)["refund"]["state"] == "opened"
