"""Runs a column plan over a file of rows, part by part: typed rows, a table of errors, and nothing half done."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.batch.engine import Engine, Limits, engine
from gateway.batch.feed import LINE_LIMIT, PART_BYTES, Part, parts
from gateway.batch.folding import Folds
from gateway.batch.query import Query
from gateway.batch.sql import literal, name, select
from gateway.model.column_plan import ColumnPlan

_BUFFER = 4 << 20
_WIDER = 16  # how much longer a line can be in what the engine reads: UTF-8, and what stands for a carriage return
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: bytes of the file read, out of how many, its lines, and those of them with an error."""

    bytes: int
    of_bytes: int
    lines: int
    errors: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file that was read, in the folder `path`: Parquet in `rows/` (several files), `errors.parquet`, `notes.parquet`.

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
        raise FileExistsError(f"{into} is there already; a file is read once")
    with _unfinished(into) as folder, engine(folder, limits or Limits()) as running:
        run = _Run(Query(plan), running, folder, line_limit)
        size = source.stat().st_size
        for part in _ahead(parts(source, plan, line_limit=line_limit, size=part_bytes)):
            run.take(part)
            progress(Progress(part.start + len(part.raw), size, run.lines, run.errors))
        run.finish()
        shutil.rmtree(folder / "spill", ignore_errors=True)
        folder.rename(into)
    return Outcome(into, run.lines, run.lines - run.errors, run.errors, run.notes)


class _Run:
    """One run: what each part adds to the folder."""

    def __init__(self, query: Query, running: Engine, folder: Path, line_limit: int) -> None:
        self._query = query
        self._engine = running
        self._folder = folder
        self._line_bytes = line_limit * _WIDER
        self.lines = self.errors = self.notes = 0
        (folder / "rows").mkdir()
        running.run("CREATE TABLE errors (line BIGINT, byte BIGINT, fault INTEGER)")
        running.run("CREATE TABLE notes (line BIGINT, noted INTEGER)")

    def take(self, part: Part) -> None:
        """Read one part."""
        self._load(part)
        folds = Folds(self._engine, self._query.folds)
        typed = self._query.typed(folds.joined, folds.of, part.marker)
        self._engine.run("CREATE OR REPLACE TEMP TABLE typed AS SELECT * FROM", typed, "ORDER BY r")
        self._keep_errors(part)
        self._keep_notes(part)
        columns = {"line": f"r + {part.before + 1}", **{here: name(here) for here in self._query.outputs}}
        file = str(self._folder / "rows" / f"part-{part.number:05d}.parquet")
        self._engine.run("COPY", select(columns, "typed WHERE fault = 0"), "TO", literal(file), "(FORMAT parquet)")
        self.lines += part.lines

    def finish(self) -> None:
        """Write the tables of errors and notes."""
        faults = [(number, *fault) for number, fault in enumerate(self._told(), start=1)]
        self._describe("faults", faults)
        self._describe("noted", [(number, place, "", "") for number, (place, _) in enumerate(self._query.noted, start=1)])
        self._copy("errors", "fault", '"column", code, reason', "line, byte")
        self._copy("notes", "noted", '"column"', "line")

    def _told(self) -> Iterator[tuple[str, str, str]]:
        return ((fault.column, fault.code, fault.reason) for fault in self._query.faults)

    def _load(self, part: Part) -> None:
        file = self._folder / "part.txt"
        file.write_bytes(part.text.encode())
        # The text of a part is one column to the engine's own reader of files, which knows quotes, and empty lines that
        # it skips; what is a column, and how many there are, is decided below.
        options = {
            "delim": literal(part.delimiter),
            "quote": "''",
            "escape": "''",
            "new_line": r"'\n'",
            "header": "FALSE",
            "auto_detect": "FALSE",
            "columns": "{'l': 'VARCHAR'}",
            "max_line_size": str(self._line_bytes),
            "buffer_size": str(max(_BUFFER, 2 * self._line_bytes)),
        }
        said = ", ".join(f"{option} = {value}" for option, value in options.items())
        line = f"replace(l, {literal(part.returns)}, chr(13))" if part.returns else "l"
        source = select({"c": f"string_split({line}, {literal(part.separator)})"}, f"read_csv({literal(str(file))}, {said})")
        cell = "rtrim(c[{}], ' ')" if self._query.plan.widths else "c[{}]"
        cells = {f"c{index}": cell.format(index + 2) for index in range(len(self._query.plan.columns))}
        made = select({"n": "len(c) - 1", **cells}, source) if part.lines else select(dict.fromkeys(("n",), "0") | dict.fromkeys(cells, "''"), "range(0)")
        self._engine.run("CREATE OR REPLACE TEMP TABLE split AS SELECT * FROM", made)
        self._engine.run("CREATE OR REPLACE TEMP VIEW cells AS SELECT rowid AS r, * FROM split")
        file.unlink()

    def _keep_errors(self, part: Part) -> None:
        found = self._engine.rows("SELECT r, fault FROM typed WHERE fault > 0 ORDER BY r")
        faulty = list(found)
        starts = part.starts([row for row, _ in faulty])
        for at in range(0, len(faulty), _AT_ONCE):
            some = faulty[at : at + _AT_ONCE]
            lines = [row + part.before + 1 for row, _ in some]
            starting = [next(starts) for _ in some]
            values = (lines, starting, [fault for _, fault in some])
            self._engine.run("INSERT INTO errors SELECT unnest(?), unnest(?), unnest(?)", values=values)
        self.errors += len(faulty)

    def _keep_notes(self, part: Part) -> None:
        for number, (_, column) in enumerate(self._query.noted, start=1):
            row = f"SELECT r + {part.before + 1}, {number} FROM typed WHERE fault = 0 AND {column}"
            self._engine.run("INSERT INTO notes", row)
        self.notes = next(self._engine.rows("SELECT count(*) FROM notes"))[0]

    def _describe(self, table: str, rows: list[tuple[int, str, str, str]]) -> None:
        self._engine.run("CREATE TABLE", table, '(number INTEGER, "column" VARCHAR, code VARCHAR, reason VARCHAR)')
        for row in rows:
            self._engine.run("INSERT INTO", table, "VALUES (?, ?, ?, ?)", values=row)

    def _copy(self, table: str, key: str, told: str, order: str) -> None:
        described = {"errors": "faults", "notes": "noted"}[table]
        own = "line, byte" if table == "errors" else "line"
        query = f"{own}, {told} FROM {table} JOIN {described} ON {table}.{key} = {described}.number ORDER BY {order}"
        file = str(self._folder / f"{table}.parquet")
        self._engine.run("COPY (SELECT", query, ") TO", literal(file), "(FORMAT parquet)")


@contextmanager
def _unfinished(into: Path) -> Iterator[Path]:
    """A folder beside `into` that only its owner can open; it is gone when the run ends without having renamed it."""
    folder = into.with_name(f".{into.name}.{os.getpid()}.partial")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ahead(source: Iterator[Part]) -> Iterator[Part]:
    """The parts, the next one made while the engine is at this one."""
    with ThreadPoolExecutor(1) as reading:
        following: Future[Part | None] = reading.submit(next, source, None)
        while (part := following.result()) is not None:
            following = reading.submit(next, source, None)
            yield part
