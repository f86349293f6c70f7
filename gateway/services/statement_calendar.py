"""Which statement is due from whom by when, and which are there: a calendar kept as data, per party."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Due, Layout
from gateway.rules.workdays import Calendar
from gateway.services.runtime import Runtime
from gateway.store import statements
from gateway.store.statements import StatementRowKept

State = Literal["there", "expected", "refused", "absent"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is due of one party for one day. `missing`: numbers of parts; `refused`: handles of files with faults."""

    party: str
    day: date
    due_at: datetime
    parts: int
    missing: tuple[int, ...]
    refused: tuple[str, ...]
    state: State


def due_at(due: Due, day: date, calendar: Calendar) -> datetime | None:
    """When the statement of `day` has to be there, in Beijing; None where that day is not stated."""
    if due.days == "working":
        if not calendar.is_working(day):
            return None
        last = calendar.after(day, due.after)
    else:
        last = day + timedelta(days=due.after)
    return datetime(last.year, last.month, last.day, due.hour, tzinfo=BEIJING)


def expected(runtime: Runtime, day: date) -> tuple[Expected, ...]:
    """What is due for `day`, by party: there, expected still, refused or absent."""
    with runtime.store.reading() as tx:
        rows = statements.of_day(tx, day.isoformat())
    found = []
    for layout in runtime.statements.values():
        until = due_at(layout.due, day, runtime.law.calendar)
        if until is not None:
            found.append(
                _of_party(layout, day, until, [row for row in rows if row.party == layout.party], runtime.now())
            )
    return tuple(found)


def _of_party(layout: Layout, day: date, until: datetime, rows: Sequence[StatementRowKept], now: datetime) -> Expected:
    kept = [row for row in rows if row.state == statements.KEPT]
    # The files themselves say how many there are, once one is there.
    parts = max((row.parts or 0 for row in kept), default=layout.due.parts)
    there = {row.part for row in kept}
    missing = tuple(part for part in range(1, parts + 1) if part not in there)
    refused = tuple(row.id for row in rows if row.state == statements.REFUSED and row.part in missing)
    state: State = "there" if not missing else "refused" if refused else "expected" if now < until else "absent"
    return Expected(layout.party, day, until, parts, missing, refused, state)
