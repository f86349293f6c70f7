"""The funds' books as they are kept: entries that are only ever added, and sums of their lines.

A posting shares the row of its book and a closing takes it for itself: nothing is booked into a day while it is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, bindparam, case, cast, func, select
from sqlalchemy.sql.elements import ColumnElement

from gateway.model.books import Entry, Line, Place, Side, Turnover
from gateway.store.bulk import insert
from gateway.store.casefile import CaseFile
from gateway.store.journal_chain import START
from gateway.store.prepared import Prepared
from gateway.store.tables_books import book_entries, book_lines, books
from gateway.store.work import Tx, over_whole_tables

FIRST_DAY = "0001-01-01"


@dataclass(kw_only=True, slots=True)
class BookRow:
    """A set of accounts. `closed_through`: last closed day, ISO; `closings`: how many; `head`: of their chain."""

    fund: str
    region: str
    closed_through: str | None
    closings: int
    head: bytes


@dataclass(kw_only=True, slots=True)
class EntryRow:
    """An entry without its lines. `content`: digest of the event as it was given; `note`: sealed."""

    id: str
    origin: str
    event: str
    fund: str
    part: str
    region: str
    day: str
    year: int
    stated: str
    adjustment: bool
    content: bytes
    reverses: str | None
    corrects: str | None
    note: bytes | None
    created_at: datetime


@dataclass(kw_only=True, slots=True)
class LineRow:
    """One line of an entry."""

    entry: str
    number: int
    account: str
    side: str
    fen: int
    memorandum: bool


@dataclass(kw_only=True, slots=True)
class SumRow:
    """What the lines of an account come to."""

    year: int
    part: str
    account: str
    debit: int
    credit: int


_BOOK = select(books).where((books.c.fund == bindparam("fund")) & (books.c.region == bindparam("region")))
_READ = Prepared(_BOOK)
_SHARED = Prepared(_BOOK.with_for_update(read=True))
_LOCKED = Prepared(_BOOK.with_for_update())
_ALL = Prepared(select(books).order_by(books.c.fund, books.c.region))
_FOUND = Prepared(
    select(book_entries).where(
        (book_entries.c.origin == bindparam("origin")) & (book_entries.c.event == bindparam("event"))
    )
)
_OF_ORIGIN = Prepared(
    select(book_entries).where(book_entries.c.origin == bindparam("origin")).order_by(book_entries.c.id)
)
_STATED_FOR = Prepared(
    select(book_entries)
    .where(
        (book_entries.c.fund == bindparam("fund"))
        & (book_entries.c.region == bindparam("region"))
        & (book_entries.c.part == bindparam("part"))
        & (book_entries.c.stated == bindparam("stated"))
    )
    .order_by(book_entries.c.id)
)
_REVERSING = Prepared(select(book_entries.c.id).where(book_entries.c.reverses == bindparam("entry")))
_LINES = Prepared(select(book_lines).where(book_lines.c.entry == bindparam("entry")).order_by(book_lines.c.number))
_OF_BOOK = (book_entries.c.fund == bindparam("fund")) & (book_entries.c.region == bindparam("region"))
_BETWEEN = _OF_BOOK & (book_entries.c.day >= bindparam("first")) & (book_entries.c.day <= bindparam("last"))
_FIRST = Prepared(select(func.min(book_entries.c.day)).where(_OF_BOOK))
_PAGE = Prepared(
    select(book_entries)
    .where(_BETWEEN & (book_entries.c.id > bindparam("after")))
    .order_by(book_entries.c.id)
    .limit(bindparam("size"))
)


def _side(side: Side) -> ColumnElement[int]:
    # PostgreSQL sums whole numbers up to a decimal one.
    return cast(func.sum(case((book_lines.c.side == side.value, book_lines.c.fen), else_=0)), BigInteger)


_SUMMED = (book_entries.c.year, book_entries.c.part, book_lines.c.account)
_SUMS = Prepared(
    select(*_SUMMED, _side(Side.DEBIT).label("debit"), _side(Side.CREDIT).label("credit"))
    .select_from(book_entries.join(book_lines, book_lines.c.entry == book_entries.c.id))
    .where(_BETWEEN)
    .group_by(*_SUMMED)
)


def get(tx: Tx, fund: str, region: str) -> BookRow | None:
    """A set of accounts; None where nothing was ever posted there."""
    return tx.first(_READ, BookRow, fund=fund, region=region)


def share(tx: Tx, fund: str, region: str) -> BookRow:
    """A set of accounts to post into, opened where it is not there; it is not closed before this transaction ends."""
    shared: BookRow | None = tx.memory.get((books, fund, region))
    if shared is None:
        shared = tx.first(_SHARED, BookRow, fund=fund, region=region) or _opened(tx, fund, region)
        tx.memory[books, fund, region] = shared
    return shared


def _opened(tx: Tx, fund: str, region: str) -> BookRow:
    tx.insert_new(books, {"fund": fund, "region": region, "closed_through": None, "closings": 0, "head": START})
    found = tx.first(_SHARED, BookRow, fund=fund, region=region)
    if found is None:
        raise LookupError(f"{fund} {region}")
    return found


def lock(tx: Tx, fund: str, region: str) -> BookRow | None:
    """A set of accounts to be closed; nobody posts into it meanwhile."""
    return tx.first(_LOCKED, BookRow, fund=fund, region=region)


def every(tx: Tx) -> Sequence[BookRow]:
    """Every set of accounts, by fund and region."""
    return tx.all(_ALL, BookRow)


def found(tx: Tx, origin: str, event: str) -> EntryRow | None:
    """The entry of an event, where it was posted."""
    waiting: EntryRow | None = tx.memory.get((book_entries, origin, event))
    return waiting or tx.standing(_FOUND, EntryRow, origin=origin, event=event)


def entry(tx: Tx, handle: str) -> EntryRow | None:
    """An entry by its handle."""
    return tx.by_handle(book_entries, EntryRow, handle)


def of_origin(tx: Tx, origin: str) -> Sequence[EntryRow]:
    """The entries of an origin, by handle (those of one millisecond in no order)."""
    return tx.all(_OF_ORIGIN, EntryRow, origin=origin)


def stated_for(tx: Tx, *, fund: str, region: str, part: str, stated: str) -> Sequence[EntryRow]:
    """The entries of a part that say of themselves that they are about a day (ISO)."""
    return tx.all(_STATED_FOR, EntryRow, fund=fund, region=region, part=part, stated=stated)


def is_reversed(tx: Tx, handle: str) -> bool:
    """Whether another entry takes this one back."""
    return tx.value(_REVERSING, entry=handle) is not None


def lines(tx: Tx, handle: str) -> tuple[Line, ...]:
    """The lines of an entry."""
    return tuple(
        Line(row.account, Side(row.side), row.fen, bool(row.memorandum))
        for row in tx.all(_LINES, LineRow, entry=handle)
    )


def add(tx: Tx, new: Entry, content: bytes, note: str) -> bool:
    """Enter an entry with its lines; False where its origin and event have one already, and nothing is entered."""
    row = {
        **{name: getattr(new, name) for name in ("id", "origin", "event", "fund", "part", "region", "year")},
        "day": new.day.isoformat(),
        "stated": new.stated.isoformat(),
        "adjustment": new.adjustment,
        "content": content,
        "reverses": new.reverses,
        "corrects": new.corrects,
        "note": tx.seal(note, _note_of(new.id)) if note else None,
        "created_at": tx.now,
    }
    lines_of_it = [_line(new.id, number, line) for number, line in enumerate(new.lines, 1)]
    if isinstance(tx, CaseFile):
        # What it is about belongs to a case that is locked here, so that it has no twin; it is written with the rest.
        tx.memory[book_entries, new.origin, new.event] = EntryRow(**row)
        tx.put(book_entries, row)
        for line in lines_of_it:
            tx.put(book_lines, line)
    elif tx.insert_new(book_entries, row):
        insert(tx.connection, {book_lines: lines_of_it})
    else:
        return False
    return True


def _line(entry: str, number: int, line: Line) -> dict[str, object]:
    values = {"account": line.account, "side": line.side.value, "fen": line.fen, "memorandum": line.memorandum}
    return {"entry": entry, "number": number, **values}


def shut(tx: Tx, book: BookRow, day: date) -> None:
    """Let nothing more be booked through a day; the caller has locked the book."""
    tx.change(books, {"closed_through": day.isoformat()}, fund=book.fund, region=book.region)


def note(tx: Tx, row: EntryRow) -> str:
    """Why an entry was made, where somebody said so."""
    return tx.open(row.note, _note_of(row.id)).decode() if row.note else ""


def read(tx: Tx, row: EntryRow) -> Entry:
    """An entry with its lines; GatewayError `entry_unbalanced` where somebody has changed them."""
    return Entry(
        id=row.id,
        fund=row.fund,
        part=row.part,
        region=row.region,
        day=date.fromisoformat(row.day),
        year=row.year,
        stated=date.fromisoformat(row.stated),
        adjustment=bool(row.adjustment),
        origin=row.origin,
        event=row.event,
        lines=lines(tx, row.id),
        reverses=row.reverses,
        corrects=row.corrects,
    )


def first_day(tx: Tx, fund: str, region: str) -> date | None:
    """The day of the earliest entry."""
    found = tx.value(_FIRST, fund=fund, region=region)
    return date.fromisoformat(found) if found else None


def sums(tx: Tx, fund: str, region: str, *, after: date | None, through: date) -> dict[Place, Turnover]:
    """What the lines of some days come to, from the day behind `after`."""
    over_whole_tables(tx.connection)
    first = (after + timedelta(days=1)).isoformat() if after else FIRST_DAY
    rows = tx.all(_SUMS, SumRow, fund=fund, region=region, first=first, last=through.isoformat())
    return {Place(row.year, row.part, row.account): Turnover(row.debit, row.credit) for row in rows}


def page(  # noqa: PLR0913 - a book, its days and a page
    tx: Tx, fund: str, region: str, *, first: date, last: date, after: str = "", size: int = 1000
) -> Sequence[EntryRow]:
    """Entries of some days in the order of their handles, from behind the handle `after`."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return tx.all(_PAGE, EntryRow, fund=fund, region=region, after=after, size=size, **days)


def _note_of(handle: str) -> str:
    return f"book_entry:{handle}:note"
