"""Statements as sides: the rows of each accepted file, written once per file; which rows are which side's."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from gateway.batch.row_files import Row, RowWriter
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout, key_of
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.reconciliation import Book, RowState
from gateway.model.statement import StatementRow
from gateway.services.reconcile_ledger import FOLDER, person_blind
from gateway.services.runtime import Runtime
from gateway.store import statements
from gateway.store.statements import StatementRowKept


def statement_rows(runtime: Runtime, layout: Layout, kept: StatementRowKept, book: Book) -> Path:
    """The file with the rows of a kept statement that are `book`'s; written where it is not yet there.

    A tax bureau's statement is two books: what it collected, and what of it the treasury posted (`treasury_on`).
    GatewayError `reconciliation_source_changed` where the file does not read as it did when it was kept.
    """
    folder = runtime.settings.var / FOLDER / "statements" / layout.party
    files = {each: folder / f"{kept.id}.{each.value}.parquet" for each in books_of(layout)}
    if not all(file.is_file() for file in files.values()):
        _write(runtime, layout, kept, {each: file for each, file in files.items() if not file.is_file()})
    return files[book]


def books_of(layout: Layout) -> tuple[Book, ...]:
    """Which books the statements of a party hold."""
    return (Book.RECEIPT, Book.TREASURY) if layout.side is Book.RECEIPT else (layout.side,)


def layouts_for(known: Mapping[str, Layout], party: str, book: Book) -> Sequence[Layout]:
    """Whose statements hold a book about the money of a tax party: whoever keeps the book, else who else states it."""
    about = [layout for layout in known.values() if layout.of == party]
    own = [layout for layout in about if layout.side is book]
    return own or [layout for layout in about if book in books_of(layout)]


def _write(runtime: Runtime, layout: Layout, kept: StatementRowKept, files: Mapping[Book, Path]) -> None:
    # Read as on the day on which it was kept: what was not in the future then is not now.
    terms = Terms(kept.created_at.astimezone(BEIJING).date(), key_of(layout, runtime.settings.parties))
    reading = _Reading(runtime, layout, str(kept.day))
    with ExitStack() as stack:
        reading.writers = {book: stack.enter_context(RowWriter(file)) for book, file in files.items()}
        pieces = statements.pieces(runtime.store, kept.id, kept.pieces)
        checked = check_statement(pieces, layout, terms, reading.take)
        if not checked.ok or checked.sha256 != kept.sha256:
            raise GatewayError("reconciliation_source_changed", statement=kept.id)


class _Reading:
    """Gives every row of a statement to the books that it stands in."""

    def __init__(self, runtime: Runtime, layout: Layout, day: str) -> None:
        self._runtime, self._layout, self._day = runtime, layout, day
        self._blinds: dict[str, str | None] = {}
        self.writers: dict[Book, RowWriter] = {}

    def take(self, _line: Line, row: StatementRow) -> None:
        """One row."""
        for book, writer in self.writers.items():
            if (made := self._made(book, row)) is not None:
                writer.add(made)

    def _made(self, book: Book, row: StatementRow) -> Row | None:
        if book is Book.TREASURY and row.treasury_on is None:
            return None if self._layout.side is Book.RECEIPT else self._row(row, self._day)
        if book is Book.TREASURY:
            return self._row(row, str(row.treasury_on))
        if book is not Book.RECEIPT:
            return self._row(row, self._day)
        # What was collected earlier and comes with the day of its posting was stated before: only the posting is new.
        stated_before = row.treasury_on is not None and str(row.collected_on) < self._day
        return None if stated_before else self._row(row, str(row.collected_on))

    def _row(self, row: StatementRow, day: str) -> Row:
        # A trace number comes again on another day; with its voucher it is the payment's own.
        trace = (
            row.trace_number if row.trace_number == row.summary_number else f"{row.voucher_number}/{row.trace_number}"
        )
        return (
            *(row.number, row.key, row.voucher_number, row.summary_number, trace),
            *(f"{row.voucher_number}/{row.reverses}" if row.reverses else None, self._blind(row.tax_person_number)),
            *(str(row.agency), row.insurance.value, row.month.ordinal, row.accounting_month.ordinal, day),
            *(row.adjustment, row.amount.fen, row.late_fee.fen, row.interest.fen),
            (RowState.REVERSED if row.reverses else RowState.BOOKED).value,
        )

    def _blind(self, number: str) -> str | None:
        if number not in self._blinds:
            self._blinds[number] = person_blind(self._runtime, self._layout.of, number)
        return self._blinds[number]
