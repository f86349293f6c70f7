"""A case that waited: what goes out later is what holds then, or nothing."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.model.codes import Decision
from gateway.model.province import CoverFound, EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind
from gateway.services import actions, housekeeping, operate
from gateway.services.deliver import carry
from gateway.services.determine import CHINA
from gateway.services.once import Wish
from gateway.services.operate import Act
from gateway.services.records import request
from gateway.services.unsent import determine_anew
from gateway.store import legs, reservations
from tests.gateway.services.conftest import World, accepted, registered
from tests.gateway.services.laws import published
from tests.gateway.services.test_accept import enrolment, key
from tests.gateway.services.test_journey import assessed, begin, events, view

DOWN = Outcome(OutcomeKind.UNREACHABLE, reason="connection refused")
UNKNOWN = accepted(CoverFound(known=False))
DECEMBER = datetime(2026, 12, 1, 0, 0, 1, tzinfo=CHINA)
LATE = datetime(2026, 12, 22, 9, tzinfo=CHINA)


def waiting_for(world: World, party: Any, message: str, choice: str = "registered") -> str:
    """A case one of whose legs cannot be delivered."""
    assessed(world)
    party.answers(message, DOWN)
    case = begin(world, choice=choice)
    world.carry_due()
    return case


def sent(party: Any, message: str) -> Any:
    """The last message of that name that the party was given."""
    return [work.message for work in party.delivered if type(work.message).__name__ == message][-1]


def told(world: World) -> list[str]:
    """What the platform was told of, in order."""
    return [work.message.event for work in world.platform.delivered]


def months(world: World, case: str) -> list[int]:
    with world.runtime.store.reading() as tx:
        return [row.month for row in reservations.months(tx, view(world, case)["worker"])]


def waits(world: World, case: str, message: str) -> Any:
    """The message of the case's last leg of that name, as it stands in the queue."""
    with world.runtime.store.reading() as tx:
        return request(message, legs.payload(tx, legs.named(tx, case, message)[-1]))


def test_an_answer_that_comes_when_the_month_is_locked_registers_nothing_and_frees_the_months(world: World) -> None:
    case = waiting_for(world, world.hunan, "FindCover", "workplace")
    world.clock.at = DECEMBER
    assert housekeeping.release_holds(world.runtime) == 1
    world.carry_due()
    shown = view(world, case)
    assert (shown["status"], world.zhejiang.count("EnrolWorker"), months(world, case)) == ("refused", 0, [])
    assert "2026-11" in shown["items"][0]["reason"]
    assert "no_longer_allowed" in told(world)


def test_where_the_rule_wants_a_person_the_registration_is_put_aside_and_sent_only_by_hand(world: World) -> None:
    case = waiting_for(world, world.zhejiang, "FindCover")
    world.clock.at = DECEMBER
    housekeeping.release_holds(world.runtime)
    world.carry_due()
    assert (view(world, case)["status"], world.hunan.count("EnrolWorker")) == ("needs_person", 0)
    assert months(world, case) != []
    (aside,) = [leg for leg in operate.stuck(world.runtime) if leg.message == "EnrolWorker"]
    assert "2026-11" in (aside.reason or "")
    operate.retry(world.runtime, aside.leg, Act("lin", "retry", "the agency keeps its books open"), i_know=True)
    assert determine_anew(world.runtime) == 0, "what an operator sends stays as the operator sends it"
    world.carry_due()
    assert world.hunan.count("EnrolWorker") == 1


def test_a_decision_that_took_weeks_is_followed_by_the_declaration_of_its_own_day(world: World) -> None:
    received = EnrolmentDecided(Decision.RECEIVED, acceptance_number="A1")
    decided = EnrolmentDecided(Decision.ACCEPTED, acceptance_number="A1", registration_number="R1", person_number="P1")
    world.hunan.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=received))
    world.hunan.finds("EnrolWorker", accepted(decided))
    case = begin(world, choice="registered")
    world.carry_due()
    world.clock.at = LATE
    world.carry_due()
    assert str(sent(world.tax_hunan, "DeclareLevy").due) == "2026-12-28"
    assert events(world, case).index("registered") < events(world, case).index("determined_anew")
    assert view(world, case)["status"] == "awaiting_payment"


def test_what_is_expected_of_the_agencys_levy_is_reckoned_for_the_day_of_its_decision(
    world: World, tmp_path: Path
) -> None:
    case = waiting_for(world, world.zhejiang, "EnrolWorker", "workplace")
    world.zhejiang.answers("EnrolWorker", registered)
    wage = '{parameter: reference_wage, region: "33", content: {monthly: 8000}}'
    runtime = replace(world.runtime, law=published(tmp_path, instead=(wage, wage.replace("8000", "9000"))))
    world.clock.forward(hours=1)
    for row in world.claim():
        carry(runtime, row)
    world.carry_due()
    shown = view(world, case)
    assert (shown["status"], shown["levies"][0]["amount"]) == ("awaiting_payment", "1080.00")
    assert "levy_differs" not in events(world, case)


def test_material_for_a_returned_application_goes_out_though_its_month_is_locked(world: World) -> None:
    returned = EnrolmentDecided(Decision.RETURNED, acceptance_number="A1", reason="请补充居住证明")
    world.hunan.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=returned), registered)
    case = begin(world, choice="registered")
    world.carry_due()
    world.clock.at = LATE
    insurance = enrolment().insurance[0]
    actions.supply_material(world.runtime, Wish(key("s"), "demo-platform", case, "en"), insurance, "居住证 123")
    world.carry_due()
    assert sent(world.hunan, "EnrolWorker").supplements == "A1"
    assert (view(world, case)["status"], view(world, case)["levies"][0]["due"]) == ("awaiting_payment", "2026-12-28")
