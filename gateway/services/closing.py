"""Close a day, a month or a year of a fund's books, and have a second person sign it. What is closed stays closed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from gateway.errors import Fault, GatewayError
from gateway.model.books import Entry, EventKind, Line, Place, Turnover, added
from gateway.model.closing import ClosingKind, Evidence, Period
from gateway.model.handles import new_handle
from gateway.rules.posting import closing_lines
from gateway.services.books import today
from gateway.services.closing_obstacles import evidence, obstacles, order_of_day
from gateway.services.operate import Act, journal_act
from gateway.services.runtime import Runtime
from gateway.services.trial import account_kinds, carried_into, through
from gateway.store import books, closings
from gateway.store.books import BookRow
from gateway.store.closings import ClosingRow, NewClosing
from gateway.store.journal_chain import START, digest
from gateway.store.work import Tx

_CARRY_FORM = b"book carry-forward 1"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closing as it stands. `signed`: who signed it and when, the closer not among them."""

    id: str
    fund: str
    region: str
    period: str
    number: int
    entries: int
    content: str
    closed_by: str
    closed_at: datetime
    signed: tuple[tuple[str, datetime], ...]
    evidence: tuple[Evidence, ...]


def close(runtime: Runtime, fund: str, region: str, period: Period, act: Act) -> Closed:
    """Close a period; GatewayError `books_not_closable` lists all that stands in the way.

    A year's income and expenditure are carried into the balance of the fund first, by an entry booked today. Nothing
    is ever opened again: what comes later is a new entry that names the original.
    """
    about = {"fund": fund, "region": region, "period": str(period)}
    with runtime.store.reading() as tx:
        _refuse(obstacles(runtime, tx, fund, region, period), about)
    journal_act(runtime, act, about)
    ready = _day(runtime, period, about, act.operator) if period.kind is ClosingKind.DAY else None
    with runtime.store.work("book_closing") as tx:
        book = books.lock(tx, fund, region) or books.share(tx, fund, region)
        # Whoever closes at the same moment has been waited for.
        _refuse(obstacles(runtime, tx, fund, region, period) if ready is None else _twin(tx, period, about), about)
        row = closings.add(tx, book, ready or _whole(runtime, tx, book, period, act.operator))
        closed = _shown(tx, row)
    # The journal's seals hold the hash too: a chain that is made anew from its beginning shows there.
    journal_act(runtime, act, {**about, "closing": row.id, "content": row.content.hex()})
    return closed


def sign(runtime: Runtime, fund: str, region: str, period: Period, act: Act) -> Closed:
    """Sign a closing; GatewayError `closing_same_person` for who closed or signed it, `not_found` where it is open."""
    about = {"fund": fund, "region": region, "period": str(period)}
    with runtime.store.reading() as tx:
        row = _found(tx, fund, region, period)
        _another(tx, row, period, act.operator)
    journal_act(runtime, act, {**about, "closing": row.id, "content": row.content.hex()})
    with runtime.store.work("book_signature") as tx:
        _another(tx, row, period, act.operator)
        closings.sign(tx, row, act.operator)
        return _shown(tx, row)


def closed(tx: Tx, fund: str, region: str) -> Sequence[Closed]:
    """Every closing of a book, in order."""
    return [_shown(tx, row) for row in closings.every(tx, fund, region)]


def _refuse(found: Sequence[Fault], about: Mapping[str, str]) -> None:
    if found:
        fund, region, period = about["fund"], about["region"], about["period"]
        raise GatewayError(
            "books_not_closable", faults=found, count=str(len(found)), fund=fund, region=region, period=period
        )


def _twin(tx: Tx, period: Period, about: Mapping[str, str]) -> list[Fault]:
    """What a closing of the same day at the same moment has left standing in the way."""
    if closings.get(tx, about["fund"], about["region"], period.kind, str(period)) is None:
        return list(order_of_day(tx, about["fund"], about["region"], period.first))
    return [Fault("", "closing_done", {"period": str(period)})]


def _day(runtime: Runtime, period: Period, about: Mapping[str, str], by: str) -> NewClosing:
    """What is closed of a day: nothing is booked into it from here on, so its entries are read without a lock.

    Where the process stops behind this, the day is shut and not closed: closing it again goes on.
    """
    fund, region, day = about["fund"], about["region"], period.first
    with runtime.store.work("book_shut") as tx:
        book = books.lock(tx, fund, region) or books.share(tx, fund, region)
        if book.closed_through is None or book.closed_through < str(period):
            _refuse(list(order_of_day(tx, fund, region, day)), about)
            books.shut(tx, book, day)
    with runtime.store.reading() as tx:
        rests = evidence(runtime, tx, fund, region, day)
        told = json.dumps([asdict(each) for each in rests], ensure_ascii=False, sort_keys=True)
        count, covered = closings.covered(tx, fund, region, day, day)
        return NewClosing(period.kind, str(period), count, covered, through(tx, fund, region, day), told, by)


def _whole(runtime: Runtime, tx: Tx, book: BookRow, period: Period, by: str) -> NewClosing:
    """What is closed of a month or year: it rests on its days, whose closings its chain names."""
    fund, region = book.fund, book.region
    if period.kind is ClosingKind.YEAR:
        count = _carry(runtime, tx, book, period.first.year)
        stood = year_end(runtime, tx, fund, region, period.first.year)
    else:
        count = closings.count(tx, fund, region, period.first, period.last)
        stood = through(tx, fund, region, period.last)
    return NewClosing(period.kind, str(period), count, START, stood, "[]", by)


def year_end(runtime: Runtime, tx: Tx, fund: str, region: str, year: int) -> dict[Place, Turnover]:
    """What stands at the end of a year on every account, with what was brought forward into it."""
    sums = through(tx, fund, region, today(tx))
    brought, _ = carried_into(tx, fund, region, year, sums, account_kinds(runtime.law.rules))
    return added(brought, {place: turnover for place, turnover in sums.items() if place.year == year})


def _carry(runtime: Runtime, tx: Tx, book: BookRow, year: int) -> int:
    """Close income and expenditure of a year into the balance of the fund (年终结转), by part; how many entries."""
    kinds = account_kinds(runtime.law.rules)
    stood = year_end(runtime, tx, book.fund, book.region, year)
    carried = closing_lines(stood, kinds.items())
    for part, lines in carried.items():
        entry = _carried(tx, book, year, part, lines)
        books.add(tx, entry, digest(_CARRY_FORM, entry.origin.encode(), entry.event.encode()), "")
    return len(carried)


def _carried(tx: Tx, book: BookRow, year: int, part: str, lines: tuple[Line, ...]) -> Entry:
    return Entry(
        id=new_handle("ent", tx.now),
        fund=book.fund,
        part=part,
        region=book.region,
        day=today(tx),
        year=year,
        stated=date(year, 12, 31),
        adjustment=False,
        origin=f"year/{book.fund}/{book.region}/{year}",
        event=f"{EventKind.CARRIED_FORWARD.value}:{part}",
        lines=lines,
    )


def _found(tx: Tx, fund: str, region: str, period: Period) -> ClosingRow:
    row = closings.get(tx, fund, region, period.kind, str(period))
    if row is None:
        raise GatewayError("not_found", thing=f"closing of {period} in the {fund} books of {region}")
    return row


def _another(tx: Tx, row: ClosingRow, period: Period, person: str) -> None:
    if person in {row.closed_by, *(each.signer for each in closings.signatures(tx, row.id))}:
        raise GatewayError("closing_same_person", person=person, period=str(period))


def _shown(tx: Tx, row: ClosingRow) -> Closed:
    signed = tuple((each.signer, each.signed_at) for each in closings.signatures(tx, row.id))
    rests = tuple(Evidence(**each) for each in json.loads(row.evidence))
    return Closed(
        id=row.id,
        fund=row.fund,
        region=row.region,
        period=row.period,
        number=row.number,
        entries=row.entries,
        content=row.content.hex(),
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        signed=signed,
        evidence=rests,
    )
