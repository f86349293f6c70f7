"""Look through the books for what was changed after it was closed: entries, balances, closings, signatures."""

from collections.abc import Iterator, Mapping
from datetime import date

from gateway.errors import GatewayError
from gateway.model.books import Place, Turnover, added
from gateway.model.closing import ClosingFault, ClosingKind, Period, Verified
from gateway.services.closing import year_end
from gateway.services.runtime import Runtime
from gateway.store import books, closings
from gateway.store.books import BookRow
from gateway.store.closings import ClosingRow
from gateway.store.journal_chain import START
from gateway.store.work import Tx

_BEGINNING = date(1, 1, 1)
_FOREVER = date(9999, 12, 31)


def verify(runtime: Runtime) -> Verified:
    """Reckon everything anew that was closed, and look at every entry; what is wrong, book by book."""
    with runtime.store.reading() as tx:
        rows = books.every(tx)
        chains = [closings.every(tx, row.fund, row.region) for row in rows]
        entries = sum(closings.count(tx, row.fund, row.region, _BEGINNING, _FOREVER) for row in rows)
        faults = [
            ClosingFault(row.fund, row.region, where, what)
            for row in rows
            for where, what in _of_book(runtime, tx, row)
        ]
    return Verified(len(rows), sum(map(len, chains)), entries, faults)


def _of_book(runtime: Runtime, tx: Tx, book: BookRow) -> Iterator[tuple[str, str]]:
    head, number, through = START, 0, None
    stood: dict[date | None, dict[Place, Turnover]] = {None: {}}
    for row in closings.every(tx, book.fund, book.region):
        if row.number != number + 1 or row.previous != head:
            yield f"closing {row.period}", "it does not follow the one before: a closing is missing or was put in"
        head, number = row.content, row.number
        if row.kind == ClosingKind.DAY.value:
            day = date.fromisoformat(row.period)
            stood[day] = added(stood[through], books.sums(tx, row.fund, row.region, after=through, through=day))
            through = day
        for what in _of_closing(tx, row, _expected(runtime, tx, row, stood)):
            yield f"closing {row.period}", what
    if (book.head, book.closings) != (head, number):
        yield "the end of the chain", "closings were removed behind it"
    if book.closed_through != (through.isoformat() if through else None):
        yield (
            "the last closed day",
            f"it is {book.closed_through}, the chain says {through}: close it again, or look why",
        )
    yield from _entries(tx, book)


def _expected(
    runtime: Runtime, tx: Tx, row: ClosingRow, stood: Mapping[date | None, dict[Place, Turnover]]
) -> dict[Place, Turnover]:
    """What has to stand at a closing. `stood`: what the entries come to at the end of each closed day."""
    period = Period.parse(row.period)
    if period.kind is ClosingKind.YEAR:
        return year_end(runtime, tx, row.fund, row.region, period.first.year)
    return stood.get(period.last, {})


def _of_closing(tx: Tx, row: ClosingRow, expected: dict[Place, Turnover]) -> Iterator[str]:
    kept, covered = closings.balances(tx, row.id), START
    if kept != expected:
        yield "its balances are not those that its entries come to"
    if row.kind == ClosingKind.DAY.value:
        day = date.fromisoformat(row.period)
        _, covered = closings.covered(tx, row.fund, row.region, day, day)
    place = row.fund, row.region, row.number
    if closings.content_of(row, place, row.previous, covered, closings.hash_of(kept)) != row.content:
        yield "its entries or what it says of itself have been changed"
    if closings.mac_of(tx, row.content, row.closed_by, row.closed_at) != row.mac:
        yield "it was not made by this gateway, or somebody has changed who closed it and when"
    for each in closings.signatures(tx, row.id):
        if closings.mac_of(tx, row.content, each.signer, each.signed_at) != each.mac or each.signer == row.closed_by:
            yield f"the signature of {each.signer} is not one"


def _entries(tx: Tx, book: BookRow) -> Iterator[tuple[str, str]]:
    after = ""
    while rows := books.page(tx, book.fund, book.region, first=_BEGINNING, last=_FOREVER, after=after):
        for row in rows:
            try:
                books.read(tx, row)
            except GatewayError as error:
                yield f"entry {row.id}", error.params["reason"]
        after = rows[-1].id
