"""One run: put both sides together, match them, keep totals, what is in transit and every break; safe to take up again.

What a run left open (its rows in breaks and in transit) goes into the next one, so that every row is followed to its
end. A run is judged as of the end of its day, whenever it is done.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.batch.matching import Matched, match
from gateway.batch.row_files import Row, write_rows
from gateway.batch.row_results import ROWS_FILE, broken_rows, transit_lines
from gateway.batch.row_sides import (
    STRIKES,
    Left,
    Parts,
    days_of,
    know,
    knows_all,
    pending,
    put_together,
    recall,
    reversed_elsewhere,
)
from gateway.errors import GatewayError
from gateway.mapping.pairings import Compared, expected_on
from gateway.model.reconciliation import Expected, FoundBreak, RowState, Sum, Tally
from gateway.rules.workdays import Calendar
from gateway.services.reconcile_ledger import FOLDER
from gateway.services.runtime import Runtime
from gateway.store import break_repairs, breaks, export, reconciliation
from gateway.store.breaks import Found, SideRow
from gateway.store.reconciliation import RunRow

LEASE = timedelta(minutes=10)
TOGETHER = 200
"""How many breaks share a transaction."""
SIDES = ("here", "there")
_KEPT_COLUMNS = SideRow.__slots__[1:]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run works on. `new`: files of what is new, by side; `repairs`: that our side is seen with from now on.

    `earlier`: files of what a side booked before, by side; asked for where something is taken back.
    """

    run: RunRow
    compared: Compared
    previous: RunRow | None
    new: Mapping[str, Sequence[Path]]
    repairs: frozenset[str]
    earlier: Callable[[str], Sequence[Path]]


def folder_of(runtime: Runtime, run: str) -> Path:
    """Where the result of a run lies: Parquet, with persons as blind values."""
    return runtime.settings.var / FOLDER / "runs" / run


def carry_out(runtime: Runtime, work: Work) -> None:
    """Do a run that is claimed to its end. GatewayError `matching_unexplained`, `run_result_missing`; EngineError."""
    into = folder_of(runtime, work.run.id)
    # Where it is there, it was matched, and the process ended before all of it was kept.
    matched = Matched(into, {}, {}, 0) if into.is_dir() else _matched(runtime, work, into)
    lines = list(matched.tallies())
    _keep_breaks(runtime, work, matched)
    _close(runtime, work)
    with runtime.store.work("reconciliation") as tx:
        reconciliation.take_repairs(tx, work.run.id, sorted(work.repairs))
        here, there = (_whole(lines, side) for side in SIDES)
        reconciliation.finish(tx, work.run, (here, there), lines, transit_lines(into))


def _matched(runtime: Runtime, work: Work, into: Path) -> Matched:
    sides = into.with_name(f"{into.name}.sides")
    shutil.rmtree(sides, ignore_errors=True)
    sides.mkdir(parents=True, mode=0o700)
    try:
        here, there = _sides(runtime, work, sides)
        day = date.fromisoformat(work.run.day)
        expected = list(_calendar(work.compared, days_of(here, there), runtime.law.calendar))
        return match(
            *(work.compared.pairing, [here], [there], into),
            today=day,
            expected=expected,
            table=runtime.break_table,
            url=runtime.settings.batch_url,
            progress=lambda _: _prolong(runtime, work.run.id),
        )
    finally:
        shutil.rmtree(sides, ignore_errors=True)


def _sides(runtime: Runtime, work: Work, folder: Path) -> tuple[Path, Path]:
    here, there = folder / "here.parquet", folder / "there.parquet"
    entered, struck = _repaired(runtime, work)
    mine = []
    if entered:
        mine.append(folder / "entered.parquet")
        write_rows(entered, mine[0])
    for side, path in (("here", here), ("there", there)):
        left = _left(runtime, work, struck if side == "here" else {})
        parts = Parts(work.new[side], left, mine if side == "here" else ())
        put_together(parts, side, work.compared.key, path)
        _prolong(runtime, work.run.id)
    here, there = _recalled(work, here, there)
    if work.compared.here.source == "ledger":
        here = _with_refunds(runtime, work, here)
    return (here, there) if knows_all(here) else (_known(here, there), there)


def _recalled(work: Work, here: Path, there: Path) -> tuple[Path, Path]:
    """Both sides with what was booked earlier of payments that one of them takes back now."""
    vouchers = sorted({*reversed_elsewhere(here), *reversed_elsewhere(there)})
    if not vouchers:
        return here, there
    found = []
    for side, path in (("here", here), ("there", there)):
        files = work.earlier(side)
        into = path.with_name(f"{side}-recalled.parquet")
        if files:
            recall(files, vouchers, path, work.compared.key, into)
        found.append(into if files else path)
    return found[0], found[1]


def _with_refunds(runtime: Runtime, work: Work, here: Path) -> Path:
    """Our side, with payments marked whose refund is under way."""
    with runtime.store.reading() as tx:
        asked = export.refunds_pending(tx, work.run.party)
    marked = here.with_name("here-refunds.parquet")
    pending(here, marked, asked, (RowState.BOOKED.value, RowState.REFUND_PENDING.value))
    return marked


def _known(here: Path, there: Path) -> Path:
    known = here.with_name("here-known.parquet")
    know(here, there, known)
    return known


def _left(runtime: Runtime, work: Work, struck: Mapping[Row, int]) -> Left | None:
    if work.previous is None:
        return None
    result = folder_of(runtime, work.previous.id)
    if not result.is_dir():
        raise GatewayError("run_result_missing", run=work.previous.id, day=work.previous.day)
    with runtime.store.reading() as tx:
        accepted = breaks.accepted(tx, work.run.party, work.run.pairing)
        mark = breaks.marker(tx, work.run.party, work.run.pairing)
    done = [found.group for found in Matched(result, {}, {}, 0).breaks() if mark(found.group) in accepted]
    return Left(result / ROWS_FILE, done, struck)


def _repaired(runtime: Runtime, work: Work) -> tuple[list[Row], Mapping[Row, int]]:
    """What repairs enter on our side, and which rows they take back."""
    with runtime.store.reading() as tx:
        found = break_repairs.entries_in_force(tx, work.run.party, work.run.pairing)
    entries = [entry for repair, entry in found if repair.id in work.repairs]
    struck = Counter(_mark(entry) for entry in entries if _takes_back(entry))
    return [_row(entry) for entry in entries if not _takes_back(entry)], struck


def _takes_back(entry: SideRow) -> bool:
    return entry.trace is None and entry.reverses is not None


def _mark(entry: SideRow) -> Row:
    """By which the row that an entry takes back is found: all but the sign of its amounts."""
    turned = {"amount": -entry.amount, "late_fee": -entry.late_fee, "interest": -entry.interest}
    return tuple(turned.get(column, getattr(entry, column)) for column in STRIKES)


def _row(entry: SideRow) -> Row:
    values: dict[str, Any] = {name: getattr(entry, name) for name in _KEPT_COLUMNS}
    names = [*_KEPT_COLUMNS]
    names.insert(names.index("region"), "person")
    return tuple(values.get(name) for name in names)


def _calendar(compared: Compared, booked: Sequence[date], calendar: Calendar) -> Iterator[Expected]:
    for side, rules in (("here", compared.here), ("there", compared.there)):
        for day in booked:
            yield Expected(side, day, expected_on(rules.arrives, day, calendar))


def _keep_breaks(runtime: Runtime, work: Work, matched: Matched) -> None:
    found = zip(matched.breaks(), broken_rows(matched.path), strict=True)
    while some := list(islice(found, TOGETHER)):
        with runtime.store.work("reconciliation_breaks") as tx:
            reconciliation.prolong(tx, work.run.id, LEASE)
            for each, (_, rows) in some:
                breaks.found(tx, work.run.id, work.run.day, _found(runtime, work, each, rows))


def _found(runtime: Runtime, work: Work, each: FoundBreak, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Found:
    rule, run = work.compared.breaks[each.break_class], work.run
    return Found(
        *(run.party, run.pairing, each.group, each.break_class.value, tuple(flag.value for flag in each.flags)),
        *((each.here.count, each.here.fen), (each.there.count, each.there.fen), each.region, each.fund, each.day),
        owner=rule.owner,
        due_on=runtime.law.calendar.after(date.fromisoformat(run.day), rule.due),
        repair=rule.repair.value,
        rows=[SideRow(side, *(values[name] for name in _KEPT_COLUMNS)) for side, values in rows],
    )


def _close(runtime: Runtime, work: Work) -> None:
    run, after = work.run, ""
    while True:
        with runtime.store.work("reconciliation_closed") as tx:
            reconciliation.prolong(tx, run.id, LEASE)
            some = breaks.unseen(tx, run, after)
            breaks.close_unseen(tx, run.id, some)
        if not some:
            return
        after = some[-1].id


def _prolong(runtime: Runtime, run: str) -> None:
    with runtime.store.work("reconciliation_prolonged") as tx:
        reconciliation.prolong(tx, run, LEASE)


def _whole(lines: Sequence[Tally], side: str) -> Sum:
    return sum((line.whole for line in lines if line.side == side), Sum(0, 0))
