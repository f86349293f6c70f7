"""A statement of millions of rows read in bulk: signed, counted, summed and checked line by line, typed as Parquet.

It is all or nothing, and says nothing of what is wrong: a file that is not plainly right is for the strict reader
(gateway.mapping.statement_reader), which tells line and byte. What is taken here, that reader takes too.
"""

import hmac
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from gateway.batch.engine import SPILL, Engine, Limits, ValueRefusedError, engine
from gateway.batch.feed import too_long
from gateway.batch.shown import shown
from gateway.batch.sql import literal
from gateway.batch.statement_frame import BLOCK, Frame, blocks, frame
from gateway.batch.statement_sql import NAMES, REPEATED, SEEN, SEEN_HERE, checked, right_lines, rows_of, typed
from gateway.batch.transcode import to_utf_8
from gateway.batch.unfinished import unfinished
from gateway.model.reconciliation import Book, Sum
from gateway.model.statement import StatementHead
from gateway.model.statement_plan import StatementPlan

_NAMES_KNOWN = 500_000
# Read once: what its size is does not matter.
_SOON_GONE = "(FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1000)"
_NEVER = (b"\r", b"\x00", b"\x01")
"""What makes a block one for the strict reader: the engine has ideas of its own about them."""


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


@dataclass(frozen=True, slots=True)
class BulkStatement:
    """A statement that is right. `files`: the rows that are each book's, with ROW_COLUMNS; `whole`: of the file."""

    head: StatementHead
    files: Mapping[Book, tuple[Path, ...]]
    whole: Sum


class DoubtError(Exception):
    """Something is not plainly right."""


def read_statement(  # noqa: PLR0913 - each bound of a run is the caller's to set
    plan: StatementPlan,
    source: Path,
    into: Path,
    terms: StatementTerms,
    *,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    block: int = BLOCK,
) -> BulkStatement | None:
    """Read a file into the folder `into`, which must not exist; None where the strict reader has to say what it is.

    `progress`: bytes done, out of how many; may stop the run by raising. FileExistsError; EngineError for want of room.
    """
    if into.exists():
        raise FileExistsError(f"{into} is there already: a file is read once, so take another name or remove it")
    found = frame(plan, source, terms.today)
    if found is None or found.end < found.start:
        return None
    with unfinished(into) as folder, engine(folder, limits or Limits()) as running:
        reading = _Reading(plan, terms, found, running, folder)
        try:
            done = found.start
            for raw, text in _ahead(reading.prepared(source, block)):
                reading.take(raw, text)
                done += len(raw)
                progress(done, found.end)
            names = reading.finish()
        except DoubtError:
            return None
        shutil.rmtree(folder / SPILL, ignore_errors=True)
        folder.rename(into)
    files = {book: tuple(into / f"{book.value}-{name}" for name in names) for book in terms.books}
    return BulkStatement(found.head, files, reading.whole)


class _Reading:
    """Where the reading of one file stands."""

    def __init__(self, plan: StatementPlan, terms: StatementTerms, found: Frame, running: Engine, folder: Path) -> None:
        self._plan, self._terms, self._frame, self._engine, self._folder = plan, terms, found, running, folder
        self._hash = HMAC(terms.key, SM3()) if plan.signed else None
        self._never = (*_NEVER, b'"') if plan.quotes else _NEVER
        self._names: set[str] = set()
        self._parts: list[str] = []
        self.whole = Sum(0, 0)
        running.run("CREATE TABLE seen", SEEN)

    def prepared(self, source: Path, block: int) -> Iterator[tuple[bytes, bytes]]:
        """The blocks, signed and in UTF-8; the engine is at another block meanwhile."""
        self._sign(self._frame.head_line)
        for raw in blocks(source, self._frame, block):
            self._sign(raw)
            bare = raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw
            if any(byte in bare for byte in self._never) or too_long(raw, self._plan.longest) is not None:
                raise DoubtError
            try:
                yield raw, to_utf_8(bare, self._plan.encoding)
            except UnicodeDecodeError:
                raise DoubtError from None
        self._sign(self._frame.foot_line)

    def take(self, raw: bytes, text: bytes) -> None:
        """Check the rows of a block, and keep them."""
        lines = raw.count(b"\n")
        with shown(text, self._folder) as file:
            if self._one(right_lines(self._plan, file)) != (lines, True):
                raise DoubtError
            self._run("CREATE OR REPLACE TEMP TABLE typed AS", typed(self._plan, file))
        count, fen, right = self._one(checked(self.whole.count, self._frame.head.day, self._terms.today))
        if count != lines or not right:
            raise DoubtError
        self.whole += Sum(count, fen)
        self._check_names()
        self._run("INSERT INTO seen", SEEN_HERE)
        self._parts.append(f"{len(self._parts):05d}.parquet")
        for book in self._terms.books:
            made = self._folder / f"{book.value}-{self._parts[-1]}"
            rows = rows_of(self._terms.side, book, self._frame.head.day, self._terms.blind)
            self._run("COPY (", rows, ") TO", literal(str(made)), _SOON_GONE)

    def finish(self) -> tuple[str, ...]:
        """Check what only the whole file shows; how the files of rows are named, after their book."""
        foot = self._frame.foot
        if self._hash is not None and not hmac.compare_digest(self._hash.finalize(), self._frame.signature):
            raise DoubtError
        if self.whole != Sum(foot.count, foot.total.fen) or self._one(REPEATED) != (0,):
            raise DoubtError
        return tuple(self._parts)

    def _sign(self, raw: bytes) -> None:
        if self._hash is not None:
            self._hash.update(raw)

    def _check_names(self) -> None:
        """Names go through the strict reader's own hands, each of them once."""
        if len(self._names) > _NAMES_KNOWN:
            self._names.clear()
        for (found,) in self._engine.rows(NAMES):
            if found not in self._names:
                if not self._plan.is_name(found):
                    raise DoubtError
                self._names.add(found)

    def _one(self, query: str) -> tuple[Any, ...]:
        try:
            return next(self._engine.rows(query))
        except ValueRefusedError:
            raise DoubtError from None

    def _run(self, *words: str) -> None:
        try:
            self._engine.run(*words)
        except ValueRefusedError:
            raise DoubtError from None


def _ahead(source: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The blocks, the next one made while the engine is at this one."""
    with ThreadPoolExecutor(1) as reading:
        following: Future[tuple[bytes, bytes] | None] = reading.submit(next, source, None)
        while (block := following.result()) is not None:
            following = reading.submit(next, source, None)
            yield block
