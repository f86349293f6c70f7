"""Post what moved between treasury and accounts, as far as both sides of a run agree on it.

A pairing says which events its agreed money is (`posts` in pairings.yaml). A movement of a day is posted from one
source: where a person has entered it from a document, the run leaves it to that entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from gateway.batch.row_sides import UNKNOWN_REGION
from gateway.errors import GatewayError
from gateway.mapping.pairings import Compared
from gateway.model.books import BookEvent, EventKind
from gateway.model.codes import Insurance
from gateway.model.reconciliation import Tally
from gateway.model.values import Money, Region
from gateway.rules.posting import fund_of
from gateway.services import books
from gateway.services.runtime import Runtime
from gateway.store import books as kept
from gateway.store import reconciliation
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

BY_DOCUMENT = "document/"
"""How the origin of what a person enters begins (`books enter`)."""
_THERE = "there"

_Line = tuple[date, str, str, bool]


def follow(runtime: Runtime, tx: Tx, compared: Compared, run: RunRow, lines: Sequence[Tally]) -> None:
    """Post what a run has matched and an earlier run of its day had not; the run is not yet finished.

    An earlier run that stood for the day is superseded: only the difference is posted, as an entry of its own.
    """
    if not compared.posts:
        return
    before = reconciliation.standing(tx, run.party, run.pairing, run.day)
    earlier = _matched(reconciliation.tallies_of(tx, before.id)) if before and before.id != run.id else {}
    now = _matched(lines)
    for line in sorted({*now, *earlier}):
        for kind in compared.posts:
            _post(runtime, tx, run, kind, line, (now.get(line, 0), earlier.get(line, 0)))


def posted_by_run(runtime: Runtime, tx: Tx, event: BookEvent) -> Sequence[str]:
    """The entries by which runs have posted the movement of a day that an event is about."""
    return [entry for entry, origin in _same_movement(runtime, tx, event) if not origin.startswith(BY_DOCUMENT)]


def _matched(lines: Sequence[Tally]) -> Mapping[_Line, int]:
    """What the other side has of the money that both agree on, by line."""
    return {
        (line.day, line.region, line.fund, line.adjustment): line.matched.fen
        for line in lines
        if line.side == _THERE and line.region != UNKNOWN_REGION and line.matched.fen
    }


def _post(runtime: Runtime, tx: Tx, run: RunRow, kind: EventKind, line: _Line, fen: tuple[int, int]) -> None:
    day, region, insurance, adjustment = line
    event = BookEvent(
        kind=kind,
        origin=f"{run.pairing}/{run.party}/{run.day}/{day}/{region}/{insurance}{'/adjustment' if adjustment else ''}",
        insurance=Insurance(insurance),
        region=Region(region),
        day=day,
        amount=Money(fen[0] - fen[1]),
        adjustment=adjustment,
        sequence=str(run.number),
    )
    posted = [row for row in kept.of_origin(tx, event.origin) if row.event.startswith(kind.value)]
    if not posted:
        if any(origin.startswith(BY_DOCUMENT) for _, origin in _same_movement(runtime, tx, event)):
            return
        event = replace(event, amount=Money(fen[0]))
    else:
        event = replace(event, corrects=posted[0].id)
    try:
        books.post(runtime, tx, event)
    except GatewayError as problem:
        if problem.kind.code != "books_day_closed":
            raise
        # What comes for a closed day is an entry of today.
        books.post(runtime, tx, replace(event, day=books.today(tx), note=f"of {day}, which is closed"))


def _same_movement(runtime: Runtime, tx: Tx, event: BookEvent) -> list[tuple[str, str]]:
    fund = fund_of(runtime.law.rules, event.insurance, event.region.code, event.day).fund
    place = {"fund": fund, "region": event.region.code, "part": event.insurance.value}
    found = kept.stated_for(tx, stated=event.day.isoformat(), **place)
    return [(row.id, row.origin) for row in found if row.event.partition(":")[0] == event.kind.value]
