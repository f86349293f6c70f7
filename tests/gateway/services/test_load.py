"""Legs of one party that are carried together: their notes, their ends, and what happens where the party fails."""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.ports import Desk, Outcome, OutcomeKind, Work
from gateway.services.attempt import StoredAttempt, remember
from gateway.services.deliver import Courier, carry_together
from gateway.services.settle import Returned, settle_all
from gateway.store import leg_memory, legs
from gateway.store.rows import LegRow
from tests.gateway.services.conftest import World, registered
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.services.test_journey import assessed, begin, view


class Together(ScriptedParty):
    """A scripted party that takes several works at once. `before`: what it does with a load first."""

    together = True
    before: Callable[[Sequence[Work], Desk], None] | None = None

    def __init__(self, like: ScriptedParty) -> None:
        self.__dict__.update(like.__dict__)
        self.loads: list[list[str]] = []

    def deliver_each(self, works: Sequence[Work], desk: Desk) -> None:
        self.loads.append([type(work.message).__name__ for work in works])
        if self.before is not None:
            self.before(works, desk)
        for work, outcome in zip(works, self.deliver(works), strict=True):
            desk.done([(work, outcome)])


def together(world: World) -> Together:
    """Let Zhejiang take several works at once."""
    party = Together(world.zhejiang)
    world.runtime.parties["zhejiang"] = party  # type: ignore[index]  # a dictionary in these tests
    world.zhejiang = party
    return party


def carried(world: World, rows: Sequence[LegRow]) -> list[Returned]:
    returned: list[Returned] = []
    for party in sorted({row.party for row in rows}):
        mine = [row for row in rows if row.party == party]
        carry_together(world.runtime, mine, world.clock(), returned.extend)
    return returned


def enrolling(world: World) -> LegRow:
    """The EnrolWorker leg of a case, claimed."""
    begin(world)
    world.clock.forward(seconds=1)
    settle_all(world.runtime, carried(world, world.claim()))
    claimed: list[LegRow] = world.claim()
    (row,) = [row for row in claimed if row.message == "EnrolWorker"]
    return row


def test_a_journey_ends_as_it_does_leg_by_leg(world: World) -> None:
    party = together(world)
    assessed(world)
    case = begin(world)
    for _ in range(8):
        world.clock.forward(seconds=1)
        settle_all(world.runtime, carried(world, world.claim()))
    assert view(world, case)["status"] == "awaiting_payment"
    assert ["EnrolWorker"] in party.loads


def test_a_courier_carries_what_is_due_in_one_load_and_settles_it(world: World) -> None:
    party = together(world)
    begin(world)
    world.clock.forward(seconds=1)
    courier = Courier(world.runtime)
    assert courier.once() > 0
    courier.finish()
    assert party.loads == [["FindCover"]]


def test_where_the_partys_code_fails_what_it_had_not_answered_is_in_doubt(world: World) -> None:
    party = together(world)
    row = enrolling(world)

    def broken(_works: Sequence[Work], _desk: Desk) -> None:
        raise RuntimeError("a party must not raise")

    party.before = broken
    (returned,) = carried(world, [row])
    assert returned.outcome.kind is OutcomeKind.UNCERTAIN
    settle_all(world.runtime, [returned])
    party.before = None
    party.finds("EnrolWorker", Outcome(OutcomeKind.NO_EFFECT))
    party.answers("EnrolWorker", registered)
    assessed(world)
    world.clock.forward(minutes=1)
    world.carry_due()
    assert len(party.inquired) == 1
    assert party.count("EnrolWorker") == 1, "it is sent again only when it was found to have had no effect"


def test_a_leg_that_cannot_be_opened_keeps_none_of_the_others(world: World) -> None:
    together(world)
    row = enrolling(world)
    unreadable = row._replace(id="leg_unreadable")  # type: ignore[attr-defined]  # rows are named tuples
    returned = carried(world, [unreadable, row])
    assert [each.row.id for each in returned] == [row.id]


def test_what_has_no_time_left_of_its_lease_is_not_given_to_the_party(world: World) -> None:
    party = together(world)
    row = enrolling(world)
    claimed_at = world.clock()
    world.clock.forward(hours=1)
    returned: list[Returned] = []
    before = len(party.loads)
    carry_together(world.runtime, [row], claimed_at, returned.extend)
    assert [each.outcome.kind for each in returned] == [OutcomeKind.UNREACHABLE]
    assert len(party.loads) == before


def test_notes_of_several_legs_are_kept_in_one_commit_and_found_by_the_next_try(world: World) -> None:
    begin(world)
    world.clock.forward(seconds=1)
    row, other, *_ = world.claim()
    first, second = StoredAttempt(world.runtime, row.id, 1), StoredAttempt(world.runtime, other.id, 1)
    remember(world.runtime, [(first, "sent", "one"), (second, "sent", "two")])
    assert (first.recall("sent"), second.recall("sent")) == ("one", "two")
    first.remember("sent", "again")
    with world.runtime.store.reading() as tx:
        assert leg_memory.memory(tx, row.id) == {"sent": "again"}
        assert leg_memory.memory(tx, other.id) == {"sent": "two"}


def test_a_later_try_writes_over_what_an_earlier_one_noted(world: World) -> None:
    row = enrolling(world)
    remember(world.runtime, [(StoredAttempt(world.runtime, row.id, 1), "sent", "one")])
    remember(world.runtime, [(StoredAttempt(world.runtime, row.id, 2), "sent", "two")])
    with world.runtime.store.reading() as tx:
        assert leg_memory.memory(tx, row.id) == {"sent": "two"}


def _claimed(world: World, **room: int) -> list[Any]:
    with world.runtime.store.work("claim") as tx:
        return legs.claim(tx, room, world.runtime.settings.lease)


def test_a_claim_takes_no_more_of_a_party_than_there_is_room_for_and_nothing_twice(world: World) -> None:
    begin(world)
    world.clock.forward(seconds=1)
    assert _claimed(world, zhejiang=0, hunan=0) == []
    rows = _claimed(world, zhejiang=1, hunan=5)
    assert sorted(row.party for row in rows) == ["hunan", "zhejiang"]
    assert {(row.state, row.attempts) for row in rows} == {("pending", 0)}, "as they were before"
    assert _claimed(world, zhejiang=5, hunan=5) == []
    world.clock.forward(minutes=5)
    again = _claimed(world, zhejiang=5, hunan=5)
    assert {(row.state, row.attempts) for row in again} == {("sending", 1)}, "their leases are over"
