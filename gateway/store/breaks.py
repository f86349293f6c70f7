"""Breaks as they are kept: the same one in every run that finds it, with its history; rows of both sides sealed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from gateway.model.breaks import BreakAction, BreakState, Resolution
from gateway.store.prepared import Prepared
from gateway.store.rows import values
from gateway.store.tables_reconciliation import break_entries, breaks
from gateway.store.work import Tx

WAITING = BreakState.WAITING.value
NOBODY = dict.fromkeys(("claimed_by", "resolution", "resolved_by", "agreed_by", "waits_for", "waits_until"))
"""What a break has that is open again: nobody who works on it, and nothing that was decided."""
ENDED = (BreakState.RESOLVED.value, BreakState.CLOSED_BY_RUN.value)
MACHINE = "gateway"


@dataclass(kw_only=True, slots=True)
class BreakRow:
    """A break. `kind`: its BreakClass; `flags`: joined by commas; days ISO; amounts in fen.

    `day`: the earliest day on which a side booked it; `first_seen`, `last_seen`: days of the runs that found it first
    and last; `owner`: whom it belongs to; `repair`: what is proposed; `resolution`, `resolved_by`: proposed or decided
    (`state` says which), `agreed_by`: the second person; `waits_for`, `waits_until`: who was asked, and by which day
    they are to answer, where the state is `waiting`; `entries`: how long its history is.
    """

    id: str
    party: str
    pairing: str
    group_blind: bytes
    kind: str
    flags: str
    state: str
    here_count: int
    here_fen: int
    there_count: int
    there_fen: int
    region: str
    fund: str
    day: str
    first_seen: str
    last_seen: str
    first_run: str
    last_run: str
    owner: str
    due_on: str
    repair: str
    claimed_by: str | None
    resolution: str | None
    resolved_by: str | None
    agreed_by: str | None
    waits_for: str | None
    waits_until: str | None
    entries: int
    sealed: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row of one side in a break; the columns of ROW_COLUMNS, without the person's blind value.

    `side`: here or there; months as ordinals; amounts in fen; `day`: when this side booked it.
    """

    side: str
    line: int
    key: str
    voucher: str
    summary: str | None
    trace: str | None
    reverses: str | None
    region: str
    fund: str
    month: int
    accounting_month: int
    day: date
    adjustment: bool
    amount: int
    late_fee: int
    interest: int
    state: str


@dataclass(kw_only=True, slots=True)
class EntryRow:
    """A line of a break's history as it is kept. `second`: the person who agreed; `sealed`: the comment."""

    break_id: str
    number: int
    at: datetime
    action: str
    actor: str
    run: str | None
    second: str | None
    sealed: bytes | None


_ACCEPTED = Prepared(
    select(breaks.c.group_blind).where(
        (breaks.c.party == bindparam("party"))
        & (breaks.c.pairing == bindparam("pairing"))
        & (breaks.c.state == BreakState.RESOLVED.value)
        & (breaks.c.resolution == Resolution.ACCEPTED.value)
    )
)
_ENTRIES = Prepared(
    select(break_entries).where(break_entries.c.break_id == bindparam("break_id")).order_by(break_entries.c.number)
)


def get(tx: Tx, handle: str) -> BreakRow | None:
    """A break by its handle."""
    return tx.by_handle(breaks, BreakRow, handle)


def rows_of(tx: Tx, row: BreakRow) -> list[SideRow]:
    """The rows of both sides, those of `here` first; of a very large group the first ones."""
    return msgspec.json.decode(tx.open(row.sealed, f"break:{row.id}"), type=list[SideRow])


def entries_of(tx: Tx, handle: str) -> Sequence[EntryRow]:
    """The history of a break, oldest first."""
    return tx.all(_ENTRIES, EntryRow, break_id=handle)


def comment_of(tx: Tx, entry: EntryRow) -> str | None:
    """What was said with an entry."""
    if entry.sealed is None:
        return None
    return tx.open(entry.sealed, f"break_entry:{entry.break_id}:{entry.number}").decode()


def change(tx: Tx, row: BreakRow, action: BreakAction, *, actor: str, comment: str = "", **given: Any) -> bool:
    """Write new values with an entry in the history; False where the break has changed since it was read.

    `given`: columns of breaks, and of the entry `run` and `second`.
    """
    run, second = given.pop("run", None), given.pop("second", None)
    new = {**given, "entries": row.entries + 1, "updated_at": tx.now}
    if tx.change(breaks, new, id=row.id, entries=row.entries) == 0:
        return False
    entry = EntryRow(
        break_id=row.id,
        number=row.entries + 1,
        at=tx.now,
        action=action.value,
        actor=actor,
        run=run,
        second=second,
        sealed=None,
    )
    _enter(tx, entry, comment)
    return True


def accepted(tx: Tx, party: str, pairing: str) -> frozenset[bytes]:
    """The groups of breaks that stand as they are: no run looks at them again."""
    return frozenset(tx.values(_ACCEPTED, party=party, pairing=pairing))


def marker(tx: Tx, party: str, pairing: str) -> Callable[[str], bytes]:
    """How groups are named in what is kept: blind."""
    return lambda group: tx.keyring.blind("break", f"{party} {pairing} {group}")


def _enter(tx: Tx, entry: EntryRow, comment: str) -> None:
    place = f"break_entry:{entry.break_id}:{entry.number}"
    tx.put(break_entries, {**values(entry), "sealed": tx.seal(comment, place) if comment else None})
