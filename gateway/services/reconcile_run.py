"""One run: put both sides together, match them, keep totals, what is in transit and every break, step by step.

Each finished step stands with the digests of its files; a run whose process was killed goes on behind the last one.
What a run left open (its rows in breaks and in transit) goes into the next one, so that every row is followed to its
end. A run is judged as of the end of its day, whenever it is done.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.batch.matching import RESULT_FILES, Matched, match
from gateway.batch.row_results import broken_rows, transit_lines
from gateway.batch.row_sides import days_of
from gateway.mapping.pairings import Compared, expected_on
from gateway.model.reconciliation import Expected, FoundBreak, Sum, Tally
from gateway.model.run_progress import RunStep
from gateway.rules.workdays import Calendar
from gateway.services import movements
from gateway.services.reconcile_sides import KEPT_COLUMNS, Work, folder_of, put_together_both, sides_of
from gateway.services.run_claim import Claim
from gateway.services.run_steps import Steps, Tell, in_silence
from gateway.services.runtime import Runtime
from gateway.store import breaks_of_run, reconciliation, run_steps
from gateway.store.breaks import SideRow
from gateway.store.breaks_of_run import Found

TOGETHER = 200
"""How many breaks share a transaction."""
SIDES = ("here", "there")


def carry_out(runtime: Runtime, work: Work, claim: Claim, tell: Tell = in_silence) -> None:
    """Do a run that is claimed to its end, from behind the last step that it finished.

    GatewayError `reconciliation_running` where another process has taken it up meanwhile, `matching_unexplained`,
    `run_result_missing`, `run_result_changed`, and those of its sources; EngineError.
    """
    steps = Steps(runtime, work.run, claim, tell)
    into = folder_of(runtime, work.run.id)
    matched = _matched(runtime, work, into, steps)
    _keep_breaks(runtime, work, matched, claim, steps)
    if not steps.stands(RunStep.CLOSED, into):
        steps.finish(RunStep.CLOSED, _close(runtime, work, claim))
    lines = list(matched.tallies())
    with runtime.store.work("reconciliation") as tx:
        claim.renew(tx)
        reconciliation.take_repairs(tx, work.run.id, sorted(work.repairs))
        here, there = (_whole(lines, side) for side in SIDES)
        movements.follow(runtime, tx, work.compared, work.run, lines)
        reconciliation.finish(tx, work.run, (here, there), lines, transit_lines(into))


def forget_files(runtime: Runtime, run: str) -> None:
    """Remove what a run left that will never be done."""
    for left in (folder_of(runtime, run), sides_of(runtime, run)):
        shutil.rmtree(left, ignore_errors=True)


def _matched(runtime: Runtime, work: Work, into: Path, steps: Steps) -> Matched:
    """The result: the one that stands, or matched now. Both sides go once it stands."""
    found = Matched(into, {}, {}, 0)
    sides = sides_of(runtime, work.run.id)
    if not steps.stands(RunStep.MATCHED, into):
        # There without its step, the process ended between the two: it came there whole, by one rename.
        if steps.began(RunStep.MATCHED) or not into.is_dir():
            shutil.rmtree(into, ignore_errors=True)
            _match(runtime, work, into, put_together_both(runtime, work, sides, steps), steps)
        steps.finish(RunStep.MATCHED, found.count(), [into / name for name in RESULT_FILES])
    shutil.rmtree(sides, ignore_errors=True)
    return found


def _match(runtime: Runtime, work: Work, into: Path, sides: tuple[Path, Path], steps: Steps) -> None:
    here, there = sides
    day, rows = date.fromisoformat(work.run.day), steps.reached(RunStep.SIDES)
    match(
        *(work.compared.pairing, [here], [there], into),
        today=day,
        expected=list(_calendar(work.compared, days_of(here, there), runtime.law.calendar)),
        table=runtime.break_table,
        url=runtime.settings.batch_url,
        progress=lambda at: steps.goes_on(RunStep.MATCHED, rows, rows, at.step / at.of_steps),
    )


def _calendar(compared: Compared, booked: Sequence[date], calendar: Calendar) -> Iterator[Expected]:
    for side, rules in (("here", compared.here), ("there", compared.there)):
        for day in booked:
            yield Expected(side, day, expected_on(rules.arrives, day, calendar))


def _keep_breaks(runtime: Runtime, work: Work, matched: Matched, claim: Claim, steps: Steps) -> None:
    """Keep every break, from behind those that are kept already."""
    kept, whole = steps.reached(RunStep.BREAKS), steps.reached(RunStep.MATCHED)
    found = islice(zip(matched.breaks(), broken_rows(matched.path), strict=True), kept, None)
    while some := list(islice(found, TOGETHER)):
        kept += len(some)
        with runtime.store.work("reconciliation_breaks") as tx:
            claim.renew(tx)
            for each, (_, rows) in some:
                breaks_of_run.found(tx, work.run.id, work.run.day, _found(runtime, work, each, rows))
            run_steps.reach(tx, work.run.id, RunStep.BREAKS, kept)
        steps.told(RunStep.BREAKS, kept, whole)
    steps.told(RunStep.BREAKS, kept, whole, 1.0)


def _found(runtime: Runtime, work: Work, each: FoundBreak, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Found:
    rule, run = work.compared.breaks[each.break_class], work.run
    return Found(
        *(run.party, run.pairing, each.group, each.break_class.value, tuple(flag.value for flag in each.flags)),
        *((each.here.count, each.here.fen), (each.there.count, each.there.fen), each.region, each.fund, each.day),
        owner=rule.owner,
        due_on=runtime.law.calendar.after(date.fromisoformat(run.day), rule.due),
        repair=rule.repair.value,
        rows=[SideRow(side, *(values[name] for name in KEPT_COLUMNS)) for side, values in rows],
    )


def _close(runtime: Runtime, work: Work, claim: Claim) -> int:
    run, after, closed = work.run, "", 0
    while True:
        with runtime.store.work("reconciliation_closed") as tx:
            claim.renew(tx)
            some = breaks_of_run.unseen(tx, run, after)
            breaks_of_run.close_unseen(tx, run.id, some)
        if not some:
            return closed
        after, closed = some[-1].id, closed + len(some)


def _whole(lines: Sequence[Tally], side: str) -> Sum:
    return sum((line.whole for line in lines if line.side == side), Sum(0, 0))
