"""Legs: the outbox. Claimed with a fencing number, carried without a transaction, settled under the same number.

`due_at` is when the leg next wants attention: its first sending, the end of a lease, the next inquiry. A leg without
one waits for something else (held) or is finished.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from gateway.model.codes import LegState
from gateway.model.handles import new_handle
from gateway.store.prepared import BySize, Prepared
from gateway.store.rows import LegRow
from gateway.store.tables import leg_memory, legs
from gateway.store.work import Tx

FINISHED = (LegState.ACCEPTED, LegState.REFUSED, LegState.CANCELLED, LegState.NEEDS_PERSON)
IN_ORDER_MESSAGE = "CaseChanged"

_pending = legs.c.state == LegState.PENDING.value
_instant = legs.c.due_at.type
_earlier = legs.alias("earlier")
_waits_for_an_earlier_one = (
    select(_earlier.c.id)
    .where(
        and_(
            _earlier.c.case == legs.c.case,
            _earlier.c.party == legs.c.party,
            _earlier.c.message == IN_ORDER_MESSAGE,
            _earlier.c.occurrence < legs.c.occurrence,
            _earlier.c.due_at.is_not(None),
        )
    )
    .exists()
)
_DUE = Prepared(
    select(legs)
    .where(
        and_(
            legs.c.party == bindparam("party"),
            legs.c.due_at <= bindparam("now"),
            or_(legs.c.message != IN_ORDER_MESSAGE, ~_waits_for_an_earlier_one),
        )
    )
    .order_by(legs.c.due_at)
    .limit(bindparam("places"))
    .with_for_update(skip_locked=True, of=legs)
)
_CLAIM = BySize(
    lambda among: (
        update(legs)
        .where(legs.c.id.in_(among))
        .values(
            fencing=legs.c.fencing + 1,
            due_at=bindparam("until", type_=_instant),
            updated_at=bindparam("now", type_=_instant),
            attempts=legs.c.attempts + case((_pending, 1), else_=0),
            state=case((_pending, LegState.SENDING.value), else_=legs.c.state),
        )
    )
)
_WITH_DUE = Prepared(
    select(legs.c.party, func.count().label("count")).where(legs.c.due_at <= bindparam("now")).group_by(legs.c.party)
)
_NEXT_DUE = Prepared(select(func.min(legs.c.due_at)))
_GET = Prepared(select(legs).where(legs.c.id == bindparam("leg")))
_of_case = legs.c.case == bindparam("case")
_named = _of_case & (legs.c.message == bindparam("message"))
_OF_CASE = Prepared(select(legs).where(_of_case).order_by(legs.c.created_at, legs.c.id))
_NAMED = Prepared(select(legs).where(_named).order_by(legs.c.occurrence, legs.c.id))
_NAMED_FOR = Prepared(
    select(legs).where(_named & (legs.c.insurance == bindparam("insurance"))).order_by(legs.c.occurrence, legs.c.id)
)
_MEMORY = Prepared(select(leg_memory.c.key, leg_memory.c.sealed).where(leg_memory.c.leg == bindparam("leg")))


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


def add(tx: Tx, new: NewLeg, *, first: bool = False) -> str:
    """Enter a leg; entering the same one again changes nothing. `first`: its case is only being entered itself."""
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
        "reply": None,
        "reason": None,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    (tx.put if first else tx.put_new)(legs, row)
    return leg


def claim(tx: Tx, room: Mapping[str, int], lease: timedelta) -> list[LegRow]:
    """Take due legs, at most `room[party]` of each party; the rows as they were before, their fencing number raised.

    A pending leg becomes `sending`; one that is `sending` with its lease over comes back so: nobody knows its effect.
    """
    claimed: list[LegRow] = []
    for party, places in room.items():
        claimed.extend(tx.all(_DUE, LegRow, party=party, now=tx.now, places=places))
    _CLAIM.run(tx.connection, [row.id for row in claimed], until=tx.now + lease, now=tx.now)
    return claimed


def parties_with_due(tx: Tx) -> dict[str, int]:
    """How many legs are due, by party."""
    return {row[0]: int(row[1]) for row in tx.all(_WITH_DUE, tuple, now=tx.now)}


def next_due(tx: Tx) -> datetime | None:
    """When the next leg wants attention."""
    at: datetime | None = tx.value(_NEXT_DUE)
    return at


def settle(tx: Tx, leg: str, fencing: int, state: LegState, **values: Any) -> bool:
    """Write what came of a claim; False where a later claim has overtaken it (its result is then ignored)."""
    values = {"due_at": None, **_sealed_reason(tx, leg, values)}
    return tx.change(legs, {"state": state.value, "updated_at": tx.now, **values}, id=leg, fencing=fencing) == 1


def change(tx: Tx, leg: str, state: LegState, **values: Any) -> None:
    """Write a new state from outside the claim (an operator, a push, a withdrawal); open claims are overtaken."""
    sealed = _sealed_reason(tx, leg, values)
    tx.run(_changing(tuple(sealed)), leg=leg, state=state.value, now=tx.now, **sealed)


@cache
def _changing(names: tuple[str, ...]) -> Prepared:
    given = {name: bindparam(name, type_=legs.c[name].type) for name in names}
    values = {
        "state": bindparam("state"),
        "fencing": legs.c.fencing + 1,
        "updated_at": bindparam("now", type_=_instant),
    }
    return Prepared(update(legs).where(legs.c.id == bindparam("leg")).values({**values, **given}))


def _sealed_reason(tx: Tx, leg: str, values: Mapping[str, Any]) -> dict[str, Any]:
    given = values.get("reason")
    return {**values, "reason": tx.seal(given, f"reason:{leg}")} if given is not None else dict(values)


def reason(tx: Tx, row: LegRow) -> str | None:
    """Why a leg stands where it does, in the party's words or ours."""
    return None if row.reason is None else tx.open(row.reason, f"reason:{row.id}").decode()


def get(tx: Tx, leg: str) -> LegRow | None:
    """The leg's row."""
    return tx.first(_GET, LegRow, leg=leg)


def of_case(tx: Tx, case_handle: str) -> Sequence[LegRow]:
    """Every leg of the case, in the order in which they were entered."""
    return tx.all(_OF_CASE, LegRow, case=case_handle)


def named(tx: Tx, case_handle: str, message: str, insurance: str | None = None) -> Sequence[LegRow]:
    """The legs of the case that carry `message` (for one insurance)."""
    if insurance is None:
        return tx.all(_NAMED, LegRow, case=case_handle, message=message)
    return tx.all(_NAMED_FOR, LegRow, case=case_handle, message=message, insurance=insurance)


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
    sealed = tx.seal(value, f"memory:{leg}:{key}")
    if not tx.insert_new(leg_memory, {"leg": leg, "key": key, "sealed": sealed}):
        tx.change(leg_memory, {"sealed": sealed}, leg=leg, key=key)


def memory(tx: Tx, leg: str) -> dict[str, str]:
    """All that the tries of a leg have kept."""
    rows = tx.all(_MEMORY, tuple, leg=leg)
    return {key: tx.open(sealed, f"memory:{leg}:{key}").decode() for key, sealed in rows}
