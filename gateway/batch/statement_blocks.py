"""The rows of a statement in bulk: signed and checked block by block, each written as Parquet."""

import hmac
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from gateway.batch.at_once import at_once
from gateway.batch.blinds import Blinds
from gateway.batch.engine import SPILL
from gateway.batch.statement_alike import Lines
from gateway.batch.statement_frame import Frame, blocks
from gateway.batch.statement_names import Names
from gateway.batch.statement_rows import IN_FEW_WORDS, Rows, of_book
from gateway.batch.statement_terms import DoubtError, StatementTerms
from gateway.batch.statement_typed import RECORD, Typed, Types
from gateway.batch.twice import Kept
from gateway.model.reconciliation import Sum
from gateway.model.statement_plan import StatementPlan

_QUOTE, _END = b'"', ord("\n")


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows. `before`: rows of the file before these."""

    number: int
    before: int
    lines: int
    raw: bytearray


class Reading:
    """Where the reading of one file stands, in a `with` block. `memory`: bytes that may be taken at its end."""

    def __init__(self, plan: StatementPlan, terms: StatementTerms, found: Frame, folder: Path, memory: int) -> None:
        self._plan, self._terms, self._frame, self._folder, self._memory = plan, terms, found, folder, memory
        self._hash = HMAC(terms.key, SM3()) if plan.signed else None
        self._types, self._names = Types(plan, found.head.day, terms.today), Names(plan)
        self._blinds = Blinds(terms.blind)
        self._ends, self._lock = ExitStack(), Lock()
        self._blocks = 0
        self.whole = Sum(0, 0)

    def __enter__(self) -> Self:
        seen = self._folder / SPILL
        seen.mkdir()
        self._keys, self._traces, self._vouchers = (
            self._ends.enter_context(Kept(seen / name, self._memory)) for name in ("keys", "traces", "vouchers")
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def signed(self, source: Path, block: int) -> Iterator[Block]:
        """The blocks, in their order and signed."""
        self._sign(self._frame.head_line)
        before = 0
        for raw in blocks(source, self._frame, block):
            self._sign(raw)
            lines = int(np.count_nonzero(np.frombuffer(raw, np.uint8) == _END))
            yield Block(self._blocks, before, lines, raw)
            self._blocks += 1
            before += lines
        self._sign(self._frame.foot_line)

    def take(self, block: Block) -> int:
        """Check the rows of a block, and keep them; its bytes. Other blocks are in other hands meanwhile."""
        rows = Rows(list(self._typed(block)), self._types, self._blinds)
        table, (traces, vouchers) = rows.table(), rows.traces()
        for kept, prints in ((self._keys, rows.keys()), (self._traces, traces), (self._vouchers, vouchers)):
            kept.add(prints)
        for book in self._terms.books:
            its = of_book(table, *rows.booked(self._terms.side, book, self._frame.head.day))
            file = self._folder / f"{book.value}-{_name(block.number)}"
            pq.write_table(its, file, compression="none", use_dictionary=IN_FEW_WORDS, write_statistics=False)
        with self._lock:
            self.whole += Sum(block.lines, rows.fen())
        return len(block.raw)

    def finish(self) -> Sequence[str]:
        """Check what only the whole file shows; how the files of rows are named, after their book."""
        foot = self._frame.foot
        if self._hash is not None and not hmac.compare_digest(self._hash.finalize(), self._frame.signature):
            raise DoubtError
        if self.whole != Sum(foot.count, foot.total.fen) or not self._once():
            raise DoubtError
        return [_name(number) for number in range(self._blocks)]

    def _once(self) -> bool:
        """Whether each key stands once, and each trace number of a day belongs to one voucher."""
        keys, traces = at_once(Kept.distinct, [self._keys, self._traces])
        return keys == self.whole.count and traces in {self.whole.count, self._vouchers.distinct()}

    def _typed(self, block: Block) -> Iterator[Typed]:
        """What the lines say, kind by kind."""
        bare = block.raw.replace(b"\r\n", b"\n") if b"\r" in block.raw else block.raw
        if self._plan.quotes and _QUOTE in bare:
            raise DoubtError
        columns = (RECORD, *self._plan.columns)
        lines = Lines(bare, ord(self._plan.separator), columns, pairs=self._plan.encoding == "gb18030")
        if lines.longest > self._plan.longest - (bare is not block.raw):
            raise DoubtError
        self._names.check(bare, lines)
        for alike in lines.alike():
            yield self._types.typed(alike, block.before)

    def _sign(self, raw: bytes | bytearray) -> None:
        if self._hash is not None:
            self._hash.update(raw)


def _name(number: int) -> str:
    return f"{number:05d}.parquet"
