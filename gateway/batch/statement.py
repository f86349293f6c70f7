"""A statement of millions of rows read in bulk: signed, counted, summed and checked line by line, typed as Parquet.

It is all or nothing, and says nothing of what is wrong: a file that is not plainly right is for the strict reader
(gateway.mapping.statement_reader), which tells line and byte. What is taken here, that reader takes too.
"""

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.batch.at_once import at_once
from gateway.batch.engine import SPILL, EngineError, Limits
from gateway.batch.statement_frame import BLOCK, frame
from gateway.batch.statement_terms import DoubtError, StatementTerms
from gateway.batch.unfinished import unfinished
from gateway.model.reconciliation import Book, Sum
from gateway.model.statement import StatementHead
from gateway.model.statement_plan import StatementPlan


@dataclass(frozen=True, slots=True)
class BulkStatement:
    """A statement that is right. `files`: the rows that are each book's, with ROW_COLUMNS; `whole`: of the file."""

    head: StatementHead
    files: Mapping[Book, tuple[Path, ...]]
    whole: Sum


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

    `progress`: bytes done, out of how many; may stop the run by raising. FileExistsError; EngineError: no memory.
    """
    if into.exists():
        raise FileExistsError(f"{into} is there already: a file is read once, so take another name or remove it")
    found = frame(plan, source, terms.today)
    if found is None or found.end < found.start:
        return None
    # What handles columns takes 60 MB of a process, and a server reads no statement: it is loaded for the first file.
    from gateway.batch.statement_blocks import Reading  # noqa: PLC0415 - as said above

    with unfinished(into) as folder:
        bounds = limits or Limits()
        try:
            with Reading(plan, terms, found, folder, bounds.memory) as reading:
                done = found.start
                with closing(at_once(reading.take, reading.signed(source, block), bounds.threads)) as sizes:
                    for size in sizes:
                        done += size
                        progress(done, found.end)
                made = reading.finish()
        except DoubtError:
            return None
        except MemoryError as error:
            raise EngineError("the memory of this process does not suffice to read a statement in bulk") from error
        shutil.rmtree(folder / SPILL)
        folder.rename(into)
    files = {book: tuple(into / f"{book.value}-{name}" for name in made) for book in terms.books}
    return BulkStatement(found.head, files, reading.whole)
