"""Legs that come back together share a transaction, and each finds its case as if it had come back alone."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import LegState
from gateway.ports import Crossing, Outcome, OutcomeKind
from gateway.services import effects
from gateway.services.deliver import carried, carry
from gateway.services.effects import Step
from gateway.services.settle import Returned, settle_all
from gateway.store import cases, legs
from gateway.store import work as store_work
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import Remembered
from tests.gateway.services.test_accept import REQUEST, enrolment, key
from tests.gateway.services.test_journey import assessed, begin, events, view

WORKERS = ("110101199003071014", "430102199503070115", "330106198804122035")


def several(world: World) -> list[str]:
    """A case for each of some workers."""
    bodies = [enrolment(worker={**REQUEST["worker"], "id_number": number}) for number in WORKERS]
    return [json.loads(accept(world.runtime, key(body.worker.id_number), body, "en").body)["case"] for body in bodies]


def returned(world: World) -> list[Returned]:
    """What is due, carried and not settled."""
    return [carried(world.runtime, row, world.runtime.now()) for row in world.claim()]


def carry_together(world: World) -> None:
    """Carry what is due, and what it wakes, until nothing is due; all that is due at a time is settled together."""
    world.clock.forward(seconds=0.1)
    while batch := returned(world):
        settle_all(world.runtime, batch)


@contextmanager
def commits() -> Iterator[Counter[str]]:
    """How often each point is passed inside."""
    passed = Counter[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_work, "passing", lambda point: passed.update([point]))
        yield passed


def states(world: World, case: str) -> list[tuple[str, str, str]]:
    with world.runtime.store.reading() as tx:
        return [(row.party, row.message, row.state) for row in legs.of_case(tx, case)]


class _Lost(NamedTuple):
    """A document that the journal took and could not keep."""

    def wait(self) -> tuple[str]:
        raise GatewayError("unavailable", reason="the journal cannot be written")


def test_an_answer_that_the_journal_could_not_keep_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(world)
    batch = returned(world)
    lost, *others = (each.row.id for each in batch)
    monkeypatch.setattr(Remembered, "hand_in", lambda *_: _Lost())
    world.runtime.journal.hand_in(Crossing("in", "hunan", "FindCover", "", b"", world.runtime.now(), about=lost))
    settle_all(world.runtime, batch)
    with world.runtime.store.reading() as tx:
        rows = {leg: legs.get(tx, leg) for leg in (lost, *others)}
    states_now = {leg: row.state for leg, row in rows.items() if row is not None}
    assert states_now.pop(lost) != LegState.ACCEPTED.value
    assert set(states_now.values()) == {LegState.ACCEPTED.value}


def test_legs_that_come_back_together_take_one_commit(world: World) -> None:
    several(world)
    world.clock.forward(seconds=0.1)
    batch = returned(world)
    with commits() as passed:
        settle_all(world.runtime, batch)
    assert len(batch) == 6
    assert passed["commit.settle.after"] == 1


def test_what_is_settled_together_ends_as_what_is_settled_alone(world: World) -> None:
    assessed(world)
    alone = begin(world)
    world.carry_due()
    together = several(world)[1:]
    carry_together(world)
    for case in together:
        assert view(world, case)["status"] == view(world, alone)["status"] == "awaiting_payment"
        assert events(world, case) == events(world, alone)
        assert sorted(states(world, case)) == sorted(states(world, alone))


def test_the_answers_of_all_regions_in_one_go_are_still_weighed_one_after_the_other(world: World) -> None:
    case = begin(world)
    world.clock.forward(seconds=0.1)
    settle_all(world.runtime, returned(world))
    assert events(world, case)[:3] == ["accepted", "checking", "no_other_cover"]


def test_where_one_effect_fails_only_its_own_case_suffers(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unlucky, *others = several(world)
    world.clock.forward(seconds=0.1)
    follow = effects.follow

    def failing(step: Step) -> None:
        follow(step)
        if step.case.id == unlucky:
            raise ZeroDivisionError

    monkeypatch.setattr(effects, "follow", failing)
    with caplog.at_level(logging.ERROR):
        settle_all(world.runtime, returned(world))
    assert {state for _, _, state in states(world, unlucky)} == {"sending"}
    assert events(world, unlucky) == ["accepted"]
    for case in others:
        assert ("zhejiang", "EnrolWorker", "pending") in states(world, case)
    assert len([line for line in caplog.records if "was not settled" in line.getMessage()]) == 2
    monkeypatch.undo()
    for region in (world.zhejiang, world.hunan):
        region.finds("FindCover", Outcome(OutcomeKind.NO_EFFECT))
    world.clock.forward(minutes=1)
    world.carry_due()
    assert ("zhejiang", "FindCover", "accepted") in states(world, unlucky)


def test_what_was_overtaken_is_left_alone_among_others(world: World) -> None:
    first, *others = several(world)
    world.clock.forward(seconds=0.1)
    batch = returned(world)
    late = next(each for each in batch if each.row.case == first)
    with world.runtime.store.work("operator") as tx:
        legs.change(tx, late.row.id, LegState.CANCELLED, due_at=None)
    settle_all(world.runtime, batch)
    found = Counter(
        state for case in (first, *others) for _, message, state in states(world, case) if message == "FindCover"
    )
    assert found == {"cancelled": 1, "accepted": 5}


def test_a_case_that_somebody_else_is_at_work_on_keeps_nobody_waiting_but_itself(world: World) -> None:
    busy, *others = several(world)
    world.clock.forward(seconds=0.1)
    batch = returned(world)
    (one, *_) = [each for each in batch if each.row.case == busy]
    with world.runtime.store.work("other") as tx:
        # SQLite has one writer at a time, and so nobody beside it.
        if tx.is_postgresql:
            cases.lock(tx, busy)
            settle_all(world.runtime, [one, *(each for each in batch if each.row.case != busy)])
            assert {state for _, _, state in states(world, busy)} == {"sending"}
            assert all(("zhejiang", "EnrolWorker", "pending") in states(world, case) for case in others)


def test_a_leg_that_is_asked_about_keeps_the_answer_that_it_has(world: World) -> None:
    world.zhejiang.answers("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="the line broke"))
    case = begin(world)
    carry_together(world)
    (leg,) = [row for row in states(world, case) if row[1] == "EnrolWorker"]
    assert leg[2] == "uncertain"
    world.zhejiang.finds("EnrolWorker", Outcome(OutcomeKind.UNCERTAIN, reason="still nobody knows"))
    world.clock.forward(minutes=1)
    for row in world.claim():
        carry(world.runtime, row)
    with world.runtime.store.reading() as tx:
        (row,) = legs.named(tx, case, "EnrolWorker")
        assert (row.inquiries, legs.reason(tx, row)) == (1, "still nobody knows")
