"""What a case says may be done with what is registered through it."""

from gateway.services import changes
from tests.gateway.services.changed import ending, paid, resumption, suspension, wish
from tests.gateway.services.conftest import World
from tests.gateway.services.test_journey import begin, view


def offered(world: World, case: str) -> list[str]:
    return list(view(world, case)["allowed_actions"])


def test_what_stands_may_be_suspended_or_ended(world: World) -> None:
    assert offered(world, paid(world)) == ["end", "suspend"]


def test_what_is_suspended_may_be_resumed_or_ended(world: World) -> None:
    case = paid(world)
    changes.suspend(world.runtime, wish(case, "s"), suspension())
    assert offered(world, case) == [], "a change is under way, and another has to wait for it"
    world.carry_due()
    assert offered(world, case) == ["end", "resume"]
    changes.resume(world.runtime, wish(case, "r"), resumption())
    world.carry_due()
    assert offered(world, case) == ["end", "suspend"]


def test_what_has_ended_offers_nothing(world: World) -> None:
    case = paid(world)
    changes.end(world.runtime, wish(case, "e"), ending())
    world.carry_due()
    assert offered(world, case) == []


def test_a_province_that_takes_no_such_change_is_not_offered(world: World) -> None:
    case = paid(world)
    del world.zhejiang.supports["SuspendEnrolment"]
    assert offered(world, case) == ["end"]


def test_an_enrolment_that_is_not_registered_yet_can_only_be_withdrawn(world: World) -> None:
    assert offered(world, begin(world)) == ["withdraw"]
