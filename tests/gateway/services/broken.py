"""Runs and breaks as a reconciliation leaves them, written down without one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.mapping.pairings import load_pairings
from gateway.mapping.repair_table import repair_table
from gateway.model.breaks import InTransit, Repair
from gateway.model.reconciliation import BreakClass, Sum, Tally
from gateway.model.values import Month
from gateway.services import breaks as people
from gateway.services.break_views import Viewer, break_view
from gateway.services.runtime import Runtime
from gateway.store import break_repairs, breaks_of_run, reconciliation
from gateway.store.break_repairs import Filter
from gateway.store.breaks import BreakRow, SideRow
from gateway.store.breaks_of_run import Found
from gateway.store.reconciliation import NewRun, RunRow

MAPPINGS = Path(__file__).resolve().parents[3] / "mappings"
PARTY, PAIRING = "tax-hunan", "collected"
DAY = date(2026, 11, 9)
REGION, FUND = "430103", "pension"
_NOTHING = Sum(0, 0)


def knowing(runtime: Runtime) -> Runtime:
    """A runtime that knows pairings and repairs."""
    return replace(runtime, repairs=repair_table(MAPPINGS), pairings=load_pairings(MAPPINGS))


def side_row(side: str, number: int = 1, fen: int = 96000, **changed: object) -> SideRow:
    """A row of one side: one voucher, one month."""
    voucher = f"3430126110000{number:05d}"
    made = SideRow(
        side=side,
        line=number,
        key=f"{voucher} {FUND}",
        voucher=voucher,
        summary=None,
        trace=f"{voucher}/{FUND}/2026-11" if side == "here" else f"{voucher}/{number:08d}",
        reverses=None,
        region=REGION,
        fund=FUND,
        month=Month.parse("2026-11").ordinal,
        accounting_month=Month.parse("2026-11").ordinal,
        day=DAY,
        adjustment=False,
        amount=fen,
        late_fee=0,
        interest=0,
        state="booked",
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of the record


def found(kind: BreakClass, rows: Sequence[SideRow], group: str = "g1", **changed: object) -> Found:
    """A break as a run finds it."""
    ours, theirs = ([each for each in rows if each.side == side] for side in ("here", "there"))
    made = Found(
        PARTY,
        PAIRING,
        group,
        kind.value,
        (),
        (len(ours), _fen(ours)),
        (len(theirs), _fen(theirs)),
        rows[0].region,
        rows[0].fund,
        min(each.day for each in rows),
        owner="accounts",
        due_on=DAY + timedelta(days=3),
        repair=Repair.BOOK_DIFFERENCE.value,
        rows=rows,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of the record


def amount_break(fen: int = 96000, theirs: int = 95000, number: int = 1, **changed: object) -> Found:
    """Both sides have the payment, and another amount for it."""
    rows = [side_row("here", number, fen), side_row("there", number, theirs)]
    return found(BreakClass.AMOUNT, rows, f"g{number}", **changed)


def run_of(
    runtime: Runtime,
    *some: Found,
    day: date = DAY,
    lines: Sequence[Tally] | None = None,
    transit: Sequence[InTransit] = (),
    pairing: str = PAIRING,
) -> RunRow:
    """A run that is done and found these breaks; breaks that it did not find are closed or proved."""
    store = runtime.store
    with store.work("test") as tx:
        new = NewRun(PARTY, pairing, day, day, "f" * 64, None)
        handle = reconciliation.begin(tx, new, timedelta(minutes=1))
    with store.work("test") as tx:
        for each in some:
            breaks_of_run.found(tx, handle, day.isoformat(), each)
        run = reconciliation.get(tx, handle)
        assert run is not None
        breaks_of_run.close_unseen(tx, handle, breaks_of_run.unseen(tx, run))
        tallied = tallies(some, day) if lines is None else lines
        sums = tuple(
            sum((line.whole for line in tallied if line.side == side), Sum(0, 0)) for side in ("here", "there")
        )
        reconciliation.finish(tx, run, (sums[0], sums[1]), tallied, transit)
    with store.reading() as tx:
        done = reconciliation.get(tx, handle)
    assert done is not None
    return done


def tallies(some: Sequence[Found], day: date = DAY, matched: int = 3, transit: Sum = _NOTHING) -> list[Tally]:
    """Totals into which some breaks fit, beside `matched` rows of 100.00 yuan."""
    even = Sum(matched, matched * 10000)
    lines = []
    for side in ("here", "there"):
        counts = [each.here if side == "here" else each.there for each in some]
        broken = Sum(sum(count for count, _ in counts), sum(fen for _, fen in counts))
        moving = transit if side == "here" else Sum(0, 0)
        lines.append(Tally(side, day, REGION, FUND, False, even + broken + moving, even, moving, broken))
    return lines


def one_of(runtime: Runtime) -> BreakRow:
    """The one break that there is."""
    with runtime.store.reading() as tx:
        (row,) = break_repairs.page(tx, Filter())
    return row


def act(runtime: Runtime, actor: str, action: people.Action) -> None:
    """A person acts, a moment after the one before."""
    runtime.now.forward(seconds=1)  # type: ignore[attr-defined]  # the clock of these tests
    people.do(runtime, one_of(runtime).id, actor, action)


def refused(runtime: Runtime, actor: str, action: people.Action) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        act(runtime, actor, action)
    return raised.value


def view(runtime: Runtime, kind: Any = "operator") -> dict[str, Any]:
    row = one_of(runtime)
    with runtime.store.reading() as tx:
        return break_view(runtime, tx, row, Viewer("lin", kind, "en"))


def history(runtime: Runtime) -> list[tuple[str, str]]:
    return [(entry["action"], entry["by"]) for entry in view(runtime)["history"]]


def _fen(rows: Sequence[SideRow]) -> int:
    return sum(each.amount + each.late_fee + each.interest for each in rows)
