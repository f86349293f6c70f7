"""Sessions are rows that processes share: what one learns the others know, a second later at most."""

from datetime import timedelta

from gateway.store.leases import StoredSessions
from tests.gateway.services.conftest import World


def both(world: World) -> tuple[StoredSessions, StoredSessions]:
    """The sessions as two processes see them."""
    return StoredSessions(world.runtime.store), StoredSessions(world.runtime.store)


def test_a_session_that_one_process_keeps_serves_the_others_until_it_expires(world: World) -> None:
    mine, theirs = both(world)
    assert theirs.get("hunan", "cookie") is None
    mine.keep("hunan", "cookie", "c-1", world.clock.at + timedelta(minutes=5))
    assert (mine.get("hunan", "cookie"), theirs.get("hunan", "cookie")) == ("c-1", "c-1")
    world.clock.forward(minutes=5)
    assert (mine.get("hunan", "cookie"), theirs.get("hunan", "cookie")) == (None, None)


def test_a_session_that_expires_within_the_second_is_not_believed_longer(world: World) -> None:
    mine, _ = both(world)
    mine.keep("hunan", "cookie", "c-1", world.clock.at + timedelta(milliseconds=500))
    assert mine.get("hunan", "cookie") == "c-1"
    world.clock.forward(milliseconds=500)
    assert mine.get("hunan", "cookie") is None


def test_a_new_session_is_seen_by_the_others_after_a_second(world: World) -> None:
    mine, theirs = both(world)
    until = world.clock.at + timedelta(minutes=5)
    mine.keep("hunan", "cookie", "c-1", until)
    assert theirs.get("hunan", "cookie") == "c-1"
    mine.keep("hunan", "cookie", "c-2", until)
    assert mine.get("hunan", "cookie") == "c-2"
    world.clock.forward(seconds=1)
    assert theirs.get("hunan", "cookie") == "c-2"


def test_who_finds_an_old_session_gone_does_not_forget_the_new_one_for_all(world: World) -> None:
    mine, theirs = both(world)
    until = world.clock.at + timedelta(minutes=5)
    mine.keep("hunan", "cookie", "c-1", until)
    assert theirs.get("hunan", "cookie") == "c-1"
    mine.keep("hunan", "cookie", None, until)
    mine.keep("hunan", "cookie", "c-2", until)
    theirs.keep("hunan", "cookie", None, until)
    assert theirs.get("hunan", "cookie") == "c-2"


def test_a_session_that_is_forgotten_is_gone_for_all(world: World) -> None:
    mine, theirs = both(world)
    mine.keep("hunan", "cookie", "c-1", world.clock.at + timedelta(minutes=5))
    mine.keep("hunan", "cookie", None, world.clock.at)
    assert (mine.get("hunan", "cookie"), theirs.get("hunan", "cookie")) == (None, None)
