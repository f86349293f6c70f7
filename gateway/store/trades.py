"""Payments that a party was told of and accepted, with both serials by which it knows each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select

from gateway.model.codes import LegState
from gateway.model.handles import earliest_handle
from gateway.model.province_totals import TRADE
from gateway.store.columns import instant
from gateway.store.prepared import Prepared
from gateway.store.rows import LegRow
from gateway.store.tables import leg_memory, legs
from gateway.store.work import Tx

MESSAGE = "StartCover"
_OPEN_FOR = timedelta(days=60)
"""How long before a day a leg may have been entered that is accepted on it: handles sort by time, and bound the search.

One that is older comes back as a trade that only the party names, and is known by the serial in that.
"""
_AT = instant("at").type


@dataclass(kw_only=True, slots=True)
class ToldRow:
    """A leg that told of a payment. `memory`: what it remembers of its trade, sealed."""

    id: str
    case: str
    insurance: str
    occurrence: int
    sealed: bytes
    memory: bytes | None


_remembered = and_(leg_memory.c.leg == legs.c.id, leg_memory.c.key == TRADE)
_TOLD = Prepared(
    select(legs.c.id, legs.c.case, legs.c.insurance, legs.c.occurrence, legs.c.sealed)
    .add_columns(leg_memory.c.sealed.label("memory"))
    .select_from(legs.outerjoin(leg_memory, _remembered))
    .where(
        (legs.c.id >= bindparam("earliest"))
        & (legs.c.id < bindparam("latest"))
        & (legs.c.party == bindparam("party"))
        & (legs.c.message == MESSAGE)
        & (legs.c.state == LegState.ACCEPTED.value)
        & (legs.c.updated_at >= bindparam("since", type_=_AT))
        & (legs.c.updated_at < bindparam("until", type_=_AT))
    )
    .order_by(legs.c.id)
)
_ONE = Prepared(
    select(legs).where(
        (legs.c.id == bindparam("leg")) & (legs.c.party == bindparam("party")) & (legs.c.message == MESSAGE)
    )
)


def told(tx: Tx, party: str, since: datetime, until: datetime) -> Sequence[ToldRow]:
    """What a party accepted from `since` to before `until`, in the order in which it was entered."""
    among = {"earliest": earliest_handle("leg", since - _OPEN_FOR), "latest": earliest_handle("leg", until)}
    return tx.all(_TOLD, ToldRow, party=party, since=since, until=until, **among)


def told_by(tx: Tx, party: str, leg: str) -> LegRow | None:
    """The leg that told a party of a payment; None where there is none of this handle."""
    return tx.first(_ONE, LegRow, leg=leg, party=party)


def serials(tx: Tx, row: ToldRow) -> tuple[str, str | None]:
    """Our serial and theirs; the leg's own handle where the answer was lost that told theirs."""
    if row.memory is None:
        return row.id, None
    ours, _, theirs = tx.open(row.memory, f"memory:{row.id}:{TRADE}").decode().partition(" ")
    return ours, theirs or None
