"""Repairs of breaks as they are kept: who asked for which, who agreed, the compensating entries it makes, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select

from gateway.model.handles import new_handle
from gateway.model.repair import RepairState
from gateway.store.breaks import ENDED, WAITING, BreakRow, SideRow
from gateway.store.prepared import Prepared
from gateway.store.reconciliation import RunRow
from gateway.store.tables_reconciliation import break_repairs, breaks
from gateway.store.work import Tx

ACTIVE = (RepairState.AWAITING_SECOND.value, RepairState.ENTERED.value)


@dataclass(kw_only=True, slots=True)
class RepairRow:
    """A repair. `fen`: what it changes our side by; `reference`: the journal entry or refund case that it led to.

    `run`: the run that proved or disproved it; `sealed`: why, and the compensating entries.
    """

    id: str
    break_id: str
    code: str
    state: str
    asked_by: str
    agreed_by: str | None
    fen: int
    reference: str | None
    run: str | None
    sealed: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RepairContent:
    """What is sealed of a repair: why, and rows of our side that are entered anew; never one that is changed.

    `taken_back`: entries that take rows of ours back (amounts turned); `entered`: those that take theirs over.
    """

    reason: str
    taken_back: tuple[SideRow, ...] = ()
    entered: tuple[SideRow, ...] = ()

    @property
    def entries(self) -> tuple[SideRow, ...]:
        """All entries, in the order in which they are made."""
        return self.taken_back + self.entered


@dataclass(frozen=True, slots=True)
class Filter:
    """Which breaks are listed; None for any.

    `overdue`: alive, due before that day, and waiting for nobody; `flag`: one of its flags.
    """

    party: str | None = None
    pairing: str | None = None
    kind: str | None = None
    flag: str | None = None
    state: str | None = None
    region: str | None = None
    fund: str | None = None
    owner: str | None = None
    claimed_by: str | None = None
    overdue: str | None = None


_EQUAL = ("party", "pairing", "kind", "state", "fund", "owner", "claimed_by")
_FORCES = (RepairState.ENTERED.value, RepairState.PROVED.value, RepairState.DISPROVED.value)
_OF_BREAK = Prepared(
    select(break_repairs).where(break_repairs.c.break_id == bindparam("break_id")).order_by(break_repairs.c.id)
)
_IN_FORCE = Prepared(
    select(break_repairs)
    .select_from(break_repairs.join(breaks, breaks.c.id == break_repairs.c.break_id))
    .where(
        (breaks.c.party == bindparam("party"))
        & (breaks.c.pairing == bindparam("pairing"))
        & or_(*(break_repairs.c.state == state for state in _FORCES))
    )
    .order_by(break_repairs.c.id)
)


@dataclass(frozen=True, slots=True)
class NewRepair:
    """A repair that somebody asks for."""

    break_id: str
    code: str
    state: RepairState
    asked_by: str
    fen: int
    content: RepairContent


def add(tx: Tx, new: NewRepair) -> str:
    """Keep a repair; its handle. ClashError (from `work`) where the break has an active one."""
    made = new_handle("rep", tx.now)
    named = {"id": made, "break_id": new.break_id, "code": new.code, "state": new.state.value, "fen": new.fen}
    nothing = dict.fromkeys(("agreed_by", "reference", "run"))
    times = {"asked_by": new.asked_by, "created_at": tx.now, "updated_at": tx.now}
    sealed = tx.seal(msgspec.json.encode(new.content), f"break_repair:{made}")
    tx.put(break_repairs, {**named, **nothing, **times, "sealed": sealed})
    return made


def of_break(tx: Tx, handle: str) -> Sequence[RepairRow]:
    """The repairs of a break, oldest first."""
    return tx.all(_OF_BREAK, RepairRow, break_id=handle)


def active(tx: Tx, handle: str) -> RepairRow | None:
    """The repair of a break that waits for a second person, or for a run to prove it."""
    return next((row for row in of_break(tx, handle) if row.state in ACTIVE), None)


def content_of(tx: Tx, row: RepairRow) -> RepairContent:
    """Why, and what is entered."""
    return msgspec.json.decode(tx.open(row.sealed, f"break_repair:{row.id}"), type=RepairContent)


def change(tx: Tx, row: RepairRow, state: RepairState, **values: Any) -> bool:
    """Write a new state and what came with it; False where it has changed since it was read."""
    new = {"state": state.value, "updated_at": tx.now, **values}
    return tx.change(break_repairs, new, id=row.id, state=row.state) == 1


def refer(tx: Tx, repair: str, reference: str) -> None:
    """Write down which journal entry or refund case a repair led to."""
    tx.change(break_repairs, {"reference": reference}, id=repair)


def entries_in_force(tx: Tx, party: str, pairing: str) -> list[tuple[RepairRow, SideRow]]:
    """The compensating entries of a pairing's breaks, oldest first, each with its repair.

    Those of a repair that was disproved stay: an entry is taken back by another entry only.
    """
    found = tx.all(_IN_FORCE, RepairRow, party=party, pairing=pairing)
    return [(row, entry) for row in found for entry in content_of(tx, row).entries]


def page(tx: Tx, chosen: Filter, *, before: str | None = None, size: int = 50) -> Sequence[BreakRow]:
    """Breaks that are chosen, newest first, from below the handle `before`. `region`: 6, 4 or 2 digits."""
    wanted = select(breaks)
    for column in _EQUAL:
        if (value := getattr(chosen, column)) is not None:
            wanted = wanted.where(breaks.c[column] == value)
    if chosen.region is not None:
        wanted = wanted.where(breaks.c.region.startswith(chosen.region, autoescape=True))
    if chosen.flag is not None:
        marked = "," + breaks.c.flags + ","
        wanted = wanted.where(marked.contains(f",{chosen.flag},", autoescape=True))
    if chosen.overdue is not None:
        wanted = wanted.where(breaks.c.due_on < chosen.overdue, breaks.c.state.not_in((*ENDED, WAITING)))
    if before is not None:
        wanted = wanted.where(breaks.c.id < before)
    return tx.all(wanted.order_by(breaks.c.id.desc()).limit(size), BreakRow)


def of_run(tx: Tx, run: RunRow) -> Sequence[BreakRow]:
    """The breaks that a run found, oldest first; as they are now, where a later one found them too."""
    again = breaks.c.last_seen > run.day
    wanted = select(breaks).where(
        *(breaks.c.party == run.party, breaks.c.pairing == run.pairing, breaks.c.first_seen <= run.day),
        again | (breaks.c.last_run == run.id),
    )
    return tx.all(wanted.order_by(breaks.c.id), BreakRow)
