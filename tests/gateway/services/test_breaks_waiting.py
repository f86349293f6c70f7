"""A break about which somebody was asked waits for them, over every run, until their day or until its rows change."""

from datetime import timedelta

import pytest

from gateway.model.repair import RepairCode
from gateway.services import breaks
from gateway.services.runtime import Runtime
from gateway.store.breaks_of_run import Found
from tests.gateway.services.broken import DAY, PARTY, act, amount_break, knowing, run_of, view
from tests.gateway.services.conftest import World

THEIRS = RepairCode.ACCEPT_THEIRS


@pytest.fixture
def runtime(world: World) -> Runtime:
    return knowing(world.runtime)


def test_a_break_about_which_a_bureau_was_asked_waits_until_its_day_though_runs_find_it(
    runtime: Runtime, world: World
) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(RepairCode.ASK_BUREAU, "they will correct it"))
    before = view(runtime)
    assert (before["state"], before["waits_for"], before["waits_until"]) == ("waiting", PARTY, "2026-11-17")
    assert (before["repairs"][0]["state"], before["overdue"]) == ("entered", False)
    assert before["resolution"] is None, "nothing is repaired by a question"
    for days in range(1, 9):
        world.clock.forward(days=1)
        run_of(runtime, amount_break(), day=DAY + timedelta(days=days))
        assert view(runtime)["history"] == before["history"], days
    assert not view(runtime)["overdue"]
    world.clock.forward(days=1)
    run_of(runtime, amount_break(), day=DAY + timedelta(days=9))
    shown = view(runtime)
    assert (shown["state"], shown["claimed_by"], shown["resolution"]) == ("reopened", None, None)
    assert (shown["waits_for"], shown["waits_until"], shown["overdue"]) == (None, None, True)
    assert shown["history"][-1]["comment"] == f"{PARTY} was to answer by 2026-11-17"
    assert shown["repairs"][0]["state"] == "disproved"


@pytest.mark.parametrize(
    "again", [amount_break(96000, 95001), amount_break(96000, 95000, owner="agency")], ids=["changed", "same"]
)
def test_a_break_that_waits_opens_before_its_day_only_where_its_rows_have_changed(
    runtime: Runtime, again: Found
) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(RepairCode.ASK_BUREAU, "they will correct it"))
    run_of(runtime, again, day=DAY + timedelta(days=1))
    changed = again.there[1] != 95000
    shown = view(runtime)
    assert shown["state"] == ("reopened" if changed else "waiting")
    assert shown["history"][-1]["comment"] == ("its rows have changed meanwhile" if changed else "they will correct it")


def test_what_a_bureau_has_put_right_is_proved_by_the_run_that_no_longer_finds_it(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(RepairCode.ACCEPT_OURS, "ours is right"))
    run_of(runtime, day=DAY + timedelta(days=1))
    shown = view(runtime)
    assert (shown["state"], shown["resolution"], shown["repairs"][0]["state"]) == ("resolved", "proved", "proved")
    assert [entry["action"] for entry in shown["history"]] == ["found", "asked", "proved"]
    run_of(runtime, amount_break(), day=DAY + timedelta(days=2))
    assert view(runtime)["state"] == "reopened"


def test_a_break_that_waits_can_be_repaired_otherwise_or_taken_up_again(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(RepairCode.ASK_BUREAU, "what is right?"))
    act(runtime, "lin", breaks.resolve(THEIRS, "they are right"))
    shown = view(runtime)
    assert (shown["state"], shown["waits_for"]) == ("resolved", None)
    assert [repair["state"] for repair in shown["repairs"]] == ["withdrawn", "entered"]
