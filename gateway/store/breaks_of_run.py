"""What a run does to breaks: it finds new ones and known ones again, and closes those that it no longer finds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from gateway.model.breaks import BreakAction, BreakState, Resolution
from gateway.model.handles import new_handle
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import RepairCode
from gateway.store import break_repairs
from gateway.store.breaks import ENDED, MACHINE, NOBODY, WAITING, BreakRow, SideRow, change, marker, rows_of
from gateway.store.prepared import Prepared
from gateway.store.reconciliation import RunRow
from gateway.store.tables_reconciliation import break_entries, breaks
from gateway.store.work import Tx

_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A break as a run found it."""

    party: str
    pairing: str
    group: str
    kind: str
    flags: tuple[str, ...]
    here: tuple[int, int]
    there: tuple[int, int]
    region: str
    fund: str
    day: date
    owner: str
    due_on: date
    repair: str
    rows: Sequence[SideRow]


_GROUP = Prepared(
    select(breaks).where(
        (breaks.c.party == bindparam("party"))
        & (breaks.c.pairing == bindparam("pairing"))
        & (breaks.c.group_blind == bindparam("group_blind"))
    )
)
_PROOF = (breaks.c.state == BreakState.RESOLVED.value) & (breaks.c.resolution == Resolution.REPAIRED.value)
_UNSEEN = Prepared(
    select(breaks)
    .where(
        (breaks.c.party == bindparam("party"))
        & (breaks.c.pairing == bindparam("pairing"))
        & (breaks.c.last_run != bindparam("run"))
        & (breaks.c.first_seen <= bindparam("day"))
        & (((breaks.c.state != ENDED[0]) & (breaks.c.state != ENDED[1])) | _PROOF)
        & (breaks.c.id > bindparam("after"))
    )
    .order_by(breaks.c.id)
    .limit(_TOGETHER)
)
_UNSAID = {"second": None, "sealed": None}


def found(tx: Tx, run: str, day: str, new: Found) -> str:
    """Keep a break that a run found: a new one, or the one that is known, aged; its handle."""
    blind = marker(tx, new.party, new.pairing)(new.group)
    known = tx.first(_GROUP, BreakRow, party=new.party, pairing=new.pairing, group_blind=blind)
    if known is None:
        return _entered(tx, run, day, new, blind)
    if known.last_run != run:
        _found_again(tx, run, day, known, new)
    return known.id


def unseen(tx: Tx, run: RunRow, after: str = "") -> Sequence[BreakRow]:
    """Some breaks that are alive, or repaired and not proved, and that a run did not find; from above a handle.

    What a run of a later day found first is not its business.
    """
    return tx.all(_UNSEEN, BreakRow, party=run.party, pairing=run.pairing, run=run.id, day=run.day, after=after)


def close_unseen(tx: Tx, run: str, some: Sequence[BreakRow]) -> None:
    """Close breaks that a run no longer found; what a person had repaired is thereby proved."""
    for row in some:
        if row.state == BreakState.RESOLVED.value:
            change(tx, row, BreakAction.PROVED, actor=MACHINE, run=run, resolution=Resolution.PROVED.value)
        elif row.state == WAITING:
            ended = {"state": BreakState.RESOLVED.value, "resolution": Resolution.PROVED.value}
            change(tx, row, BreakAction.PROVED, actor=MACHINE, run=run, **ended)
        else:
            change(tx, row, BreakAction.CLOSED, actor=MACHINE, run=run, state=BreakState.CLOSED_BY_RUN.value)


def _entered(tx: Tx, run: str, day: str, new: Found, blind: bytes) -> str:
    made = new_handle("brk", tx.now)
    seen = {"first_seen": day, "last_seen": day, "first_run": run, "last_run": run}
    named = {"id": made, "party": new.party, "pairing": new.pairing, "group_blind": blind}
    state = {"state": BreakState.OPEN.value, "entries": 1, "created_at": tx.now, "updated_at": tx.now}
    whose = {"owner": new.owner, "due_on": new.due_on.isoformat()}
    tx.put(breaks, {**named, **seen, **NOBODY, **state, **whose, **_content(tx, made, new)})
    found_by = {"at": tx.now, "actor": MACHINE, "run": run}
    tx.put(break_entries, {"break_id": made, "number": 1, "action": BreakAction.FOUND.value, **found_by, **_UNSAID})
    return made


def _found_again(tx: Tx, run: str, day: str, known: BreakRow, new: Found) -> None:
    content = _content(tx, known.id, new)
    seen = {"last_seen": day, "last_run": run}
    # The same day again cannot have seen what was done about it since; the run of a later day can.
    unproved = known.state == BreakState.RESOLVED.value and known.resolution != Resolution.ACCEPTED.value
    late = unproved and known.last_seen < day and not _being_refunded(tx, known, new)
    back = known.state == BreakState.CLOSED_BY_RUN.value or late
    waited = _waited(tx, day, known, new) if known.state == WAITING else ""
    if back or waited:
        again = {**content, **seen, **NOBODY, "state": BreakState.REOPENED.value}
        change(tx, known, BreakAction.REOPENED, actor=MACHINE, comment=waited, run=run, **again)
    elif any(getattr(known, name) != value for name, value in content.items() if name != "sealed"):
        change(tx, known, BreakAction.CHANGED, actor=MACHINE, run=run, **content, **seen)
    else:
        # It only grew older: that is no entry in its history.
        tx.change(breaks, {**content, **seen, "updated_at": tx.now}, id=known.id)


def _being_refunded(tx: Tx, known: BreakRow, new: Found) -> bool:
    """Whether a break was resolved by a refund that is under way: no run can see it end before the money is back."""
    if BreakClass.REFUND_PENDING.value not in (new.kind, *new.flags):
        return False
    repair = break_repairs.active(tx, known.id)
    return repair is not None and repair.code == RepairCode.REFUND.value


def _waited(tx: Tx, day: str, known: BreakRow, new: Found) -> str:
    """Why a break that waits for somebody waits no longer; "" where it still does."""
    if day > (known.waits_until or ""):
        return f"{known.waits_for} was to answer by {known.waits_until}"
    before, now = (
        sorted(msgspec.json.encode(replace(row, line=0)) for row in rows) for rows in (rows_of(tx, known), new.rows)
    )
    same = before == now and (known.here_fen, known.there_fen) == (new.here[1], new.there[1])
    return "" if same else "its rows have changed meanwhile"


def _content(tx: Tx, handle: str, new: Found) -> dict[str, Any]:
    sums = dict(zip(("here_count", "here_fen", "there_count", "there_fen"), (*new.here, *new.there), strict=True))
    sealed = tx.seal(msgspec.json.encode(list(new.rows)), f"break:{handle}")
    where = {"region": new.region, "fund": new.fund, "day": new.day.isoformat()}
    return {"kind": new.kind, "flags": ",".join(new.flags), "repair": new.repair, **sums, **where, "sealed": sealed}
