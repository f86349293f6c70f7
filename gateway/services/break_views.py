"""How a break looks from outside: one table of which kind of caller sees which field, masked for who may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from gateway.mapping.converters import BEIJING
from gateway.model.breaks import BreakState
from gateway.model.repair import allowed_actions
from gateway.model.values import Money, Month
from gateway.security.personal import MASK
from gateway.services import repairs
from gateway.services.reconciliation_words import said
from gateway.services.runtime import Runtime
from gateway.store import break_repairs, breaks
from gateway.store.break_repairs import RepairRow
from gateway.store.breaks import ENDED, BreakRow, EntryRow, SideRow
from gateway.store.work import Tx

Kind = Literal["operator", "accountant"]
_EVERYBODY: frozenset[Kind] = frozenset({"operator", "accountant"})
_OPERATORS: frozenset[Kind] = frozenset({"operator"})

SEEN: Mapping[str, frozenset[Kind]] = {
    **dict.fromkeys(
        (
            *("line", "key", "voucher", "summary", "region", "fund", "month", "accounting_month", "day"),
            *("adjustment", "amount", "late_fee", "interest", "total", "state"),
        ),
        _EVERYBODY,
    ),
    # By the trace number a bank finds the account that was debited, and by it the person.
    **dict.fromkeys(("trace", "reverses"), _OPERATORS),
}
"""Which kind of caller sees which field of a row; others find it masked."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: under which name, as which kind of caller, in which language."""

    name: str
    kind: Kind
    language: str


def break_line(row: BreakRow, today: date, language: str) -> dict[str, Any]:
    """A break as it stands in a list."""
    due = row.state not in (*ENDED, BreakState.WAITING.value)
    return {
        "break": row.id,
        "party": row.party,
        "pairing": row.pairing,
        "class": row.kind,
        "class_name": said("class", row.kind, language),
        "flags": [flag for flag in row.flags.split(",") if flag],
        "state": row.state,
        "region": row.region,
        "fund": row.fund,
        "day": row.day,
        "here": _sum(row.here_count, row.here_fen),
        "there": _sum(row.there_count, row.there_fen),
        "difference": str(Money(row.here_fen - row.there_fen)),
        "age_days": (today - date.fromisoformat(row.day)).days,
        "owner": row.owner,
        "due_on": row.due_on,
        "overdue": due and date.fromisoformat(row.due_on) < today,
        "claimed_by": row.claimed_by,
        "waits_for": row.waits_for,
        "waits_until": row.waits_until,
        "proposed_repair": row.repair,
        "links": {"self": f"/v1/breaks/{row.id}"},
    }


def break_view(runtime: Runtime, tx: Tx, row: BreakRow, viewer: Viewer) -> dict[str, Any]:
    """A break whole: both sides' rows, history, repairs, what may be done with it now."""
    rows, history = breaks.rows_of(tx, row), breaks.entries_of(tx, row.id)
    today = runtime.now().astimezone(BEIJING).date()
    return {
        **break_line(row, today, viewer.language),
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "resolution": row.resolution,
        "resolved_by": row.resolved_by,
        "agreed_by": row.agreed_by,
        "allowed_actions": allowed_actions(BreakState(row.state)),
        "fitting_repairs": [code.value for code in runtime.repairs.fitting.get(row.kind, ())],
        "rows": {side: [row_view(each, viewer.kind) for each in rows if each.side == side] for side in _SIDES},
        "repairs": [_repair(tx, row, each, history, viewer) for each in break_repairs.of_break(tx, row.id)],
        "history": [_entry(tx, each, viewer.language) for each in history],
    }


_SIDES = ("here", "there")


def row_view(row: SideRow, kind: Kind) -> dict[str, Any]:
    """A row of one side, as this kind of caller may see it."""
    shown: dict[str, Any] = {
        "line": row.line,
        "key": row.key,
        "voucher": row.voucher,
        "summary": row.summary,
        "trace": row.trace,
        "reverses": row.reverses,
        "region": row.region,
        "fund": row.fund,
        "month": str(Month(row.month)),
        "accounting_month": str(Month(row.accounting_month)),
        "day": row.day.isoformat(),
        "adjustment": row.adjustment,
        "amount": str(Money(row.amount)),
        "late_fee": str(Money(row.late_fee)),
        "interest": str(Money(row.interest)),
        "total": str(Money(row.amount + row.late_fee + row.interest)),
        "state": row.state,
    }
    return {name: value if value is None or kind in SEEN[name] else MASK for name, value in shown.items()}


def _repair(tx: Tx, row: BreakRow, repair: RepairRow, history: Sequence[EntryRow], viewer: Viewer) -> dict[str, Any]:
    content = break_repairs.content_of(tx, repair)
    return {
        "repair": repair.code,
        "repair_name": said("repair", repair.code, viewer.language),
        "state": repairs.outcome(row, repair, history).value,
        "asked_by": repair.asked_by,
        "agreed_by": repair.agreed_by,
        "reason": content.reason,
        "changes_ours_by": str(Money(repair.fen)),
        "entries": [row_view(entry, viewer.kind) for entry in content.entries],
        "reference": repair.reference,
        "at": repair.created_at.isoformat(),
    }


def _entry(tx: Tx, entry: EntryRow, language: str) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "action": entry.action,
        "action_name": said("action", entry.action, language),
        "by": entry.actor,
        "second": entry.second,
        "run": entry.run,
        "comment": breaks.comment_of(tx, entry),
    }


def _sum(count: int, fen: int) -> dict[str, Any]:
    return {"count": count, "amount": str(Money(fen))}
