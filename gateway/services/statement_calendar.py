"""Which statement is due from whom by when, and which are there: a calendar kept as data, per party."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Due, Layout, key_setting
from gateway.rules.workdays import Calendar
from gateway.services.runtime import Runtime
from gateway.store import statements
from gateway.store.statements import StatementRowKept

State = Literal["there", "expected", "refused", "absent", "unconnected"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is due of one party for one day. `missing`: numbers of parts; `refused`: handles of files with faults.

    `state`: `unconnected` where this deployment has nothing to do with the party, so that nothing can come of it.
    """

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


def connected(runtime: Runtime) -> Mapping[str, Layout]:
    """The statements that this deployment gets: of whoever has an address or a key here, or has sent one before.

    What is shipped describes the statements of every party that there is; a deployment deals with some of them.
    """
    with runtime.store.reading() as tx:
        sent = statements.parties(tx)
    return {party: layout for party, layout in runtime.statements.items() if party in sent or _is_set(runtime, party)}


def _is_set(runtime: Runtime, party: str) -> bool:
    key = runtime.settings.parties.get(key_setting(party), "")
    return bool(key) or party in runtime.parties or party in runtime.sources


def expected(runtime: Runtime, day: date) -> tuple[Expected, ...]:
    """What is due for `day`, by party: there, expected still, refused or absent; or nothing, of the unconnected."""
    ours = connected(runtime)
    with runtime.store.reading() as tx:
        rows = statements.of_day(tx, day.isoformat())
    found = []
    for layout in runtime.statements.values():
        until = due_at(layout.due, day, runtime.law.calendar)
        if until is not None:
            found.append(
                _of_party(layout, day, until, [row for row in rows if row.party == layout.party], runtime.now())
                if layout.party in ours
                else Expected(layout.party, day, until, layout.due.parts, (), (), "unconnected")
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
