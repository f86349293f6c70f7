"""A registration that names nobody."""

from gateway.model.codes import Decision
from gateway.model.province import EnrolmentDecided
from gateway.ports import Outcome, OutcomeKind
from tests.gateway.services.conftest import World
from tests.gateway.services.test_journey import events, view
from tests.gateway.services.test_operate_settle import DECIDED, begun, settle, status


def test_a_registration_without_a_person_number_waits_for_a_person_and_levies_nothing(world: World) -> None:
    """No levy could name the person: the leg that was to declare it could not even be read."""
    nameless = EnrolmentDecided(Decision.ACCEPTED, registration_number="DJ1")
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.ACCEPTED, reply=nameless))
    case = begun(world)
    world.carry_due()
    assert status(world, case) == "needs_person"
    assert "its answer names no person number" in view(world, case)["timeline"][-1]["text"]
    settle(world, case, "EnrolWorker", "accepted", DECIDED)
    assert events(world, case)[-1] == "registered"
    assert "FindLevy" in {each["message"] for each in view(world, case)["legs"]}
