"""Legs: the outbox. Claimed with a fencing number, carried without a transaction, settled under the same number.

`due_at` is when the leg next wants attention: its first sending, the end of a lease, the next inquiry. A leg without
one waits for something else (held) or is finished.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.model.codes import LegState
from gateway.model.handles import new_handle
from gateway.store.bulk_update import Changes, update_some
from gateway.store.casefile import CaseFile
from gateway.store.prepared import BySize, Prepared
from gateway.store.rows import LegRow
from gateway.store.tables import legs
from gateway.store.work import Store, Tx

FINISHED = (LegState.ACCEPTED, LegState.REFUSED, LegState.CANCELLED, LegState.NEEDS_PERSON)
IN_ORDER_MESSAGE = "CaseChanged"
_PARTIES_AT_ONCE = 64

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


def _due_of(party: ColumnElement[str]) -> Select[Any]:
    """The legs of one party that are due, oldest first."""
    mine = and_(legs.c.party == party, legs.c.due_at <= bindparam("now", type_=_instant))
    in_turn = or_(legs.c.message != IN_ORDER_MESSAGE, ~_waits_for_an_earlier_one)
    return select(legs).where(mine, in_turn).order_by(legs.c.due_at)


def _due(party: ColumnElement[str], number: int) -> Select[Any]:
    return select(_due_of(party).limit(bindparam(f"places_{number}")).subquery())


# SQLite: a part per party, each with its own number of places.
_DUE = BySize(lambda parties: union_all(*(_due(party, number) for number, party in enumerate(parties))))
_CLAIMED = {
    "fencing": legs.c.fencing + 1,
    "due_at": bindparam("until", type_=_instant),
    "updated_at": bindparam("now", type_=_instant),
    "attempts": legs.c.attempts + case((_pending, 1), else_=0),
    "state": case((_pending, LegState.SENDING.value), else_=legs.c.state),
}
_CLAIM = BySize(lambda among: update(legs).where(legs.c.id.in_(among)).values(_CLAIMED))


def _claiming() -> Prepared:
    """PostgreSQL: one statement that finds and claims, however many parties there are; the rows as they were."""
    parties = bindparam("parties", type_=ARRAY(String))
    given = func.unnest(parties, bindparam("places", type_=ARRAY(Integer))).table_valued("party", "places")
    given = given.render_derived("given")
    one = _due_of(given.c.party).limit(given.c.places).with_for_update(skip_locked=True, of=legs).lateral()
    # Materialised: whatever the planner thinks of it, what is locked is looked for once.
    due = select(one).select_from(given.join(one, true())).cte("due").prefix_with("MATERIALIZED")
    return Prepared(update(legs).where(legs.c.id == due.c.id).values(_CLAIMED).returning(*due.c))


_CLAIM_AT_ONCE = _claiming()
_WITH_DUE = Prepared(
    select(legs.c.party, func.count().label("count")).where(legs.c.due_at <= bindparam("now")).group_by(legs.c.party)
)
_ANY_DUE = Prepared(select(exists().where(legs.c.due_at <= bindparam("now", type_=_instant))))
_NEXT_DUE = Prepared(select(func.min(legs.c.due_at)))


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


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one claim. `fencing`: the claim's; `reply`: as canonical JSON, None leaves the one before."""

    leg: str
    fencing: int
    state: LegState
    due_at: datetime | None
    inquiries: int
    reason: str = ""
    reply: bytes | None = None


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
    Legs that another worker is claiming are passed over.
    """
    if tx.is_postgresql:
        given = {"parties": list(room), "places": list(room.values())}
        rows = tx.all(_CLAIM_AT_ONCE, LegRow, **given, until=tx.now + lease, now=tx.now)
        return sorted(rows, key=attrgetter("due_at", "id"))
    claimed: list[LegRow] = []
    for start in range(0, len(room), _PARTIES_AT_ONCE):
        some = list(room)[start : start + _PARTIES_AT_ONCE]
        places = {f"places_{n}": room[some[n]] if n < len(some) else 0 for n in range(_PARTIES_AT_ONCE)}
        claimed.extend(_DUE.rows(tx.connection, some, now=tx.now, **places))
    _CLAIM.run(tx.connection, [row.id for row in claimed], until=tx.now + lease, now=tx.now)
    return claimed


def parties_with_due(tx: Tx) -> dict[str, int]:
    """How many legs are due, by party."""
    return {row[0]: int(row[1]) for row in tx.all(_WITH_DUE, tuple, now=tx.now)}


def any_due(tx: Tx) -> bool:
    """Whether a leg is due."""
    return bool(tx.value(_ANY_DUE, now=tx.now))


def next_due(tx: Tx) -> datetime | None:
    """When the next leg wants attention."""
    at: datetime | None = tx.value(_NEXT_DUE)
    return at


def settle(file: CaseFile, settled: Sequence[Settled]) -> Mapping[str, Mapping[str, Any]]:
    """Write what came of some claims; what was written, by leg: what a later claim has overtaken is not among it."""
    by_leg = {each.leg: _settled(file, each) for each in settled}
    found = set[str]()
    for with_reply in (True, False):
        changes = [
            ((each.leg, each.fencing), by_leg[each.leg]) for each in settled if (each.reply is not None) is with_reply
        ]
        if changes:
            found.update(leg for leg, _ in update_some(file.connection, Changes(legs, ("id", "fencing"), changes)))
    return {leg: values for leg, values in by_leg.items() if leg in found}


def show(file: CaseFile, leg: str, written: Mapping[str, Any]) -> None:
    """Let what `settle` has written be seen in the file: leg by leg, so that each finds the case as it left it."""
    file.show(legs, leg, written)


def _settled(tx: Tx, each: Settled) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": each.state.value,
        "due_at": each.due_at,
        "inquiries": each.inquiries,
        "reason": tx.seal(each.reason, f"reason:{each.leg}") if each.reason else None,
        "updated_at": tx.now,
    }
    return values if each.reply is None else {**values, "reply": seal_reply(tx, each.leg, each.reply)}


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
    return tx.by_handle(legs, LegRow, leg)


def of_case(tx: Tx, case_handle: str) -> Sequence[LegRow]:
    """Every leg of the case, in the order in which they were entered."""
    return sorted(tx.of_case(legs, LegRow, case_handle), key=attrgetter("created_at", "id"))


def read_ahead(file: CaseFile, handles: Collection[str]) -> None:
    """Read the legs of several cases in one go."""
    file.read_ahead(legs, handles)


def named(tx: Tx, case_handle: str, message: str, insurance: str | None = None) -> Sequence[LegRow]:
    """The legs of the case that carry `message` (for one insurance)."""
    mine = [
        row
        for row in tx.of_case(legs, LegRow, case_handle)
        if row.message == message and insurance in (None, row.insurance)
    ]
    return sorted(mine, key=attrgetter("occurrence", "id"))


def stuck(tx: Tx, states: Collection[LegState]) -> Sequence[LegRow]:
    """Legs in one of `states`, oldest first."""
    wanted = [state.value for state in states]
    return tx.all(select(legs).where(legs.c.state.in_(wanted)).order_by(legs.c.created_at, legs.c.id), LegRow)


def payload(keys: Tx | Store, row: LegRow) -> bytes:
    """The leg's message as canonical JSON."""
    return keys.keyring.open(row.sealed, f"leg:{row.id}")


def seal_reply(tx: Tx, leg: str, reply: bytes) -> bytes:
    """A reply as it is kept on the leg."""
    return tx.seal(reply, f"reply:{leg}")


def reply(tx: Tx, row: LegRow) -> bytes | None:
    """The party's last readable answer as canonical JSON."""
    return None if row.reply is None else tx.open(row.reply, f"reply:{row.id}")
