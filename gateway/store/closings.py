"""Closings of the funds' books: a chain per fund and region, each with what stood then, and who signed it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from gateway.model.books import Place, Sums, Turnover
from gateway.model.closing import ClosingKind
from gateway.model.handles import new_handle
from gateway.store.books import BookRow, EntryRow, LineRow, SumRow, page
from gateway.store.bulk import insert
from gateway.store.journal_chain import digest, microseconds
from gateway.store.prepared import Prepared
from gateway.store.tables_books import (
    book_balances,
    book_closings,
    book_entries,
    book_lines,
    book_signatures,
    books,
)
from gateway.store.work import Tx

_CLOSING_FORM, _ENTRIES_FORM, _BALANCES_FORM = b"book closing 1", b"book entries 1", b"book balances 1"
_PAGE = 1000
_BEYOND = "9999-12-31"
_ENTRY_FIELDS = (
    "id", "origin", "event", "fund", "part", "region", "day", "year", "stated", "adjustment", "reverses", "corrects"
)  # fmt: skip
_LINE_FIELDS = ("number", "account", "side", "fen", "memorandum")


@dataclass(kw_only=True, slots=True)
class ClosingRow:
    """A closing. `entries`: how many it covers; `evidence`: JSON; `content`: its hash; `mac`: keyed, of the hash."""

    id: str
    fund: str
    region: str
    number: int
    kind: str
    period: str
    entries: int
    evidence: str
    previous: bytes
    content: bytes
    mac: bytes
    closed_by: str
    closed_at: datetime


@dataclass(kw_only=True, slots=True)
class SignatureRow:
    """Who signed a closing."""

    closing: str
    signer: str
    mac: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class NewClosing:
    """What is to be closed. `covered`: hash of its entries; `balances`: what stands at its end."""

    kind: ClosingKind
    period: str
    entries: int
    covered: bytes
    balances: Sums
    evidence: str
    by: str


_OF_BOOK = (book_closings.c.fund == bindparam("fund")) & (book_closings.c.region == bindparam("region"))
_OF_KIND = _OF_BOOK & (book_closings.c.kind == bindparam("kind"))
_ALL = Prepared(select(book_closings).where(_OF_BOOK).order_by(book_closings.c.number))
_ONE = Prepared(select(book_closings).where(_OF_KIND & (book_closings.c.period == bindparam("period"))))
_BEFORE = Prepared(
    select(book_closings)
    .where(_OF_KIND & (book_closings.c.period < bindparam("period")))
    .order_by(book_closings.c.period.desc())
    .limit(1)
)
_BALANCES = Prepared(
    select(
        book_balances.c.year,
        book_balances.c.part,
        book_balances.c.account,
        book_balances.c.debit,
        book_balances.c.credit,
    ).where(book_balances.c.closing == bindparam("closing"))
)
_SIGNATURES = Prepared(
    select(book_signatures)
    .where(book_signatures.c.closing == bindparam("closing"))
    .order_by(book_signatures.c.signed_at, book_signatures.c.signer)
)
_BETWEEN = (
    (book_entries.c.fund == bindparam("fund"))
    & (book_entries.c.region == bindparam("region"))
    & (book_entries.c.day >= bindparam("first"))
    & (book_entries.c.day <= bindparam("last"))
)
_LINES = Prepared(
    select(book_lines)
    .join(book_entries, book_lines.c.entry == book_entries.c.id)
    .where(_BETWEEN & (book_entries.c.id > bindparam("after")) & (book_entries.c.id <= bindparam("upto")))
    .order_by(book_lines.c.entry, book_lines.c.number)
)
_COUNT = Prepared(select(func.count()).select_from(book_entries).where(_BETWEEN))


def get(tx: Tx, fund: str, region: str, kind: ClosingKind, period: str) -> ClosingRow | None:
    """The closing of a day, month or year."""
    return tx.first(_ONE, ClosingRow, fund=fund, region=region, kind=kind.value, period=period)


def before(tx: Tx, fund: str, region: str, kind: ClosingKind, period: str) -> ClosingRow | None:
    """The latest closing of its kind of an earlier period."""
    return tx.first(_BEFORE, ClosingRow, fund=fund, region=region, kind=kind.value, period=period)


def last_day(tx: Tx, fund: str, region: str) -> date | None:
    """The last day whose closing stands."""
    row = before(tx, fund, region, ClosingKind.DAY, _BEYOND)
    return date.fromisoformat(row.period) if row else None


def every(tx: Tx, fund: str, region: str) -> Sequence[ClosingRow]:
    """Every closing of a book, in order."""
    return tx.all(_ALL, ClosingRow, fund=fund, region=region)


def balances(tx: Tx, closing: str) -> dict[Place, Turnover]:
    """What stood at a closing."""
    rows = tx.all(_BALANCES, SumRow, closing=closing)
    return {Place(row.year, row.part, row.account): Turnover(row.debit, row.credit) for row in rows}


def signatures(tx: Tx, closing: str) -> Sequence[SignatureRow]:
    """Who signed a closing, the first first."""
    return tx.all(_SIGNATURES, SignatureRow, closing=closing)


def count(tx: Tx, fund: str, region: str, first: date, last: date) -> int:
    """How many entries some days have."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return int(tx.value(_COUNT, fund=fund, region=region, **days))


def covered(tx: Tx, fund: str, region: str, first: date, last: date) -> tuple[int, bytes]:
    """The entries of some days with their lines: how many, and a hash over all in the order of their handles."""
    number, found = 0, digest(_ENTRIES_FORM)
    for entry, lines in _entries(tx, fund, region, first, last):
        number += 1
        told = [_told(entry, _ENTRY_FIELDS), *(_told(line, _LINE_FIELDS) for line in lines)]
        found = digest(_ENTRIES_FORM, found, *told)
    return number, found


def _entries(tx: Tx, fund: str, region: str, first: date, last: date) -> Iterator[tuple[EntryRow, Sequence[LineRow]]]:
    after, days = "", {"first": first.isoformat(), "last": last.isoformat()}
    while rows := page(tx, fund, region, first=first, last=last, after=after, size=_PAGE):
        upto, of_entry = rows[-1].id, dict[str, list[LineRow]]()
        for line in tx.all(_LINES, LineRow, fund=fund, region=region, after=after, upto=upto, **days):
            of_entry.setdefault(line.entry, []).append(line)
        yield from ((row, of_entry.get(row.id, ())) for row in rows)
        after = upto


def _told(row: object, names: Iterable[str]) -> bytes:
    return digest(*(_text(getattr(row, name)).encode() for name in names))


def _text(value: object) -> str:
    # SQLite keeps flags as whole numbers.
    return str(int(value)) if isinstance(value, bool) else "-" if value is None else str(value)


def content_of(row: ClosingRow | NewClosing, book: tuple[str, str, int], previous: bytes, *hashes: bytes) -> bytes:
    """The hash of a closing; `hashes`: of its entries and its balances. `book`: fund, region, number in its chain."""
    who = row.by if isinstance(row, NewClosing) else row.closed_by
    said = (*book, row.kind, row.period, row.entries, row.evidence, who)
    return digest(_CLOSING_FORM, previous, *(str(each).encode() for each in said), *hashes)


def hash_of(sums: Sums) -> bytes:
    """A hash over balances, in order."""
    return digest(
        _BALANCES_FORM,
        *(
            f"{place.year} {place.part} {place.account} {turnover.debit} {turnover.credit}".encode()
            for place, turnover in sorted(sums.items())
        ),
    )


def mac_of(tx: Tx, content: bytes, by: str, at: datetime) -> bytes:
    """What only who holds the keys can make of a closing's hash, a person and an instant."""
    return tx.keyring.blind("book_closing", f"{content.hex()} {by} {microseconds(at)}")


def add(tx: Tx, book: BookRow, new: NewClosing) -> ClosingRow:
    """Enter a closing behind the head of its chain; the caller has locked the book."""
    number = book.closings + 1
    hashes = new.covered, hash_of(new.balances)
    content = content_of(new, (book.fund, book.region, number), book.head, *hashes)
    row = ClosingRow(
        id=new_handle("clo", tx.now),
        fund=book.fund,
        region=book.region,
        number=number,
        kind=new.kind.value,
        period=new.period,
        entries=new.entries,
        evidence=new.evidence,
        previous=book.head,
        content=content,
        mac=mac_of(tx, content, new.by, tx.now),
        closed_by=new.by,
        closed_at=tx.now,
    )
    tx.put(book_closings, {name: getattr(row, name) for name in row.__slots__})
    insert(tx.connection, {book_balances: [_balance(row.id, *each) for each in sorted(new.balances.items())]})
    tx.change(books, {"closings": number, "head": content}, fund=book.fund, region=book.region)
    return row


def _balance(closing: str, place: Place, turnover: Turnover) -> dict[str, object]:
    where = {"year": place.year, "part": place.part, "account": place.account}
    return {"closing": closing, **where, "debit": turnover.debit, "credit": turnover.credit}


def sign(tx: Tx, row: ClosingRow, signer: str) -> None:
    """Enter a signature."""
    mac = mac_of(tx, row.content, signer, tx.now)
    tx.put(book_signatures, {"closing": row.id, "signer": signer, "mac": mac, "signed_at": tx.now})
