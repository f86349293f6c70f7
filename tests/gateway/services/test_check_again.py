"""A missing part is asked for again, from time to time and not for ever; a list of packages is answered."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import CheckKind, PackageState
from gateway.model.province import Done
from gateway.model.treasury import CheckPackages, PackagesChecked, PackageTotal
from gateway.model.values import Money
from gateway.services.check_again import ask_again
from gateway.services.check_parts import settle_whole
from gateway.services.receive import receive
from gateway.services.runtime import Runtime
from tests.gateway.services.checks import DAY, PARTY, Treasury, package, parts, row, runtime, take, taken, treasury
from tests.gateway.services.conftest import World

__all__ = ["runtime", "treasury"]


def test_missing_parts_are_asked_for_from_time_to_time_and_not_for_ever(
    runtime: Runtime, world: World, treasury: Treasury
) -> None:
    take(runtime, parts([row(1)], [row(2)], [row(3)])[1])
    assert ask_again(runtime) == 0, "a part may still be on its way"
    world.clock.forward(minutes=11)
    assert (ask_again(runtime), ask_again(runtime)) == (2, 0)
    assert [(each.kind, each.day, each.package_number, each.part) for each in treasury.asked] == [
        (CheckKind.TICKETS, DAY, "00000017", 1),
        (CheckKind.TICKETS, DAY, "00000017", 3),
    ]
    # Due on Monday at noon, and asked for until three days later.
    world.clock.at = datetime(2026, 11, 26, 3, 59, tzinfo=UTC)
    assert ask_again(runtime) == 2
    world.clock.at = datetime(2026, 11, 26, 5, tzinfo=UTC)
    assert (ask_again(runtime), package(runtime).state) == (0, "incomplete")
    world.clock.forward(days=1)
    assert ask_again(runtime) == 0


def test_a_part_that_comes_when_nobody_asks_any_more_completes_its_package_all_the_same(
    runtime: Runtime, world: World
) -> None:
    first, second = parts([row(1)], [row(2)])
    take(runtime, first)
    world.clock.forward(days=7)
    ask_again(runtime)
    assert package(runtime).state == "incomplete"
    assert taken(runtime, second)
    settle_whole(runtime)
    assert package(runtime).state == "kept"


@pytest.mark.parametrize("answer", [GatewayError("unavailable", reason="down"), Done(done=False, reason="无此对账包")])
def test_a_treasury_that_cannot_be_asked_is_asked_in_the_next_round(
    runtime: Runtime, world: World, treasury: Treasury, answer: Done | GatewayError
) -> None:
    take(runtime, parts([row(1)], [row(2)])[0])
    treasury.answer = answer
    world.clock.forward(minutes=11)
    assert ask_again(runtime) == 0
    treasury.answer = Done(done=True)
    world.clock.forward(minutes=11)
    assert ask_again(runtime) == 1


def test_a_list_of_packages_is_answered_with_what_is_here_and_the_rest_is_asked_for(
    runtime: Runtime, world: World, treasury: Treasury
) -> None:
    take(runtime, *parts([row(1)]), parts([row(2)], [row(3)], kind=CheckKind.REFUNDS, package="00000021")[0])
    settle_whole(runtime)
    listed = [
        PackageTotal(CheckKind.TICKETS, "00000017", 1, Money(96240), 1),
        PackageTotal(CheckKind.REFUNDS, "00000021", 2, Money(2 * 96240), 2),
        PackageTotal(CheckKind.CORRECTIONS, "00000022", 0, Money(0), 1),
    ]
    answer = receive(runtime, PARTY, CheckPackages(DAY, 3, Money(3 * 96240), tuple(listed)))
    assert isinstance(answer, PackagesChecked)
    states = [each.state for each in answer.rows]
    assert states == [PackageState.EQUAL, PackageState.INCOMPLETE, PackageState.ABSENT]
    again = receive(runtime, PARTY, CheckPackages(DAY, 1, Money(1), (replace(listed[0], count=2),)))
    assert isinstance(again, PackagesChecked)
    assert [each.state for each in again.rows] == [PackageState.DIFFERENT]
    world.clock.forward(minutes=11)
    assert ask_again(runtime) == 2
    assert {(each.kind, each.part) for each in treasury.asked} == {(CheckKind.REFUNDS, 2), (CheckKind.CORRECTIONS, 1)}
