"""Enter by hand what happens to a fund's money and no message tells: transfers, bank accounts, unidentified money."""

from gateway.errors import GatewayError
from gateway.model.books import BookEvent, EventKind
from gateway.services import books, movements
from gateway.services.operate import Act, journal_act
from gateway.services.runtime import Runtime
from gateway.store import books as kept

_KIND = EventKind
BY_HAND = (
    *(_KIND.TRANSFER_SENT, _KIND.TRANSFER_RECEIVED, _KIND.INCOME_RECEIVED, _KIND.INCOME_MOVED),
    *(_KIND.EXPENDITURE_FUNDED, _KIND.BENEFIT_PAID, _KIND.INTEREST_CREDITED),
    *(_KIND.UNIDENTIFIED_RECEIVED, _KIND.UNIDENTIFIED_IDENTIFIED, _KIND.UNIDENTIFIED_RETURNED),
)
"""What a person may enter. Everything else follows from a message or from a case, and is never entered beside it."""


def enter(runtime: Runtime, event: BookEvent, act: Act) -> str:
    """Book an event that is not nothing; the handle of its entry. The same document and event again give the same one.

    ValueError for an event that is not of `BY_HAND`. GatewayError: those of `books.post`; `not_found` for an entry to
    be corrected that there is not; `books_followed` where a reconciliation has posted that movement of that day, unless
    the entry to be corrected is named.
    """
    if event.kind not in BY_HAND:
        raise ValueError(f"{event.kind} follows from a message or a case")
    with runtime.store.reading() as tx:
        if event.corrects is not None and kept.entry(tx, event.corrects) is None:
            raise GatewayError("not_found", thing=f"entry {event.corrects[:64]}")
        if event.corrects is None and (posted := movements.posted_by_run(runtime, tx, event)):
            raise GatewayError("books_followed", event=event.kind.value, day=event.day.isoformat(), entry=posted[0])
    journal_act(runtime, act, {"origin": event.origin, "event": event.event, "amount": str(event.amount)})
    with runtime.store.work("book_entry") as tx:
        entered = books.post(runtime, tx, event)
    if entered is None:
        raise ValueError("an amount of nothing")
    return entered
