"""A statement of millions of rows read in bulk: signed, counted, summed and checked line by line, typed as Parquet.

It is all or nothing, and says nothing of what is wrong: a file that is not plainly right is for the strict reader
(gateway.mapping.statement_reader), which tells line and byte. What is taken here, that reader takes too.
"""

import hmac
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from gateway.batch.at_once import at_once
from gateway.batch.engine import SPILL, Engine, Limits, ValueRefusedError, engine
from gateway.batch.feed import too_long
from gateway.batch.sql import literal
from gateway.batch.statement_frame import BLOCK, Frame, blocks, frame
from gateway.batch.statement_hand import Hand, Hands
from gateway.batch.statement_looks import Looks
from gateway.batch.statement_sql import REPEATED, SEEN, SEEN_HERE, Seen, checked, rows_of, typed
from gateway.batch.statement_usual import usual
from gateway.batch.unfinished import unfinished
from gateway.model.reconciliation import Book, Sum
from gateway.model.statement import StatementHead
from gateway.model.statement_plan import StatementPlan

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
    with (
        unfinished(into) as folder,
        engine(folder, limits or Limits()) as running,
        Hands(running, folder) as hands,
    ):
        reading = _Reading(plan, terms, found, running, hands, folder)
        try:
            done = found.start
            with closing(
                at_once(reading.take, reading.signed(source, block), limits.threads if limits else 0)
            ) as sizes:
                for size in sizes:
                    done += size
                    progress(done, found.end)
            made = reading.finish()
        except DoubtError:
            return None
        shutil.rmtree(folder / SPILL, ignore_errors=True)
        folder.rename(into)
    files = {book: tuple(into / f"{book.value}-{name}" for name in made) for book in terms.books}
    return BulkStatement(found.head, files, reading.whole)


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows. `before`: rows of the file before these."""

    number: int
    before: int
    lines: int
    raw: bytearray


class _Reading:
    """Where the reading of one file stands."""

    def __init__(
        self, plan: StatementPlan, terms: StatementTerms, found: Frame, running: Engine, hands: Hands, folder: Path
    ) -> None:
        self._plan, self._terms, self._frame = plan, terms, found
        self._engine, self._hands, self._folder = running, hands, folder
        self._hash = HMAC(terms.key, SM3()) if plan.signed else None
        self._never = (*_NEVER, b'"') if plan.quotes else _NEVER
        self._looks = Looks(plan)
        self._lock = Lock()
        self._blocks = 0
        self.whole = Sum(0, 0)
        running.run("CREATE TABLE seen", SEEN)

    def signed(self, source: Path, block: int) -> Iterator[_Block]:
        """The blocks, in their order and signed."""
        self._sign(self._frame.head_line)
        before = 0
        for raw in blocks(source, self._frame, block):
            self._sign(raw)
            lines = raw.count(b"\n")
            yield _Block(self._blocks, before, lines, raw)
            self._blocks += 1
            before += lines
        self._sign(self._frame.foot_line)

    def take(self, block: _Block) -> int:
        """Check the rows of a block, and keep them; its bytes. Other blocks are in other hands meanwhile."""
        with self._hands.one() as hand:
            text = self._shown(hand, block)
            seen = Seen(hand.file, len(text), self._looks.separators)
            rows = typed(self._plan, seen, usual(self._plan, text))
            _run(hand.engine, "CREATE OR REPLACE TEMP TABLE typed AS", rows)
            count, fen, right = _one(
                hand.engine, checked(self._plan, block.before, self._frame.head.day, self._terms.today)
            )
            if count != block.lines or not right:
                raise DoubtError
            _run(hand.engine, "INSERT INTO seen", SEEN_HERE)
            for book in self._terms.books:
                its = rows_of(self._terms.side, book, self._frame.head.day, self._terms.blind, block.before)
                made = self._folder / f"{book.value}-{_name(block.number)}"
                _run(hand.engine, "COPY (", its, ") TO", literal(str(made)), _SOON_GONE)
        with self._lock:
            self.whole += Sum(count, fen)
        return len(block.raw)

    def finish(self) -> Sequence[str]:
        """Check what only the whole file shows; how the files of rows are named, after their book."""
        foot = self._frame.foot
        if self._hash is not None and not hmac.compare_digest(self._hash.finalize(), self._frame.signature):
            raise DoubtError
        if self.whole != Sum(foot.count, foot.total.fen) or _one(self._engine, REPEATED) != (0,):
            raise DoubtError
        return [_name(number) for number in range(self._blocks)]

    def _shown(self, hand: Hand, block: _Block) -> bytearray:
        """Let the engine see a block whose lines are as they have to look; what it sees."""
        bare = block.raw.replace(b"\r\n", b"\n") if b"\r" in block.raw else block.raw
        if any(byte in bare for byte in self._never) or too_long(block.raw, self._plan.longest) is not None:
            raise DoubtError
        if not self._looks.fit(bare):
            raise DoubtError
        hand.show(bare)
        return bare

    def _sign(self, raw: bytes | bytearray) -> None:
        if self._hash is not None:
            self._hash.update(raw)


def _name(number: int) -> str:
    return f"{number:05d}.parquet"


def _one(engine: Engine, query: str) -> tuple[Any, ...]:
    try:
        return next(engine.rows(query))
    except ValueRefusedError:
        raise DoubtError from None


def _run(engine: Engine, *words: str) -> None:
    try:
        engine.run(*words)
    except ValueRefusedError:
        raise DoubtError from None
