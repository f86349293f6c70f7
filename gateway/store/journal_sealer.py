"""The sealer: ties the heads of all streams into a chain of seals, and keeps the last one outside the database too."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, Executable, bindparam, desc, func, select
from sqlalchemy.exc import IntegrityError

from gateway.points import passing
from gateway.ports import Now
from gateway.store.journal_chain import microseconds
from gateway.store.journal_outside import OutsideSeals
from gateway.store.journal_seals import Head, Seal, seal_after
from gateway.store.journal_tables import journal_records, journal_seal_heads, journal_seals
from gateway.store.prepared import Prepared

_AT_LEAST_EVERY = 60_000_000  # microseconds; an idle journal shows that it is still being watched


class JournalSetBackError(RuntimeError):
    """The database does not hold the seal that was kept outside of it: it is an older copy, or seals were removed."""


class Sealer:
    """Makes one seal per call; several workers may do so at once, on one file or each on its own.

    `key` signs. `outside`: the file that keeps the last seal, on storage that the database's users cannot write.
    """

    def __init__(self, engine: Engine, key: Ed25519PrivateKey, now: Now, outside: Path) -> None:
        self._engine = engine
        self._key = key
        self._now = now
        self._outside = OutsideSeals(outside)

    def seal(self) -> int | None:
        """Seal what was kept since the last seal; the new seal's number.

        None where there is nothing new (and a minute has not passed), or where another worker has just sealed.
        JournalSetBackError where the database is older than the seal outside: nothing is sealed until an operator has
        looked (`journal verify`) and moved the file away. ValueError where that file cannot be read.
        """
        # Outside first: what is outside was committed before, so the database must show it whenever it is read later.
        outside = self._outside.last()
        with self._engine.connect().execution_options(reading=True) as connection, connection.begin():
            last = _last_seal(connection)
            _expect(connection, outside)
            heads = grown_streams(connection)
        new = self._next(last, heads)
        sealed = new is not None and self._commit(new, heads)
        self._keep_outside(new if sealed else last)
        return new.number if new is not None and sealed else None

    def _next(self, last: Seal | None, heads: Sequence[Head]) -> Seal | None:
        at = microseconds(self._now())
        if heads or last is None or at - last.at >= _AT_LEAST_EVERY:
            return seal_after(last, at, heads).signed(self._key)
        return None

    def _commit(self, seal: Seal, heads: Sequence[Head]) -> bool:
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.execute(journal_seals.insert(), _row(seal))
                if heads:
                    connection.execute(journal_seal_heads.insert(), [_head_row(seal, head) for head in heads])
                passing("journal.seal.before")
        except IntegrityError:
            return False  # another worker has this number, and with it the same records
        passing("journal.seal.after")
        return True

    def _keep_outside(self, seal: Seal | None) -> None:
        if seal is not None:
            self._outside.keep(seal)


def grown_streams(connection: Connection) -> Sequence[Head]:
    """The newest record of every stream that has records beyond its last seal."""
    return [Head(row.stream, row.number, row.hash) for row in _GROWN.rows(connection, {})]


def _grown() -> Executable:
    # One look into the index per stream, however many records there are.
    records = journal_records.alias("of_stream")
    first = select(func.min(records.c.stream).label("stream")).cte("streams", recursive=True)
    following = select(func.min(records.c.stream)).where(records.c.stream > first.c.stream)
    streams = first.union_all(select(following.scalar_subquery()).where(first.c.stream.is_not(None)))
    newest = select(func.max(records.c.number)).where(records.c.stream == streams.c.stream)
    sealed = select(func.max(journal_seal_heads.c.number)).where(journal_seal_heads.c.stream == streams.c.stream)
    head = (journal_records.c.stream == streams.c.stream) & (journal_records.c.number == newest.scalar_subquery())
    columns = select(journal_records.c.stream, journal_records.c.number, journal_records.c.hash)
    grown = journal_records.c.number > func.coalesce(sealed.scalar_subquery(), 0)
    return columns.join_from(streams, journal_records, head).where(grown)


# Made once: a worker asks every second.
_GROWN = Prepared(_grown())
_LAST = Prepared(select(journal_seals).order_by(desc(journal_seals.c.number)).limit(1))
_NUMBERED = Prepared(select(journal_seals).where(journal_seals.c.number == bindparam("number")))


def _last_seal(connection: Connection) -> Seal | None:
    return _seal_of(_LAST.rows(connection, {}))


def _seal_of(rows: Sequence[Any]) -> Seal | None:
    return Seal(**rows[0]._asdict()) if rows else None


def _expect(connection: Connection, outside: Seal | None) -> None:
    if outside is None:
        return
    if _seal_of(_NUMBERED.rows(connection, {"number": outside.number})) != outside:
        raise JournalSetBackError(
            f"seal {outside.number}, kept outside, is not in the database: it is an older copy or seals were removed; "
            "run `journal verify`, find out which, and only then move the file of seals away"
        )


def _row(seal: Seal) -> dict[str, object]:
    return {
        "number": seal.number,
        "at": seal.at,
        "previous": seal.previous,
        "heads": seal.heads,
        "signature": seal.signature,
    }


def _head_row(seal: Seal, head: Head) -> dict[str, object]:
    return {"seal": seal.number, "stream": head.stream, "number": head.number, "hash": head.hash}
