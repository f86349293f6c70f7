"""The legs that have not gone out: by pages, locked, and given another message."""

from gateway.model.codes import LegState
from gateway.store import legs, unsent
from tests.gateway.services.conftest import World
from tests.gateway.services.test_journey import begin

FIND_COVER = {"FindCover"}


def test_pages_hold_every_pending_leg_once_and_no_other(world: World) -> None:
    begin(world)
    with world.runtime.store.work("test") as tx:
        first = unsent.page(tx, FIND_COVER, "", 1)
        second = unsent.page(tx, FIND_COVER, first[-1].id, 5)
        assert {row.party for row in (*first, *second)} == {"zhejiang", "hunan"}
        assert list(unsent.page(tx, FIND_COVER, second[-1].id, 5)) == []
        legs.change(tx, first[0].id, LegState.UNCERTAIN)
        assert first[0].id not in [row.id for row in unsent.page(tx, FIND_COVER, "", 5)]


def test_a_leg_is_reworded_while_it_is_pending_and_never_afterwards(world: World) -> None:
    case = begin(world)
    with world.runtime.store.work("test") as tx:
        waiting, gone = legs.named(tx, case, "FindCover")
        legs.change(tx, gone.id, LegState.SENDING)
        assert unsent.lock(tx, waiting.id) is not None
        assert unsent.lock(tx, gone.id) is None
        for leg in (waiting, gone):
            unsent.reword(tx, leg.id, b"other")
        now, then = (legs.get(tx, leg.id) for leg in (waiting, gone))
        assert now is not None
        assert then is not None
        assert legs.payload(tx, now) == b"other"
        assert legs.payload(tx, then) != b"other"
