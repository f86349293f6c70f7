"""What the tries of a leg keep for one another."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from gateway.store.bulk import insert
from gateway.store.prepared import Prepared
from gateway.store.tables import leg_memory
from gateway.store.work import Tx

_MEMORY = Prepared(select(leg_memory.c.key, leg_memory.c.sealed).where(leg_memory.c.leg == bindparam("leg")))


def remember(tx: Tx, leg: str, key: str, value: str) -> None:
    """Keep one thing that a try must know of the tries before it."""
    sealed = tx.seal(value, f"memory:{leg}:{key}")
    if not tx.insert_new(leg_memory, {"leg": leg, "key": key, "sealed": sealed}):
        tx.change(leg_memory, {"sealed": sealed}, leg=leg, key=key)


def remember_new(tx: Tx, notes: Sequence[tuple[str, str, str]]) -> None:
    """Keep things of which nothing is kept yet: (leg, key, value) each."""
    rows = [{"leg": leg, "key": key, "sealed": tx.seal(value, f"memory:{leg}:{key}")} for leg, key, value in notes]
    insert(tx.connection, {}, {leg_memory: rows})


def memory(tx: Tx, leg: str) -> dict[str, str]:
    """All that the tries of a leg have kept."""
    rows = tx.all(_MEMORY, tuple, leg=leg)
    return {key: tx.open(sealed, f"memory:{leg}:{key}").decode() for key, sealed in rows}
