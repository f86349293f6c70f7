"""Legs that have not gone out yet: looked through, locked, and given another message while no party has seen them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update

from gateway.model.codes import LegState
from gateway.store.rows import LegRow
from gateway.store.tables import legs
from gateway.store.work import Tx

_PENDING = legs.c.state == LegState.PENDING.value


def page(tx: Tx, messages: Collection[str], after: str, size: int) -> Sequence[LegRow]:
    """The next `size` pending legs with one of `messages`, by handle; `after` is the last handle of the page before."""
    wanted = _PENDING & legs.c.message.in_(sorted(messages)) & (legs.c.id > after)
    return tx.all(select(legs).where(wanted).order_by(legs.c.id).limit(size), LegRow)


def lock(tx: Tx, leg: str) -> LegRow | None:
    """The leg while it is pending, kept from being claimed until this transaction ends; None where it has gone out."""
    statement = select(legs).where((legs.c.id == leg) & _PENDING)
    return tx.first(statement.with_for_update() if tx.is_postgresql else statement, LegRow)


def reword(tx: Tx, leg: str, payload: bytes) -> None:
    """Give a locked leg another message; it stays the same leg, so a party that recognises its id still does."""
    sealed = tx.seal(payload, f"leg:{leg}")
    tx.run(update(legs).where((legs.c.id == leg) & _PENDING).values(sealed=sealed, updated_at=tx.now))
