"""Runs of the reconciliation: begun once per inputs, claimed while they work, kept with their totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, func, select

from gateway.model.breaks import InTransit, RunState
from gateway.model.handles import new_handle
from gateway.model.reconciliation import Sum, Tally
from gateway.store.bulk import insert
from gateway.store.prepared import Prepared
from gateway.store.tables_reconciliation import in_transit, reconciliations, run_repairs, tallies
from gateway.store.work import Tx


@dataclass(kw_only=True, slots=True)
class RunRow:
    """A run of one pairing with one party up to a day. `since`: the first day it took in; amounts in fen.

    `previous`: the run whose open rows it carried on; `error`, `reason` (sealed): why it failed (error catalogue).
    """

    id: str
    party: str
    pairing: str
    day: str
    since: str
    number: int
    state: str
    fingerprint: str
    previous: str | None
    here_count: int
    here_fen: int
    there_count: int
    there_fen: int
    error: str | None
    reason: bytes | None
    claimed_until: datetime | None
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run is about."""

    party: str
    pairing: str
    day: date
    since: date
    fingerprint: str
    previous: str | None


@dataclass(kw_only=True, slots=True)
class _TallyRow:
    """A line of the totals as it is kept."""

    side: str
    day: str
    region: str
    fund: str
    adjustment: bool
    whole_count: int
    whole_fen: int
    matched_count: int
    matched_fen: int
    transit_count: int
    transit_fen: int
    broken_count: int
    broken_fen: int


@dataclass(kw_only=True, slots=True)
class _TransitRow:
    """A line of what is in transit as it is kept."""

    side: str
    day: str
    expected_on: str
    region: str
    fund: str
    adjustment: bool
    count: int
    fen: int


_of_pairing = (reconciliations.c.party == bindparam("party")) & (reconciliations.c.pairing == bindparam("pairing"))
_STANDING = Prepared(
    select(reconciliations).where(
        _of_pairing & (reconciliations.c.day == bindparam("day")) & (reconciliations.c.state == RunState.DONE.value)
    )
)
_LATEST = Prepared(
    select(reconciliations)
    .where(
        _of_pairing
        & (reconciliations.c.day == bindparam("day"))
        & (reconciliations.c.state != RunState.SUPERSEDED.value)
    )
    .order_by(reconciliations.c.number.desc())
    .limit(1)
)
_BEFORE = Prepared(
    select(reconciliations)
    .where(_of_pairing & (reconciliations.c.day < bindparam("day")) & (reconciliations.c.state == RunState.DONE.value))
    .order_by(reconciliations.c.day.desc())
    .limit(1)
)
_NUMBER = Prepared(
    select(func.max(reconciliations.c.number)).where(_of_pairing & (reconciliations.c.day == bindparam("day")))
)
_TALLIES = Prepared(
    select(tallies)
    .where(tallies.c.run == bindparam("run"))
    .order_by(tallies.c.side, tallies.c.day, tallies.c.region, tallies.c.fund, tallies.c.adjustment)
)
_TRANSIT = Prepared(
    select(in_transit)
    .where(in_transit.c.run == bindparam("run"))
    .order_by(in_transit.c.expected_on, in_transit.c.side, in_transit.c.day, in_transit.c.region, in_transit.c.fund)
)
_TAKEN = Prepared(
    select(run_repairs.c.repair)
    .select_from(run_repairs.join(reconciliations, reconciliations.c.id == run_repairs.c.run))
    .where(_of_pairing & (reconciliations.c.day < bindparam("day")) & (reconciliations.c.state == RunState.DONE.value))
)
_LOCK = Prepared(select(reconciliations).where(reconciliations.c.id == bindparam("run")).with_for_update())
_DROP_TALLIES = Prepared(delete(tallies).where(tallies.c.run == bindparam("run")))
_DROP_TRANSIT = Prepared(delete(in_transit).where(in_transit.c.run == bindparam("run")))


def begin(tx: Tx, new: NewRun, lease: timedelta) -> str:
    """Enter a run and claim it; its handle. ClashError (from `work`) where another process was faster."""
    made, day = new_handle("rec", tx.now), new.day.isoformat()
    before = tx.value(_NUMBER, party=new.party, pairing=new.pairing, day=day)
    sums = dict.fromkeys(("here_count", "here_fen", "there_count", "there_fen"), 0)
    nothing = dict.fromkeys(("error", "reason", "done_at"))
    named = {"party": new.party, "pairing": new.pairing, "day": day, "since": new.since.isoformat()}
    made_of = {"fingerprint": new.fingerprint, "previous": new.previous, "number": (before or 0) + 1}
    state = {"state": RunState.RUNNING.value, "claimed_until": tx.now + lease, "created_at": tx.now}
    tx.put(reconciliations, {"id": made, **named, **made_of, **sums, **nothing, **state})
    return made


def claim(tx: Tx, row: RunRow, lease: timedelta) -> bool:
    """Take up a run that failed or whose process stopped; False where another process works on it."""
    if row.state == RunState.RUNNING.value and row.claimed_until is not None and row.claimed_until > tx.now:
        return False
    until = {"state": RunState.RUNNING.value, "claimed_until": tx.now + lease, "error": None, "reason": None}
    lease_read = {} if row.claimed_until is None else {"claimed_until": row.claimed_until}
    return tx.change(reconciliations, until, id=row.id, state=row.state, **lease_read) == 1


def give_up(tx: Tx, row: RunRow) -> bool:
    """Let go of a run that broke off and whose inputs are others by now; False where it is done or being done."""
    if row.state == RunState.DONE.value or (row.claimed_until is not None and row.claimed_until > tx.now):
        return False
    given_up = {"state": RunState.SUPERSEDED.value, "claimed_until": None}
    return tx.change(reconciliations, given_up, id=row.id, state=row.state) == 1


def take_repairs(tx: Tx, run: str, repairs: Sequence[str]) -> None:
    """Write down which repairs a run saw our side with."""
    for repair in repairs:
        tx.put_new(run_repairs, {"run": run, "repair": repair})


def repairs_taken(tx: Tx, party: str, pairing: str, before: str) -> frozenset[str]:
    """The repairs that the runs of earlier days saw; what those left open has them in it."""
    return frozenset(tx.values(_TAKEN, party=party, pairing=pairing, day=before))


def repairs_of(tx: Tx, run: str) -> frozenset[str]:
    """The repairs that a run saw first."""
    return frozenset(tx.values(select(run_repairs.c.repair).where(run_repairs.c.run == run)))


def prolong(tx: Tx, run: str, until: datetime) -> None:
    """Keep the claim while the run works."""
    tx.change(reconciliations, {"claimed_until": until}, id=run)


def lock(tx: Tx, run: str) -> RunRow | None:
    """As `get`, and nobody else changes the run until this transaction ends."""
    return tx.first(_LOCK, RunRow, run=run)


def finish(tx: Tx, run: RunRow, whole: tuple[Sum, Sum], lines: Sequence[Tally], transit: Sequence[InTransit]) -> None:
    """Write totals and what is in transit, and let the run stand in place of the one that its day had before.

    `whole`: of our side and of theirs.
    """
    here, there = whole
    tx.run(_DROP_TALLIES, run=run.id)
    tx.run(_DROP_TRANSIT, run=run.id)
    insert(
        tx.connection,
        {tallies: [_tally(run.id, line) for line in lines], in_transit: [_transit(run.id, line) for line in transit]},
    )
    before = standing(tx, run.party, run.pairing, run.day)
    if before is not None and before.id != run.id:
        tx.change(reconciliations, {"state": RunState.SUPERSEDED.value}, id=before.id)
    sums = {"here_count": here.count, "here_fen": here.fen, "there_count": there.count, "there_fen": there.fen}
    done = {"state": RunState.DONE.value, "claimed_until": None, "done_at": tx.now}
    tx.change(reconciliations, {**sums, **done}, id=run.id)


def fail(tx: Tx, run: str, error: str, reason: str) -> None:
    """Write down why a run came to no end; it is taken up again."""
    said = {"error": error, "reason": tx.seal(reason, f"reconciliation:{run}")}
    tx.change(reconciliations, {"state": RunState.FAILED.value, "claimed_until": None, **said}, id=run)


def reason(tx: Tx, row: RunRow) -> str | None:
    """Why a run failed, in words."""
    return None if row.reason is None else tx.open(row.reason, f"reconciliation:{row.id}").decode()


def get(tx: Tx, run: str) -> RunRow | None:
    """A run by its handle."""
    return tx.by_handle(reconciliations, RunRow, run)


def standing(tx: Tx, party: str, pairing: str, day: str) -> RunRow | None:
    """The run that stands for a day."""
    return tx.first(_STANDING, RunRow, party=party, pairing=pairing, day=day)


def latest(tx: Tx, party: str, pairing: str, day: str) -> RunRow | None:
    """The last run of a day that was not superseded: done, failed or running."""
    return tx.first(_LATEST, RunRow, party=party, pairing=pairing, day=day)


def before(tx: Tx, party: str, pairing: str, day: str) -> RunRow | None:
    """The run that stands for the nearest earlier day."""
    return tx.first(_BEFORE, RunRow, party=party, pairing=pairing, day=day)


def page(tx: Tx, *, before: str | None = None, size: int = 50, **given: str | None) -> Sequence[RunRow]:
    """Runs, newest first, from below the handle `before`. `given`: party, pairing, day, state; None for any."""
    wanted = select(reconciliations)
    for column, value in given.items():
        if value is not None:
            wanted = wanted.where(reconciliations.c[column] == value)
    if before is not None:
        wanted = wanted.where(reconciliations.c.id < before)
    return tx.all(wanted.order_by(reconciliations.c.id.desc()).limit(size), RunRow)


def tallies_of(tx: Tx, run: str) -> list[Tally]:
    """The totals of a run, line by line."""
    return [_read_tally(row) for row in tx.all(_TALLIES, _TallyRow, run=run)]


def transit_of(tx: Tx, run: str) -> list[InTransit]:
    """What was in transit at the end of a run, soonest expected first."""
    return [_read_transit(row) for row in tx.all(_TRANSIT, _TransitRow, run=run)]


def _tally(run: str, line: Tally) -> dict[str, object]:
    sums = {"whole": line.whole, "matched": line.matched, "transit": line.transit, "broken": line.broken}
    counts = {f"{name}_count": each.count for name, each in sums.items()}
    amounts = {f"{name}_fen": each.fen for name, each in sums.items()}
    where = {"side": line.side, "day": line.day.isoformat(), "region": line.region, "fund": line.fund}
    return {"run": run, **where, "adjustment": line.adjustment, **counts, **amounts}


def _read_tally(row: _TallyRow) -> Tally:
    sums = [Sum(getattr(row, f"{name}_count"), getattr(row, f"{name}_fen")) for name in _PARTS]
    return Tally(row.side, date.fromisoformat(row.day), row.region, row.fund, bool(row.adjustment), *sums)


_PARTS = ("whole", "matched", "transit", "broken")


def _transit(run: str, line: InTransit) -> dict[str, object]:
    days = {"day": line.day.isoformat(), "expected_on": line.expected_on.isoformat()}
    where = {"side": line.side, "region": line.region, "fund": line.fund, "adjustment": line.adjustment}
    return {"run": run, **days, **where, "count": line.sum.count, "fen": line.sum.fen}


def _read_transit(row: _TransitRow) -> InTransit:
    days = date.fromisoformat(row.day), date.fromisoformat(row.expected_on)
    total = Sum(row.count, row.fen)
    return InTransit(row.side, *days, row.region, row.fund, bool(row.adjustment), total)
