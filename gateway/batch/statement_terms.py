"""What a file of statement rows is held against, and the word for what does not plainly hold."""

from dataclasses import dataclass
from datetime import date

from gateway.model.reconciliation import Book


class DoubtError(Exception):
    """Something is not plainly right: it is for the strict reader to say what."""


@dataclass(frozen=True, slots=True)
class StatementTerms:
    """What a file is held against. `today`: in Beijing; `key`: of its signature; `blind`: the secret of person numbers.

    `side`: what its party writes down; `books`: whose rows are kept, each by the day on which it booked them.
    """

    today: date
    key: bytes
    blind: bytes
    side: Book = Book.RECEIPT
    books: tuple[Book, ...] = (Book.RECEIPT,)
