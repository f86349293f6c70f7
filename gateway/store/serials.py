"""Numbers that are given out once: those of our orders, per party and day."""

from sqlalchemy import bindparam, update

from gateway.store.prepared import Prepared
from gateway.store.tables_levies import serials
from gateway.store.work import Tx

_NEXT = Prepared(
    update(serials).where(serials.c.scope == bindparam("of")).values(last=serials.c.last + 1).returning(serials.c.last)
)


def following(tx: Tx, scope: str) -> int:
    """The next number of `scope`, from 1 on; another transaction waits for this one to end."""
    tx.insert_new(serials, {"scope": scope, "last": 0})
    return int(tx.value(_NEXT, of=scope))
