"""Where the rows of a side come from, for one pairing and tax party: the ledger's days, or accepted statements."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from gateway.mapping.pairings import Compared, Side
from gateway.mapping.statement_layout import Layout
from gateway.model.reconciliation import Book
from gateway.services import statement_calendar
from gateway.services.reconcile_ledger import checked, first_day, ledger_day
from gateway.services.reconcile_statements import layouts_for, statement_rows
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import Expected
from gateway.store import statements

TOLD = 10
"""How many absent statements are named."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a side's rows come from. `layouts`: of the statements that hold them; none where the ledger does."""

    book: Book
    party: str
    layouts: Sequence[Layout] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """Some rows of a side. `mark`: what they are, for the fingerprint of a run; `file` writes them where need be.

    What `file` gives is checked by its digest. `rows`: how many the source has.
    """

    mark: str
    rows: int
    file: Callable[[], Path]


def source_of(runtime: Runtime, side: Side, party: str) -> Source | None:
    """Where a side's rows come from; None where nobody states them."""
    if side.source == "ledger":
        return Source(side.book, party)
    found = layouts_for(statement_calendar.connected(runtime), party, side.book)
    return Source(side.book, party, tuple(found)) if found else None


def regions_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The regions of which a pairing compares the money, by their leading digits; none where it compares all of it.

    A side whose parties write down the money of some regions only is compared with what the other has of those.
    """
    narrow = [{digits for each in some for digits in each.regions} for some in _narrow(sources)]
    return tuple(sorted(set().union(*narrow)))


def _narrow(sources: Sequence[Source]) -> Iterator[Sequence[Layout]]:
    for source in sources:
        if source.layouts and all(each.regions for each in source.layouts):
            yield source.layouts


def reconciled_parties(runtime: Runtime) -> list[str]:
    """The tax parties whose money somebody states here."""
    return sorted({layout.of for layout in statement_calendar.connected(runtime).values()})


def comparable(runtime: Runtime, party: str, day: date) -> list[Compared]:
    """The pairings of a day of which a party has both sides."""
    return [
        compared
        for compared in runtime.pairings.on(day)
        if source_of(runtime, compared.here, party) and source_of(runtime, compared.there, party)
    ]


def given(runtime: Runtime, source: Source, since: date, until: date) -> Iterator[Given]:
    """The rows of a side of some days, the last included, in order."""
    for day in days(since, until):
        if source.layouts:
            yield from _stated(runtime, source, day)
        else:
            for row, _ in ledger_day(runtime, source.party, day):
                yield Given(f"ledger {row.day} {row.number} {row.sha256}", row.count, partial(checked, runtime, row))


def absent(runtime: Runtime, sources: Sequence[Source], since: date, until: date) -> list[Expected]:
    """What is due for some days and not there, the last day first; at most TOLD of it."""
    parties = {layout.party for source in sources for layout in source.layouts}
    lacking = (
        each
        for day in reversed(list(days(since, until)))
        for each in statement_calendar.expected(runtime, day)
        if each.party in parties and each.state != "there"
    )
    return list(islice(lacking, TOLD))


def first_of(runtime: Runtime, sources: Sequence[Source]) -> date | None:
    """The first day that a side has anything of."""
    found = [_first(runtime, source) for source in sources]
    return min((day for day in found if day is not None), default=None)


def days(since: date, until: date) -> Iterator[date]:
    """The days from `since` to `until`, both included."""
    return (since + timedelta(days=number) for number in range((until - since).days + 1))


def _stated(runtime: Runtime, source: Source, day: date) -> Iterator[Given]:
    with runtime.store.reading() as tx:
        rows = statements.of_day(tx, day.isoformat())
    for layout in source.layouts:
        for row in rows:
            if row.party == layout.party and row.state == statements.KEPT:
                file = partial(statement_rows, runtime, layout, row, source.book)
                yield Given(f"statement {row.id} {row.sha256}", row.rows, file)


def _first(runtime: Runtime, source: Source) -> date | None:
    if not source.layouts:
        return first_day(runtime, source.party)
    with runtime.store.reading() as tx:
        found = statements.first_day(tx, [layout.party for layout in source.layouts])
    return date.fromisoformat(found) if found else None
