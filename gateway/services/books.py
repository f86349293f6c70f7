"""Post what happens to a fund's money, within the transaction of whoever it happens to: one event, one entry."""

from dataclasses import replace
from datetime import date

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.model.books import BookEvent, Entry, EventKind, Reversal
from gateway.model.handles import new_handle
from gateway.rules.posting import (
    ADJUSTMENT,
    accounting_year,
    booking_day,
    fund_of,
    lines_of,
    posting_of,
)
from gateway.services.runtime import Runtime
from gateway.store import books
from gateway.store.books import BookRow, EntryRow
from gateway.store.journal_chain import digest
from gateway.store.work import Tx

_EVENT_FORM = b"book event 1"
_REVERSAL_FORM = b"book reversal 1"


def today(tx: Tx) -> date:
    """The day on which a transaction books: Beijing's."""
    return tx.now.astimezone(BEIJING).date()


def post(runtime: Runtime, tx: Tx, event: BookEvent) -> str | None:
    """Post an event; the handle of its entry. The same event again posts nothing and gives the same handle.

    None where its amount is nothing. Where its day is closed, or is yet to come, it is booked today. GatewayError:
    `books_event_differs` where the same origin and event came with other content, `books_day_closed` where its posting
    refuses a closed day, `entry_unbalanced`, `parameter_missing`.
    """
    content = _content_of(event)
    if (known := books.found(tx, event.origin, event.event)) is not None:
        return _same(known, content)
    entry = _entry_of(runtime, tx, event)
    if entry is None or books.add(tx, entry, content, event.note):
        return entry.id if entry else None
    # A twin was faster; it has committed, or this transaction would still wait.
    return _same(_there(tx, event.origin, event.event), content)


def reverse(runtime: Runtime, tx: Tx, reversal: Reversal) -> tuple[str, ...]:
    """Take back every entry of an origin that stands, each by a mirrored entry that names it; their handles.

    An entry is taken back once, whoever asks again. Nothing is posted where the origin has no entry.
    """
    content = digest(_REVERSAL_FORM, *(str(each).encode() for each in (reversal.of, reversal.day, reversal.adjustment)))
    handles = []
    for row in books.of_origin(tx, reversal.of):
        event = f"{EventKind.REVERSED.value}:{row.id}"
        if row.reverses is None:
            if (known := books.found(tx, reversal.origin, event)) is not None:
                handles.append(_same(known, content))
            elif not books.is_reversed(tx, row.id):
                mirrored = _mirrored(runtime, tx, reversal, row, event)
                if books.add(tx, mirrored, content, reversal.note):
                    handles.append(mirrored.id)
    return tuple(handles)


def _entry_of(runtime: Runtime, tx: Tx, event: BookEvent) -> Entry | None:
    rules, region = runtime.law.rules, event.region.code
    fund = fund_of(rules, event.insurance, region, event.day).fund
    day = _open_day(tx, books.share(tx, fund, region), event.day)
    lines = lines_of(rules, event, day)
    if event.day < day and posting_of(rules, event, day).content.closed_day == "refuse":
        raise _closed(fund, region, event.day)
    if not lines:
        return None
    return Entry(
        id=new_handle("ent", tx.now),
        fund=fund,
        part=event.insurance.value,
        region=region,
        day=day,
        year=_year(runtime, region, event.day, day, adjustment=event.adjustment),
        stated=event.day,
        adjustment=event.adjustment,
        origin=event.origin,
        event=event.event,
        lines=lines,
        corrects=event.corrects,
    )


def _mirrored(runtime: Runtime, tx: Tx, reversal: Reversal, row: EntryRow, event: str) -> Entry:
    original = books.read(tx, row)
    day = _open_day(tx, books.share(tx, row.fund, row.region), reversal.day)
    return replace(
        original,
        id=new_handle("ent", tx.now),
        day=day,
        year=_year(runtime, row.region, reversal.day, day, adjustment=reversal.adjustment),
        stated=reversal.day,
        adjustment=reversal.adjustment,
        origin=reversal.origin,
        event=event,
        lines=tuple(line.mirrored for line in original.lines),
        reverses=row.id,
        corrects=None,
    )


def _open_day(tx: Tx, book: BookRow, stated: date) -> date:
    through = date.fromisoformat(book.closed_through) if book.closed_through else None
    day = booking_day(stated, today(tx), through)
    if through is not None and day <= through:
        raise _closed(book.fund, book.region, day)  # only where the clock was set back
    return day


def _year(runtime: Runtime, region: str, stated: date, day: date, *, adjustment: bool) -> int:
    period = runtime.law.rules.look(ADJUSTMENT, region, day)
    return accounting_year(stated, day, adjustment=adjustment, until=period.content if period else None)


def _closed(fund: str, region: str, day: date) -> GatewayError:
    return GatewayError("books_day_closed", fund=fund, region=region, day=day.isoformat())


def _content_of(event: BookEvent) -> bytes:
    """What makes an event the same one; the note is only told of it."""
    amounts = (event.amount.fen, event.late_fee.fen, event.interest.fen)
    said = (event.insurance.value, event.region.code, event.day, *amounts, event.adjustment, event.corrects)
    return digest(_EVENT_FORM, *(str(each).encode() for each in said))


def _same(known: EntryRow, content: bytes) -> str:
    if known.content != content:
        raise GatewayError("books_event_differs", origin=known.origin, event=known.event, entry=known.id)
    return known.id


def _there(tx: Tx, origin: str, event: str) -> EntryRow:
    row = books.found(tx, origin, event)
    if row is None:
        raise LookupError(f"{origin} {event}")
    return row
