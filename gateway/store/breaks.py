"""Breaks as they are kept: the same one in every run that finds it, with its history; rows of both sides sealed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from gateway.model.breaks import BreakAction, BreakState, Resolution
from gateway.model.handles import new_handle
from gateway.store.prepared import Prepared
from gateway.store.reconciliation import RunRow
from gateway.store.rows import values
from gateway.store.tables_reconciliation import break_entries, breaks
from gateway.store.work import Tx

WAITING = BreakState.WAITING.value
NOBODY = dict.fromkeys(("claimed_by", "resolution", "resolved_by", "agreed_by", "waits_for", "waits_until"))
"""What a break has that is open again: nobody who works on it, and nothing that was decided."""
ENDED = (BreakState.RESOLVED.value, BreakState.CLOSED_BY_RUN.value)
MACHINE = "gateway"
_TOGETHER = 500


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
_ACCEPTED = Prepared(
    select(breaks.c.group_blind).where(
        (breaks.c.party == bindparam("party"))
        & (breaks.c.pairing == bindparam("pairing"))
        & (breaks.c.state == BreakState.RESOLVED.value)
        & (breaks.c.resolution == Resolution.ACCEPTED.value)
    )
)
_UNSAID = {"second": None, "sealed": None}
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


def accepted(tx: Tx, party: str, pairing: str) -> frozenset[bytes]:
    """The groups of breaks that stand as they are: no run looks at them again."""
    return frozenset(tx.values(_ACCEPTED, party=party, pairing=pairing))


def marker(tx: Tx, party: str, pairing: str) -> Callable[[str], bytes]:
    """How groups are named in what is kept: blind."""
    return lambda group: tx.keyring.blind("break", f"{party} {pairing} {group}")


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
    back = known.state == BreakState.CLOSED_BY_RUN.value or (unproved and known.last_seen < day)
    waited = _waited(tx, day, known, new) if known.state == WAITING else ""
    if back or waited:
        again = {**content, **seen, **NOBODY, "state": BreakState.REOPENED.value}
        change(tx, known, BreakAction.REOPENED, actor=MACHINE, comment=waited, run=run, **again)
    elif any(getattr(known, name) != value for name, value in content.items() if name != "sealed"):
        change(tx, known, BreakAction.CHANGED, actor=MACHINE, run=run, **content, **seen)
    else:
        # It only grew older: that is no entry in its history.
        tx.change(breaks, {**content, **seen, "updated_at": tx.now}, id=known.id)


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


def _enter(tx: Tx, entry: EntryRow, comment: str) -> None:
    place = f"break_entry:{entry.break_id}:{entry.number}"
    tx.put(break_entries, {**values(entry), "sealed": tx.seal(comment, place) if comment else None})
