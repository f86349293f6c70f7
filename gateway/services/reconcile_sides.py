"""Both sides of a run: what is new, what the run before left open, what repairs entered, each side one file."""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.batch.matching import Matched
from gateway.batch.row_files import Row, sum_of, write_rows
from gateway.batch.row_results import ROWS_FILE
from gateway.batch.row_sides import (
    STRIKES,
    Left,
    Parts,
    know,
    knows_all,
    pending,
    put_together,
    recall,
    reversed_elsewhere,
)
from gateway.errors import GatewayError
from gateway.mapping.pairings import Compared
from gateway.model.reconciliation import RowState
from gateway.model.run_progress import RunStep
from gateway.services.reconcile_ledger import FOLDER
from gateway.services.reconcile_refunds import with_refunds_paid
from gateway.services.run_steps import Steps, result_stands
from gateway.services.runtime import Runtime
from gateway.services.sides import Given
from gateway.store import break_repairs, breaks, export
from gateway.store.breaks import SideRow
from gateway.store.reconciliation import RunRow

KEPT_COLUMNS = SideRow.__slots__[1:]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run works on. `new`: what is new, by side; `repairs`: that our side is seen with from now on.

    `earlier`: files of what a side booked before, by side; asked for where something is taken back. `regions`: whose
    money is compared, by their leading digits, where it is not everybody's.
    """

    run: RunRow
    compared: Compared
    previous: RunRow | None
    new: Mapping[str, Sequence[Given]]
    repairs: frozenset[str]
    earlier: Callable[[str], Sequence[Path]]
    regions: tuple[str, ...] = ()


def folder_of(runtime: Runtime, run: str) -> Path:
    """Where the result of a run lies: Parquet, with persons as blind values."""
    return runtime.settings.var / FOLDER / "runs" / run


def sides_of(runtime: Runtime, run: str) -> Path:
    """Where both sides of a run lie until it is matched."""
    into = folder_of(runtime, run)
    return into.with_name(f"{into.name}.sides")


def put_together_both(runtime: Runtime, work: Work, folder: Path, steps: Steps) -> tuple[Path, Path]:
    """Both sides as files: those that stand, or put together now."""
    final = folder / "ours.parquet", folder / "theirs.parquet"
    if not steps.stands(RunStep.SIDES, folder):
        files = _sources(work, steps)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        for made, named in zip(_sides(runtime, work, folder, files, steps), final, strict=True):
            made.rename(named)
        steps.finish(RunStep.SIDES, sum(sum_of(file).count for file in final), final)
    return final


def _sources(work: Work, steps: Steps) -> Mapping[str, Sequence[Path]]:
    """The files of what is new, written where they are not there."""
    rows, of_rows = 0, sum(each.rows for some in work.new.values() for each in some)
    files: dict[str, list[Path]] = {}
    for side, some in work.new.items():
        files[side] = []
        for each in some:
            files[side].append(each.file())
            rows += each.rows
            steps.goes_on(RunStep.SOURCES, rows, of_rows)
    steps.finish(RunStep.SOURCES, rows)
    return files


def _sides(
    runtime: Runtime, work: Work, folder: Path, files: Mapping[str, Sequence[Path]], steps: Steps
) -> tuple[Path, Path]:
    here, there = folder / "here.parquet", folder / "there.parquet"
    entered, struck = _repaired(runtime, work)
    mine, rows = [], 0
    if entered:
        mine.append(folder / "entered.parquet")
        write_rows(entered, mine[0])
    for number, (side, path) in enumerate((("here", here), ("there", there)), 1):
        left = _left(runtime, work, struck if side == "here" else {})
        parts = Parts(files[side], left, mine if side == "here" else (), work.regions)
        rows += put_together(parts, side, work.compared.key, path).count
        steps.goes_on(RunStep.SIDES, rows, part=number / 3)
    if work.compared.here.source == "ledger":
        here = with_refunds_paid(runtime, work.run, work.compared.key, here, there)
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
    if not result_stands(runtime, work.previous.id, result):
        raise GatewayError("run_result_changed", run=work.previous.id, day=work.previous.day)
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
    values: dict[str, Any] = {name: getattr(entry, name) for name in KEPT_COLUMNS}
    names = [*KEPT_COLUMNS]
    names.insert(names.index("region"), "person")
    return tuple(values.get(name) for name in names)
