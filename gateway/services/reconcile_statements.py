"""Statements as sides: the rows of each accepted file, written once per file; which rows are which side's."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from gateway.batch.persons import person_blind
from gateway.batch.row_files import Row, RowWriter, digest, sum_of
from gateway.batch.row_sides import Parts, put_together
from gateway.batch.shown import IN_MEMORY
from gateway.batch.statement import read_statement
from gateway.batch.statement_terms import StatementTerms
from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout, key_of
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_plan import statement_plan
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.reconciliation import Book, RowState
from gateway.model.statement import StatementRow
from gateway.services.reconcile_ledger import FOLDER, person_secret
from gateway.services.runtime import Runtime
from gateway.store import run_steps, statements
from gateway.store.statements import StatementRowKept

_WHOLE_KEY = ("voucher", "item", "month", "sequence")


def statement_rows(runtime: Runtime, layout: Layout, kept: StatementRowKept, book: Book) -> Path:
    """The file with the rows of a kept statement that are `book`'s; written where it is not yet there.

    A tax bureau's statement is two books: what it collected, and what of it the treasury posted (`treasury_on`).
    GatewayError `reconciliation_source_changed` where the file does not read as it did when it was kept.
    """
    folder = runtime.settings.var / FOLDER / "statements" / layout.party
    files = {each: folder / f"{kept.id}.{each.value}.parquet" for each in books_of(layout)}
    if lacking := {each: file for each, file in files.items() if not _stands(runtime, kept, each, file)}:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        reading = _Reading(runtime, layout, kept, lacking)
        if not reading.in_bulk(folder):
            reading.strictly()
        _keep(runtime, kept, lacking)
    return files[book]


def _stands(runtime: Runtime, kept: StatementRowKept, book: Book, file: Path) -> bool:
    """Whether a file is there as it was written; one that is not is removed, to be written again."""
    with runtime.store.reading() as tx:
        known = run_steps.statement_partition(tx, kept.id, book.value)
    if not file.is_file():
        return False
    if known is None:  # it was written whole, and the process ended before that stood anywhere
        _keep(runtime, kept, {book: file})
        return True
    if digest(file) == known.sha256:
        return True
    file.unlink()
    return False


def _keep(runtime: Runtime, kept: StatementRowKept, files: Mapping[Book, Path]) -> None:
    made = {book: (sum_of(file), digest(file)) for book, file in files.items()}
    with runtime.store.work("statement_partition") as tx:
        for book, (total, sha256) in made.items():
            run_steps.keep_statement_partition(tx, kept.id, book.value, total, sha256)


def books_of(layout: Layout) -> tuple[Book, ...]:
    """Which books the statements of a party hold."""
    return (Book.RECEIPT, Book.TREASURY) if layout.side is Book.RECEIPT else (layout.side,)


def layouts_for(known: Mapping[str, Layout], party: str, book: Book) -> Sequence[Layout]:
    """Whose statements hold a book about the money of a tax party: whoever keeps the book, else who else states it."""
    about = [layout for layout in known.values() if layout.of == party]
    own = [layout for layout in about if layout.side is book]
    return own or [layout for layout in about if book in books_of(layout)]


class _Reading:
    """Gives every row of a statement to the books that it stands in. `files`: of those that have none yet."""

    def __init__(self, runtime: Runtime, layout: Layout, kept: StatementRowKept, files: Mapping[Book, Path]) -> None:
        self._runtime, self._layout, self._kept, self._files = runtime, layout, kept, files
        # Read as on the day on which it was kept: what was not in the future then is not now.
        self._today = kept.created_at.astimezone(BEIJING).date()
        self._key = key_of(layout, runtime.settings.parties)
        self._secret = person_secret(runtime, layout.of)
        self._day = str(kept.day)
        self._writers: dict[Book, RowWriter] = {}

    def in_bulk(self, folder: Path) -> bool:
        """Write the files by the bulk reader; False, with nothing written, where the strict one has to do it."""
        plan = statement_plan(self._layout)
        if plan is None or not Path(IN_MEMORY).is_dir():
            return False
        terms = StatementTerms(self._today, self._key, self._secret, self._layout.side, tuple(self._files))
        with self._opened(folder) as source, TemporaryDirectory(prefix=f".{self._kept.id}.", dir=folder) as made:
            read = read_statement(plan, source, Path(made) / "rows", terms) if source else None
            for book, parts in read.files.items() if read else ():
                put_together(Parts(parts), book.value, _WHOLE_KEY, self._files[book])
        return read is not None

    def strictly(self) -> None:
        """Write the files row by row; GatewayError `reconciliation_source_changed`."""
        with ExitStack() as stack:
            self._writers = {book: stack.enter_context(RowWriter(file)) for book, file in self._files.items()}
            checked = check_statement(self._pieces(), self._layout, Terms(self._today, self._key), self._take)
            if not checked.ok or checked.sha256 != self._kept.sha256:
                raise GatewayError("reconciliation_source_changed", statement=self._kept.id)

    def _pieces(self) -> Iterator[bytes]:
        return statements.pieces(self._runtime.store, self._kept.id, self._kept.pieces)

    @contextmanager
    def _opened(self, folder: Path) -> Iterator[Path | None]:
        """The bytes as a file without a name, which is gone with this process however that ends.

        None where these are not the bytes that were kept.
        """
        hashed = sha256()
        with TemporaryFile(dir=folder) as file:
            for piece in self._pieces():
                hashed.update(piece)
                file.write(piece)
            file.flush()
            yield Path(f"{IN_MEMORY}{file.fileno()}") if hashed.hexdigest() == self._kept.sha256 else None

    def _take(self, _line: Line, row: StatementRow) -> None:
        """One row."""
        for book, writer in self._writers.items():
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
            f"{row.voucher_number}/{row.reverses}" if row.reverses else None,
            person_blind(self._secret, row.tax_person_number),
            *(str(row.agency), row.insurance.value, row.month.ordinal, row.accounting_month.ordinal, day),
            *(row.adjustment, row.amount.fen, row.late_fee.fen, row.interest.fen),
            (RowState.REVERSED if row.reverses else RowState.BOOKED).value,
        )
