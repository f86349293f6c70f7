"""Rows that processes share: paused parties, leased sessions, firings of the timetable, tokens that were used."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update

from gateway.store.prepared import Prepared
from gateway.store.rows import SessionRow
from gateway.store.tables import firings, parties, replays, sessions
from gateway.store.work import Store, Tx

_BELIEVED = timedelta(seconds=1)
_PAUSED = Prepared(select(parties.c.id).where(parties.c.paused))
_SESSION = Prepared(
    select(sessions.c.sealed, sessions.c.expires_at).where(
        (sessions.c.party == bindparam("party"))
        & (sessions.c.key == bindparam("key"))
        & (sessions.c.expires_at > bindparam("now"))
    )
)


def pause(tx: Tx, party: str, *, paused: bool) -> None:
    """Stop or resume sending to a party."""
    if not tx.insert_new(parties, {"id": party, "paused": paused, "at": tx.now}):
        tx.change(parties, {"paused": paused, "at": tx.now}, id=party)


def paused(tx: Tx) -> frozenset[str]:
    """The parties that are not being sent to."""
    return frozenset(tx.values(_PAUSED))


def session(tx: Tx, party: str, key: str) -> str | None:
    """A party's session value (cookie, cycle number) while it is valid."""
    found = _session(tx, party, key)
    return None if found is None else found[0]


def _session(tx: Tx, party: str, key: str) -> tuple[str, datetime] | None:
    row = tx.first(_SESSION, SessionRow, party=party, key=key, now=tx.now)
    return None if row is None else (tx.open(row.sealed, f"session:{party}:{key}").decode(), row.expires_at)


def keep_session(tx: Tx, party: str, key: str, value: str | None, expires_at: datetime) -> None:
    """Keep a session value until it expires; None forgets it."""
    tx.run(delete(sessions).where((sessions.c.party == party) & (sessions.c.key == key)))
    if value is not None:
        sealed = tx.seal(value, f"session:{party}:{key}")
        tx.insert_new(sessions, {"party": party, "key": key, "sealed": sealed, "expires_at": expires_at})


def claim_firing(tx: Tx, job: str, due: int, lease: timedelta) -> bool:
    """Take one firing (job and due in whole seconds since 1970): True for exactly one worker until its lease ends."""
    row = {"job": job, "due": due, "claimed_until": tx.now + lease, "done_at": None}
    if tx.insert_new(firings, row):
        return True
    free = or_(firings.c.claimed_until.is_(None), firings.c.claimed_until < tx.now)
    where = (firings.c.job == job) & (firings.c.due == due) & firings.c.done_at.is_(None) & free
    return tx.run(update(firings).where(where).values(claimed_until=tx.now + lease)) == 1


def finish_firing(tx: Tx, job: str, due: int) -> None:
    """Mark a firing done."""
    tx.change(firings, {"done_at": tx.now}, job=job, due=due)


def forget_old(tx: Tx, before: datetime) -> None:
    """Remove firings and used tokens that no longer matter."""
    tx.run(delete(firings).where(firings.c.done_at < before))
    tx.run(delete(replays).where(replays.c.until < tx.now))


class StoredSessions:
    """ports.Sessions over the store. What was read is believed for a second: each call of a party asks for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[tuple[str, str], tuple[str, datetime]] = {}

    def get(self, party: str, key: str) -> str | None:
        """The value, while it is valid."""
        now = self._store.now()
        known = self._read.get((party, key))
        if known is not None and now < known[1]:
            return known[0]
        with self._store.reading() as tx:
            found = _session(tx, party, key)
        if found is None:
            return None
        self._read[party, key] = found[0], min(found[1], now + _BELIEVED)
        return found[0]

    def keep(self, party: str, key: str, value: str | None, until: datetime) -> None:
        """Keep a value until it expires; None forgets the one that was read, unless another process has renewed it."""
        read = self._read.pop((party, key), None)
        with self._store.work("session") as tx:
            if value is None and read is not None and session(tx, party, key) != read[0]:
                return
            keep_session(tx, party, key, value, until)


class ReplayGuard:
    """Whether a token, nonce or assertion is used for the first time; shared by every gateway."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def first_use(self, key: str, until: datetime) -> bool:
        """True the first time `key` is seen before `until`."""
        with self._store.work("replay") as tx:
            return tx.insert_new(replays, {"key": key, "until": until})
