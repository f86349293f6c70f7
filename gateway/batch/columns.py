"""Runs a column plan over a file of rows, part by part: typed rows, a table of errors, and nothing half done."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gateway.batch.engine import SPILL, Limits, engine
from gateway.batch.feed import LINE_LIMIT, PART_BYTES, Part, parts
from gateway.batch.run import Run
from gateway.batch.unfinished import unfinished
from gateway.model.column_plan import ColumnPlan


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: bytes of the file read, out of how many, its lines, and those of them with an error."""

    bytes: int
    of_bytes: int
    lines: int
    errors: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file that was read, in the folder `path`: Parquet in `rows/*.parquet`, `errors.parquet` and `notes.parquet`.

    Rows: `line`, and every canonical path of the plan (amounts in whole fen, months as ordinals from year 0, instants
    in microseconds since 1970 UTC, codes canonical). Errors: `line` from 1, `byte` at which it begins, `column`, `code`
    and `reason`; never a value. Notes: `line` and `column` of codes that are not listed and agreed to be no error.
    """

    path: Path
    lines: int
    rows: int
    errors: int
    notes: int


def read_columns(  # noqa: PLR0913 - each bound of a run is the caller's to set
    plan: ColumnPlan,
    source: Path,
    into: Path,
    *,
    limits: Limits | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    line_limit: int = LINE_LIMIT,
    part_bytes: int = PART_BYTES,
) -> Outcome:
    """Read the file `source` by `plan` into the folder `into`, which must not exist and is there only when all is done.

    GatewayError `unreadable` for a file that is no text of rows (a line beyond `line_limit` bytes, a byte order mark
    of another encoding), naming line and byte; FileExistsError; EngineError. `progress` is called after each part, and
    may stop the run by raising.
    """
    if into.exists():
        raise FileExistsError(f"{into} is there already: a file is read once, so take another name or remove it")
    with unfinished(into) as folder, engine(folder, limits or Limits()) as running:
        run, size = Run(plan, running, folder, line_limit), source.stat().st_size
        for part in _ahead(parts(source, plan, line_limit=line_limit, size=part_bytes)):
            run.take(part)
            progress(Progress(part.start + len(part.raw), size, run.lines, run.errors))
        notes = run.finish()
        shutil.rmtree(folder / SPILL, ignore_errors=True)
        folder.rename(into)
    return Outcome(into, run.lines, run.lines - run.errors, run.errors, notes)


def _ahead(source: Iterator[Part]) -> Iterator[Part]:
    """The parts, the next one made while the engine is at this one."""
    with ThreadPoolExecutor(1) as reading:
        following: Future[Part | None] = reading.submit(next, source, None)
        while (part := following.result()) is not None:
            following = reading.submit(next, source, None)
            yield part
