"""How a run looks from outside: what it compared, what it came to, and that nothing is left over."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.model.breaks import InTransit, RunState
from gateway.model.reconciliation import Sum, Tally
from gateway.model.run_progress import STEPS
from gateway.model.values import Money
from gateway.services.balance_sheet import balance_sheets, sheet_line, totals_lines
from gateway.services.daily_report import sums_of
from gateway.store import reconciliation, run_steps
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

_SIDES = ("here", "there")
_PARTS = ("whole", "matched", "transit", "broken")


def run_line(tx: Tx, row: RunRow) -> dict[str, Any]:
    """A run as it stands in a list, with the sums of both sides."""
    return _line(tx, row, reconciliation.tallies_of(tx, row.id))


def run_view(tx: Tx, row: RunRow) -> dict[str, Any]:
    """A run with its totals: both sides beside each other, a sheet a fund, line by line; and what is in transit."""
    lines = reconciliation.tallies_of(tx, row.id)
    about = row.party, row.pairing, row.day
    return {
        **_line(tx, row, lines),
        "compared": [_without_run(line) for line in totals_lines(*about, lines)],
        "sheets": [_without_run(sheet_line(*about, sheet)) for sheet in balance_sheets(lines)],
        "lines": [_tally(line) for line in lines],
        "in_transit": [_transit(each) for each in reconciliation.transit_of(tx, row.id)],
    }


def _without_run(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in {"party", "pairing", "day"}}


def _line(tx: Tx, row: RunRow, lines: Sequence[Tally]) -> dict[str, Any]:
    return {
        "reconciliation": row.id,
        "party": row.party,
        "pairing": row.pairing,
        "day": row.day,
        "since": row.since,
        "number": row.number,
        "state": row.state,
        "error": row.error,
        "reason": reconciliation.reason(tx, row),
        "totals": {side: _sums(sums_of(lines, side)) for side in _SIDES},
        "explained": all(line.explained for line in lines),
        "progress": _progress(tx, row),
        "created_at": row.created_at.isoformat(),
        "done_at": None if row.done_at is None else row.done_at.isoformat(),
        "links": {"self": f"/v1/reconciliations/{row.id}", "report": f"/v1/reconciliations/{row.day}/report"},
    }


def _progress(tx: Tx, row: RunRow) -> dict[str, Any]:
    """Which steps are finished, and how many rows each made; a run that broke off goes on behind the last."""
    known = run_steps.of_run(tx, row.id)
    finished = [step for step in STEPS if step in known]
    done = row.state in {RunState.DONE.value, RunState.SUPERSEDED.value} and row.done_at is not None
    return {
        "step": None if done or not finished else finished[-1].value,
        "share": 1.0 if done else round(len(finished) / len(STEPS), 4),
        "steps": [
            {"step": step.value, "rows": known[step].rows, "at": known[step].at.isoformat()} for step in finished
        ],
    }


def _tally(line: Tally) -> dict[str, Any]:
    where = {"side": line.side, "day": line.day.isoformat(), "region": line.region, "fund": line.fund}
    sums = _sums((line.whole, line.matched, line.transit, line.broken))
    return {**where, "adjustment": line.adjustment, **sums}


def _transit(line: InTransit) -> dict[str, Any]:
    return {
        "booked_by": line.side,
        "booked_on": line.day.isoformat(),
        "expected_on": line.expected_on.isoformat(),
        "region": line.region,
        "fund": line.fund,
        "adjustment": line.adjustment,
        **_sum(line.sum),
    }


def _sums(sums: Sequence[Sum]) -> dict[str, Any]:
    return {name: _sum(each) for name, each in zip(_PARTS, sums, strict=True)}


def _sum(each: Sum) -> dict[str, Any]:
    return {"count": each.count, "amount": str(Money(each.fen))}
