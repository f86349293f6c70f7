"""Reconcile a day: refuse while a due statement is absent, run each pairing once per inputs, one party at a time.

A day whose inputs have not changed is not run again. One whose statement was superseded, or to whose day the ledger
added, is run anew in its place, and so is every day behind it, for each goes on from what the one before left open.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from gateway.batch.engine import EngineError, standing
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.pairings import Compared, compared_on
from gateway.model.breaks import RunState
from gateway.services.metrics import RECONCILED
from gateway.services.reconcile_ledger import FOLDER
from gateway.services.reconcile_run import carry_out, forget_files
from gateway.services.reconcile_sides import Work
from gateway.services.run_claim import LEASE, Claim
from gateway.services.run_steps import Tell, in_silence
from gateway.services.runtime import Runtime
from gateway.services.sides import (
    Given,
    Source,
    absent,
    comparable,
    first_of,
    given,
    reconciled_parties,
    regions_of,
    source_of,
)
from gateway.services.statement_calendar import Expected
from gateway.store import break_repairs, reconciliation
from gateway.store.reconciliation import NewRun, RunRow
from gateway.store.work import ClashError, LockTimeoutError

RECHECKED = 31
"""How many days back a changed input is looked for; what is older comes as an entry dated today."""

RECALLED = 400
"""How many days back a payment is looked for that is taken back now."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of one pairing with one party: a run, or why there is none."""

    party: str
    pairing: str
    run: RunRow | None
    problem: GatewayError | None = None


def reconcile(
    runtime: Runtime, day: date, party: str = "", pairing: str = "", tell: Tell = in_silence
) -> list[Reconciled]:
    """Reconcile a day of one tax party, or of all; what goes wrong with one pairing holds up no other.

    `tell`: who is told how far each run is. GatewayError `not_found` for a party or pairing that there is not.
    """
    known = reconciled_parties(runtime)
    if party and party not in known:
        raise GatewayError("not_found", thing=f"party {party[:64]} with statements (there are {', '.join(known)})")
    if pairing:
        compared_on(runtime.pairings, day, pairing)
    with standing(runtime.settings.var / FOLDER):
        return [
            _tried(runtime, compared, each, day, tell)
            for each in ([party] if party else known)
            for compared in comparable(runtime, each, day)
            if pairing in {"", compared.id}
        ]


def reconcile_yesterday(runtime: Runtime) -> int:
    """Reconcile the day that ended last in China as far as its statements are there; how many runs stand."""
    yesterday = runtime.now().astimezone(BEIJING).date() - timedelta(days=1)
    return sum(each.run is not None for each in reconcile(runtime, yesterday))


def run_of(
    runtime: Runtime, compared: Compared, party: str, day: date, *, of: date | None = None, tell: Tell = in_silence
) -> RunRow:
    """The run that stands for a day of a party, done now where its inputs are new; one that broke off goes on.

    `of`: the later day that it is done for; repairs made since are then seen by that one.

    GatewayError `reconciliation_waits`, `reconciliation_running`, `reconciliation_too_early`, and those of its sources.
    """
    sources = [source_of(runtime, side, party) for side in (compared.here, compared.there)]
    here, there = (each for each in sources if each is not None)
    previous = _previous(runtime, compared, party, day, of or day, tell)
    since = _since(runtime, previous, (here, there), day)
    if lacking := absent(runtime, (here, there), since, day):
        raise _absent(party, compared.id, day, lacking)
    inputs = {"here": list(given(runtime, here, since, day)), "there": list(given(runtime, there, since, day))}
    repairs = _repairs(runtime, party, compared.id, day, anew=of is None)
    regions = regions_of((here, there))
    made_of = [compared.version, *regions]
    fingerprint = _fingerprint(made_of, previous, inputs["here"], inputs["there"], repairs)
    run = _claimed(runtime, NewRun(party, compared.id, day, since, fingerprint, previous.id if previous else None))
    if run.state == RunState.DONE.value:
        return run

    def earlier(side: str) -> list[Path]:
        first = max(first_of(runtime, (here, there)) or since, since - timedelta(days=RECALLED))
        found = given(runtime, here if side == "here" else there, first, since - timedelta(days=1))
        return [each.file() for each in found]

    return _done(runtime, Work(run, compared, previous, inputs, repairs, earlier, regions), tell)


def _tried(runtime: Runtime, compared: Compared, party: str, day: date, tell: Tell) -> Reconciled:
    try:
        run = run_of(runtime, compared, party, day, tell=tell)
    except GatewayError as problem:
        # A statement that is not there yet is nothing unusual; `statement due` and the report show it.
        level = logging.INFO if problem.kind.code == "reconciliation_waits" else logging.WARNING
        log.log(level, "%s of %s is not reconciled for %s: %s", compared.id, party, day, problem.kind.code)
        return Reconciled(party, compared.id, None, problem)
    except (EngineError, LockTimeoutError, OSError) as problem:
        log.exception("%s of %s is not reconciled for %s; it is tried again", compared.id, party, day)
        # What an engine says holds no values, and tells what to do: a cluster that is away, a Java that is not there.
        reason = str(problem) if isinstance(problem, EngineError) else type(problem).__name__
        return Reconciled(party, compared.id, None, GatewayError("unavailable", reason=reason))
    RECONCILED.labels(party, compared.id).set(int(day.strftime("%Y%m%d")))
    return Reconciled(party, compared.id, run)


def _previous(runtime: Runtime, compared: Compared, party: str, day: date, of: date, tell: Tell) -> RunRow | None:
    """The run that this one goes on from, done anew where its inputs have changed."""
    with runtime.store.reading() as tx:
        row = reconciliation.before(tx, party, compared.id, day.isoformat())
    if row is None or date.fromisoformat(row.day) < of - timedelta(days=RECHECKED):
        return row
    then = date.fromisoformat(row.day)
    return run_of(runtime, compared_on(runtime.pairings, then, compared.id), party, then, of=of, tell=tell)


def _since(runtime: Runtime, previous: RunRow | None, sources: Sequence[Source], day: date) -> date:
    if previous is not None:
        return date.fromisoformat(previous.day) + timedelta(days=1)
    return min(first_of(runtime, sources) or day, day)


def _absent(party: str, pairing: str, day: date, lacking: Sequence[Expected]) -> GatewayError:
    listed = ", ".join(f"{each.party} {each.day} ({each.state})" for each in lacking)
    return GatewayError("reconciliation_waits", party=party, pairing=pairing, day=str(day), statements=listed)


def _repairs(runtime: Runtime, party: str, pairing: str, day: date, *, anew: bool) -> frozenset[str]:
    """The repairs that our side is seen with from this day on."""
    with runtime.store.reading() as tx:
        row = reconciliation.standing(tx, party, pairing, day.isoformat())
        if row is not None and not anew:
            return reconciliation.repairs_of(tx, row.id)
        made = {repair.id for repair, _ in break_repairs.entries_in_force(tx, party, pairing)}
        return frozenset(made - reconciliation.repairs_taken(tx, party, pairing, day.isoformat()))


def _fingerprint(
    made_of: Sequence[str],
    previous: RunRow | None,
    here: Sequence[Given],
    there: Sequence[Given],
    repairs: frozenset[str],
) -> str:
    before = previous.fingerprint if previous else ""
    version, *regions = made_of
    marks = (version, before, *regions, *(each.mark for each in (*here, *there)), *sorted(repairs))
    return sha256("\n".join(marks).encode()).hexdigest()


def _claimed(runtime: Runtime, new: NewRun) -> RunRow:
    """The run with these inputs, ours to do or done; GatewayError `reconciliation_running`."""
    outdated: RunRow | None = None
    try:
        with runtime.store.work("reconciliation_begins") as tx:
            row = reconciliation.latest(tx, new.party, new.pairing, new.day.isoformat())
            if row is None or row.fingerprint != new.fingerprint:
                # What broke off with other inputs will not be gone on with.
                outdated = row if row is not None and reconciliation.give_up(tx, row) else None
                row = reconciliation.get(tx, reconciliation.begin(tx, new, LEASE))
            elif row.state != RunState.DONE.value and not reconciliation.claim(tx, row, LEASE):
                row = None
    except ClashError:
        row = None
    if row is None:
        raise GatewayError("reconciliation_running", party=new.party, pairing=new.pairing, day=str(new.day))
    if outdated is not None:
        forget_files(runtime, outdated.id)
    return row


def _done(runtime: Runtime, work: Work, tell: Tell) -> RunRow:
    claim = Claim(runtime, work.run)
    try:
        with claim.alive():
            carry_out(runtime, work, claim, tell)
    except Exception as problem:
        code = problem.kind.code if isinstance(problem, GatewayError) else type(problem).__name__
        reason = str(problem) if isinstance(problem, GatewayError) else ""
        with runtime.store.work("reconciliation_failed") as tx:
            if claim.held(tx):
                reconciliation.fail(tx, work.run.id, code[:64], reason)
        raise
    with runtime.store.reading() as tx:
        row = reconciliation.get(tx, work.run.id)
    if row is None:
        raise LookupError(work.run.id)
    return row
