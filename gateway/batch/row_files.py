"""Rows of a side as files of Parquet: each written once, whole, and never again."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from gateway.batch.engine import Engine, Limits, engine
from gateway.batch.shown import shown
from gateway.batch.sql import literal, name, select
from gateway.model.reconciliation import ROW_COLUMNS, Sum

Row = tuple[object, ...]
"""The values of ROW_COLUMNS, in their order."""

COLUMNS: Mapping[str, str] = {column: name(column) for column, _ in ROW_COLUMNS}
_AT_ONCE = 50_000
_NULL = "\\N"
_READ = {"header": "FALSE", "auto_detect": "FALSE", "delim": "','", "quote": "'\"'", "escape": "'\"'"}


class RowWriter:
    """Writes rows, in a `with` block, as one file that is there only when the block has ended well.

    FileExistsError where it is there already; EngineError where a value does not fit its column.
    """

    def __init__(self, into: Path, limits: Limits | None = None) -> None:
        self._into, self._limits = into, limits or Limits()
        self._held: list[Row] = []
        self._stack = ExitStack()
        self.sum = Sum(0, 0)

    def __enter__(self) -> Self:
        self.folder = self._stack.enter_context(beside(self._into))
        self._engine = self._stack.enter_context(engine(self.folder, self._limits))
        columns = ", ".join(f"{name(column)} {kind}" for column, kind in ROW_COLUMNS)
        self._engine.run("CREATE TABLE rows (", columns, ")")
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        with self._stack:
            if kind is None:
                self._give()
                self.sum = keep(self._engine, self.finished(), self.folder, self._into)

    def add(self, row: Row) -> None:
        """Write one row."""
        self._held.append(row)
        if len(self._held) >= _AT_ONCE:
            self._give()

    def load(self, text: str | bytes, columns: Sequence[tuple[str, str]], made: str = "*") -> None:
        """Write rows that are given as lines of CSV with some columns; `made`: ROW_COLUMNS of them, as SQL."""
        types = ", ".join(f"{name(column)}: {literal(kind)}" for column, kind in columns)
        with shown(text, self.folder) as file:
            options = ", ".join(f"{option} = {value}" for option, value in _READ.items())
            read = f"read_csv({literal(file)}, {options}, nullstr = {literal(_NULL)}, columns = {{{types}}})"
            self._engine.run("INSERT INTO rows SELECT", made, "FROM", read)

    def finished(self) -> str:
        """The source of what is to stand in the file."""
        return "rows"

    def _give(self) -> None:
        text = io.StringIO()
        lines = ([_NULL if value is None else value for value in row] for row in self._held)
        csv.writer(text, lineterminator="\n").writerows(lines)
        self.load(text.getvalue(), ROW_COLUMNS)
        self._held.clear()


def write_rows(rows: Iterable[Row], into: Path, limits: Limits | None = None) -> Sum:
    """Write rows as one file; how many, and how much. Errors as of RowWriter."""
    with RowWriter(into, limits) as writer:
        for row in rows:
            writer.add(row)
    return writer.sum


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def sum_of(file: Path) -> Sum:
    """How many rows a written file has, and how much they come to."""
    with engine(file.parent, Limits()) as running:
        return _sum(running, file)


@contextmanager
def beside(into: Path) -> Iterator[Path]:
    """A folder beside `into`, on the same disk, that only its owner can open and that goes when all is done."""
    if into.exists():
        raise FileExistsError(f"{into} is there already: what was written once stays as it is")
    into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(prefix=f".{into.name}.", dir=into.parent) as folder:
        yield Path(folder)


def parquet(files: Sequence[Path], folder: Path) -> str:
    """Files as a source of a query, shown to the engine in its folder (they lie on the same disk)."""
    linked = []
    for file in files:
        shown_as = folder / f"given-{len(list(folder.glob('given-*')))}.parquet"
        os.link(file, shown_as)
        linked.append(literal(str(shown_as)))
    return f"read_parquet([{', '.join(linked)}])"


def keep(running: Engine, source: str, folder: Path, into: Path) -> Sum:
    """Let the rows of a source stand in their place, on disk first; how many, and how much. `folder`: the engine's."""
    made = folder / "rows.parquet"
    running.run("COPY", select(COLUMNS, source), "TO", literal(str(made)), "(FORMAT parquet, COMPRESSION zstd)")
    with made.open("rb") as written:
        os.fsync(written.fileno())
    total = _sum(running, made)
    os.link(made, into)
    return total


def _sum(running: Engine, file: Path) -> Sum:
    total = "coalesce(sum(amount + late_fee + interest), 0)"
    count, fen = next(running.rows("SELECT count(*),", total, "FROM", f"read_parquet({literal(str(file))})"))
    return Sum(int(count), int(fen))
