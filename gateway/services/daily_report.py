"""The report of a day that an accountant signs: what was compared, and what became of every fen of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.mapping.converters import BEIJING
from gateway.mapping.pairings import Compared, compared_on
from gateway.model.breaks import InTransit, RunState
from gateway.model.reconciliation import Sum, Tally
from gateway.services.balance_sheet import BalanceSheet, balance_sheets
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import expected
from gateway.store import break_repairs, breaks, provisional, reconciliation
from gateway.store.breaks import ENDED, WAITING, BreakRow
from gateway.store.provisional import ProvisionalLine
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

LISTED = 500
"""How many breaks of a pairing stand on the page; the CSV file holds all."""
_MOST = 1000
_NOTHING_LACKING = ("there", "unconnected")


@dataclass(frozen=True, slots=True)
class ClassLine:
    """The breaks of one class: how many, how many of them want somebody, how many are overdue, both sides' amounts."""

    kind: str
    count: int
    live: int
    overdue: int
    here: Sum
    there: Sum


@dataclass(frozen=True, slots=True)
class ReportedBreak:
    """A break with what was said of it last; that is empty for those beyond the first LISTED of a part."""

    row: BreakRow
    age_days: int
    overdue: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Part:
    """One pairing with one party."""

    run: RunRow
    compared: Compared
    lines: Sequence[Tally]
    transit: Sequence[InTransit]
    classes: Sequence[ClassLine]
    breaks: Sequence[ReportedBreak]
    sheets: Sequence[BalanceSheet]


@dataclass(frozen=True, slots=True)
class NotReconciled:
    """Something that was to be compared and was not. `why`: a word of the report; `reason`: in detail."""

    party: str
    what: str
    why: str
    reason: str


@dataclass(frozen=True, slots=True)
class DailyReport:
    """Everything on the report of `day`. `parties`: their names by id and language."""

    day: date
    made_at: datetime
    parts: Sequence[Part]
    absent: Sequence[NotReconciled]
    provisional: Sequence[ProvisionalLine]
    parties: dict[str, dict[str, str]]


def daily_report(runtime: Runtime, day: date) -> DailyReport:
    """The report of a day as things stand now."""
    now = runtime.now().astimezone(BEIJING)
    with runtime.store.reading() as tx:
        runs = _latest(runtime, day, reconciliation.page(tx, day=day.isoformat(), size=_MOST))
        done = [row for row in runs if row.state == RunState.DONE.value]
        parts = [_part(runtime, tx, row, day, now.date()) for row in done]
        failed = [_unfinished(tx, row) for row in runs if row.state != RunState.DONE.value]
        marked = provisional.lines(tx, sorted({row.party for row in done}), day.isoformat())
    names = {layout.party: dict(layout.names) for layout in runtime.statements.values()}
    names |= {party.id: dict(party.names) for party in runtime.parties.values()}
    return DailyReport(day, now, parts, [*failed, *_absent(runtime, day)], marked, names)


def sums_of(lines: Iterable[Tally], side: str) -> tuple[Sum, Sum, Sum, Sum]:
    """Whole, matched, in transit and breaks of one side, over all lines."""
    chosen = [line for line in lines if line.side == side]
    whole, matched, transit, broken = (
        sum((getattr(line, name) for line in chosen), Sum(0, 0)) for name in ("whole", "matched", "transit", "broken")
    )
    return whole, matched, transit, broken


def _latest(runtime: Runtime, day: date, rows: Sequence[RunRow]) -> list[RunRow]:
    """Of each party and pairing the last run that was not superseded: parties by name, pairings as money goes."""
    found: dict[tuple[str, str], RunRow] = {}
    for row in rows:
        if row.state != RunState.SUPERSEDED.value:
            found.setdefault((row.party, row.pairing), row)
    places = {each.pairing.id: place for place, each in enumerate(runtime.pairings.on(day))}
    # One that is no longer compared stands behind the others.
    return sorted(found.values(), key=lambda row: (row.party, places.get(row.pairing, len(places)), row.pairing))


def _part(runtime: Runtime, tx: Tx, run: RunRow, day: date, today: date) -> Part:
    compared = compared_on(runtime.pairings, day, run.pairing)
    lines, transit = reconciliation.tallies_of(tx, run.id), reconciliation.transit_of(tx, run.id)
    found = break_repairs.of_run(tx, run)
    reported = [_reported(tx, row, today, said=number < LISTED) for number, row in enumerate(found)]
    return Part(run, compared, lines, transit, class_lines(reported), reported, balance_sheets(lines))


def _reported(tx: Tx, row: BreakRow, today: date, *, said: bool) -> ReportedBreak:
    entries = breaks.entries_of(tx, row.id) if said else ()
    comments = [comment for entry in entries if (comment := breaks.comment_of(tx, entry))]
    age = (today - date.fromisoformat(row.day)).days
    overdue = row.state not in (*ENDED, WAITING) and date.fromisoformat(row.due_on) < today
    return ReportedBreak(row, age, overdue, comments[-1] if comments else "")


def class_lines(found: Sequence[ReportedBreak]) -> list[ClassLine]:
    """The breaks of a part by class, in the order of their names."""
    kinds: defaultdict[str, list[ReportedBreak]] = defaultdict(list)
    for each in found:
        kinds[each.row.kind].append(each)
    return [
        ClassLine(
            kind,
            len(some),
            sum(each.row.state not in ENDED for each in some),
            sum(each.overdue for each in some),
            sum((Sum(each.row.here_count, each.row.here_fen) for each in some), Sum(0, 0)),
            sum((Sum(each.row.there_count, each.row.there_fen) for each in some), Sum(0, 0)),
        )
        for kind, some in sorted(kinds.items())
    ]


def _unfinished(tx: Tx, row: RunRow) -> NotReconciled:
    return NotReconciled(row.party, row.pairing, f"run_{row.state}", reconciliation.reason(tx, row) or "")


def _absent(runtime: Runtime, day: date) -> list[NotReconciled]:
    return [
        NotReconciled(each.party, "", f"statement_{each.state}", " ".join(map(str, each.missing)))
        for each in expected(runtime, day)
        if each.state not in _NOTHING_LACKING
    ]
