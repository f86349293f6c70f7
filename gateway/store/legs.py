"""Legs: the outbox. Claimed with a fencing number, carried without a transaction, settled under the same number.

`due_at` is when the leg next wants attention: its first sending, the end of a lease, the next inquiry. A leg without
one waits for something else (held) or is finished.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, update

from gateway.model.codes import LegState
from gateway.model.handles import new_handle
from gateway.store.rows import LegRow
from gateway.store.tables import leg_memory, legs
from gateway.store.work import Tx

_IS_PENDING = legs.c.state == LegState.PENDING.value
FINISHED = (LegState.ACCEPTED, LegState.REFUSED, LegState.CANCELLED, LegState.NEEDS_PERSON)
IN_ORDER_MESSAGE = "CaseChanged"


@dataclass(frozen=True, slots=True)
class NewLeg:
    """A leg to be entered. `occurrence` tells legs of one message apart; due at once unless `due_at` is given."""

    case: str
    party: str
    message: str
    payload: bytes
    insurance: str = ""
    occurrence: int = 1
    due_at: datetime | None = None


def add(tx: Tx, new: NewLeg) -> str:
    """Enter a leg; entering the same one again changes nothing."""
    leg = new_handle("leg", tx.now)
    row = {
        "id": leg,
        "case": new.case,
        "party": new.party,
        "message": new.message,
        "insurance": new.insurance,
        "occurrence": new.occurrence,
        "state": LegState.PENDING.value,
        "attempts": 0,
        "inquiries": 0,
        "fencing": 0,
        "due_at": new.due_at or tx.now,
        "sealed": tx.seal(new.payload, f"leg:{leg}"),
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    tx.put_new(legs, row)
    return leg


def claim(tx: Tx, room: Mapping[str, int], lease: timedelta) -> list[LegRow]:
    """Take due legs, at most `room[party]` of each party; the rows as they were before, their fencing number raised.

    A pending leg becomes `sending`; one that is `sending` with its lease over comes back so: nobody knows its effect.
    """
    claimed: list[LegRow] = []
    for party, places in room.items():
        claimed.extend(tx.all(_due(tx, party).limit(places), LegRow))
    if claimed:
        tx.run(
            update(legs)
            .where(legs.c.id.in_([row.id for row in claimed]))
            .values(
                fencing=legs.c.fencing + 1,
                due_at=tx.now + lease,
                updated_at=tx.now,
                attempts=legs.c.attempts + case((_IS_PENDING, 1), else_=0),
                state=case((_IS_PENDING, LegState.SENDING.value), else_=legs.c.state),
            )
        )
    return claimed


def _due(tx: Tx, party: str) -> Select[Any]:
    earlier = legs.alias("earlier")
    in_order = or_(
        legs.c.message != IN_ORDER_MESSAGE,
        ~select(earlier.c.id)
        .where(
            and_(
                earlier.c.case == legs.c.case,
                earlier.c.party == legs.c.party,
                earlier.c.message == IN_ORDER_MESSAGE,
                earlier.c.occurrence < legs.c.occurrence,
                earlier.c.due_at.is_not(None),
            )
        )
        .exists(),
    )
    due = select(legs).where(and_(legs.c.party == party, legs.c.due_at <= tx.now, in_order)).order_by(legs.c.due_at)
    return due.with_for_update(skip_locked=True, of=legs) if tx.is_postgresql else due


def parties_with_due(tx: Tx) -> dict[str, int]:
    """How many legs are due, by party."""
    statement = select(legs.c.party, func.count()).where(legs.c.due_at <= tx.now).group_by(legs.c.party)
    return {party: int(count) for party, count in tx.connection.execute(statement)}


def next_due(tx: Tx) -> datetime | None:
    """When the next leg wants attention."""
    at: datetime | None = tx.value(select(func.min(legs.c.due_at)))
    return at


def settle(tx: Tx, leg: str, fencing: int, state: LegState, **values: Any) -> bool:
    """Write what came of a claim; False where a later claim has overtaken it (its result is then ignored)."""
    values = {"due_at": None, **_sealed_reason(tx, leg, values)}
    where = (legs.c.id == leg) & (legs.c.fencing == fencing)
    return tx.run(update(legs).where(where).values(state=state.value, updated_at=tx.now, **values)) == 1


def change(tx: Tx, leg: str, state: LegState, **values: Any) -> None:
    """Write a new state from outside the claim (an operator, a push, a withdrawal); open claims are overtaken."""
    sealed = _sealed_reason(tx, leg, values)
    fenced = update(legs).where(legs.c.id == leg).values(state=state.value, fencing=legs.c.fencing + 1)
    tx.run(fenced.values(updated_at=tx.now, **sealed))


def _sealed_reason(tx: Tx, leg: str, values: Mapping[str, Any]) -> dict[str, Any]:
    given = values.get("reason")
    return {**values, "reason": tx.seal(given, f"reason:{leg}")} if given is not None else dict(values)


def reason(tx: Tx, row: LegRow) -> str | None:
    """Why a leg stands where it does, in the party's words or ours."""
    return None if row.reason is None else tx.open(row.reason, f"reason:{row.id}").decode()


def get(tx: Tx, leg: str) -> LegRow | None:
    """The leg's row."""
    return tx.first(select(legs).where(legs.c.id == leg), LegRow)


def of_case(tx: Tx, case_handle: str) -> Sequence[LegRow]:
    """Every leg of the case, in the order in which they were entered."""
    return tx.all(select(legs).where(legs.c.case == case_handle).order_by(legs.c.created_at, legs.c.id), LegRow)


def named(tx: Tx, case_handle: str, message: str, insurance: str | None = None) -> Sequence[LegRow]:
    """The legs of the case that carry `message` (for one insurance)."""
    where = (legs.c.case == case_handle) & (legs.c.message == message)
    if insurance is not None:
        where &= legs.c.insurance == insurance
    return tx.all(select(legs).where(where).order_by(legs.c.occurrence, legs.c.id), LegRow)


def stuck(tx: Tx, states: Collection[LegState]) -> Sequence[LegRow]:
    """Legs in one of `states`, oldest first."""
    wanted = [state.value for state in states]
    return tx.all(select(legs).where(legs.c.state.in_(wanted)).order_by(legs.c.created_at, legs.c.id), LegRow)


def payload(tx: Tx, row: LegRow) -> bytes:
    """The leg's message as canonical JSON."""
    return tx.open(row.sealed, f"leg:{row.id}")


def seal_reply(tx: Tx, leg: str, reply: bytes) -> bytes:
    """A reply as it is kept on the leg."""
    return tx.seal(reply, f"reply:{leg}")


def reply(tx: Tx, row: LegRow) -> bytes | None:
    """The party's last readable answer as canonical JSON."""
    return None if row.reply is None else tx.open(row.reply, f"reply:{row.id}")


def remember(tx: Tx, leg: str, key: str, value: str) -> None:
    """Keep one thing that a try must know of the tries before it."""
    row = {"leg": leg, "key": key, "sealed": tx.seal(value, f"memory:{leg}:{key}")}
    if tx.insert_new(leg_memory, [row]) == 0:
        where = (leg_memory.c.leg == leg) & (leg_memory.c.key == key)
        tx.run(update(leg_memory).where(where).values(sealed=row["sealed"]))


def memory(tx: Tx, leg: str) -> dict[str, str]:
    """All that the tries of a leg have kept."""
    rows = tx.connection.execute(select(leg_memory.c.key, leg_memory.c.sealed).where(leg_memory.c.leg == leg))
    return {key: tx.open(sealed, f"memory:{leg}:{key}").decode() for key, sealed in rows}
