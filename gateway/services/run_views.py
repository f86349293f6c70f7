"""How a run looks from outside: what it compared, what it came to, and that nothing is left over."""

from collections.abc import Sequence
from typing import Any

from gateway.model.breaks import InTransit
from gateway.model.reconciliation import Sum, Tally
from gateway.model.values import Money
from gateway.services.daily_report import sums_of
from gateway.store import reconciliation
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

_SIDES = ("here", "there")
_PARTS = ("whole", "matched", "transit", "broken")


def run_line(tx: Tx, row: RunRow) -> dict[str, Any]:
    """A run as it stands in a list, with the sums of both sides."""
    return _line(tx, row, reconciliation.tallies_of(tx, row.id))


def run_view(tx: Tx, row: RunRow) -> dict[str, Any]:
    """A run with its totals line by line, and what is in transit."""
    lines = reconciliation.tallies_of(tx, row.id)
    return {
        **_line(tx, row, lines),
        "lines": [_tally(line) for line in lines],
        "in_transit": [_transit(each) for each in reconciliation.transit_of(tx, row.id)],
    }


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
        "created_at": row.created_at.isoformat(),
        "done_at": None if row.done_at is None else row.done_at.isoformat(),
        "links": {"self": f"/v1/reconciliations/{row.id}", "report": f"/v1/reconciliations/{row.day}/report"},
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
