"""The embedded engine: DuckDB within bounds, without network, extensions or files other than those of one folder."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from duckdb.func import ARROW

from gateway.batch.shown import IN_MEMORY
from gateway.batch.sql import literal, name

SPILL = "spill"
"""The folder inside the run's own for what does not fit into memory."""
_FOUND_AT_ONCE = 10_000
_functions = count()
"""A database has one list of functions, whoever of its users made them."""


class EngineError(RuntimeError):
    """The engine could not do its work: out of memory or disk, or a fault of ours.

    It says which kind of error it was and nothing more, for what the engine says may hold values of persons.
    """


class ValueRefusedError(EngineError):
    """A value does not fit what it should be: a fault of the data."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the engine may use. `memory`: bytes before it moves to its folder on disk; `threads`: 0 for every core."""

    memory: int = 1 << 30
    threads: int = 0


class Engine:
    """One database in memory, or the part of one that stands: `part` is its schema."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, part: str = "") -> None:
        self._connection = connection
        self._part = part
        if part:
            self.run("USE", name(part))

    def another(self) -> "Engine":
        """The same database for another thread; it goes with this one."""
        return Engine(self._connection.cursor(), self._part)

    @contextmanager
    def knowing(self, made: Callable[[Any], Any]) -> Iterator[str]:
        """Let SQL call a function from text to text, by the name that is given, in a `with` block.

        `made`: what it makes of a column at once, as Arrow has them; it is not asked about NULL, which stays NULL.
        """
        called = f"made_{next(_functions)}"
        self._connection.create_function(called, made, ["VARCHAR"], "VARCHAR", type=ARROW)
        try:
            yield called
        finally:
            self._connection.remove_function(called)

    def run(self, *words: str, values: Sequence[object] = ()) -> None:
        """Run one statement; EngineError."""
        self._executed(words, values)

    def rows(self, *words: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time."""
        found = self._executed(words, values)
        while rows := found.fetchmany(_FOUND_AT_ONCE):
            yield from rows

    def _executed(self, words: Sequence[str], values: Sequence[object]) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(" ".join(words), values or None)
        except (duckdb.DataError, duckdb.InvalidInputException) as error:
            raise ValueRefusedError(f"the engine refused a value: {type(error).__name__}") from None
        except duckdb.Error as error:
            raise EngineError(f"the engine stopped: {type(error).__name__}") from None


@dataclass(slots=True)
class _Standing:
    """An engine that several pieces of work share, each in a part of its own; it may use what lies in `folder`.

    `ends`: what is closed when it stands no longer.
    """

    folder: Path
    limits: Limits
    ends: ExitStack
    parts: Iterator[int] = field(default_factory=count)
    lock: threading.Lock = field(default_factory=threading.Lock)
    connection: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def part(self) -> Iterator[Engine]:
        """A part of it for one piece of work, gone afterwards with everything in it."""
        part, connection = f"part_{next(self.parts)}", self._started()
        cursor = connection.cursor()
        cursor.execute(f"CREATE SCHEMA {name(part)}")
        try:
            yield Engine(cursor, part)
        finally:
            with suppress(duckdb.Error):  # of an engine that is not there any more nothing is left
                connection.execute(f"DROP SCHEMA {name(part)} CASCADE")
            cursor.close()

    def _started(self) -> duckdb.DuckDBPyConnection:
        with self.lock:
            if self.connection is None:
                spill = Path(self.ends.enter_context(TemporaryDirectory(prefix=".standing-", dir=self.folder)))
                self.connection = self.ends.enter_context(_opened(self.folder, spill, self.limits, ordered=True))
            return self.connection


_standing: ContextVar[_Standing | None] = ContextVar("standing", default=None)


@contextmanager
def standing(folder: Path, limits: Limits = Limits()) -> Iterator[None]:
    """One engine for all work in `folder`, within the same limits, while the block lasts: to start one takes 20 ms.

    It is started for the first piece of work. Work elsewhere, or that may use more, has an engine of its own as ever.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as ends:
        before = _standing.set(_Standing(folder.absolute(), limits, ends))
        try:
            yield
        finally:
            _standing.reset(before)


@contextmanager
def engine(folder: Path, limits: Limits, *, ordered: bool = True) -> Iterator[Engine]:
    """An engine that reads and writes in `folder`, and spills there what does not fit; of one that stands, a part.

    `ordered`: rows keep the order in which they were read, which takes memory.
    """
    shared = _standing.get()
    if shared and ordered and limits.memory <= shared.limits.memory and folder.absolute().is_relative_to(shared.folder):
        with shared.part() as part:
            yield part
        return
    with _opened(folder, folder / SPILL, limits, ordered=ordered) as connection:
        yield Engine(connection)


@contextmanager
def _opened(folder: Path, spill: Path, limits: Limits, *, ordered: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    settings: dict[str, Any] = {
        "memory_limit": f"{limits.memory}B",
        "temp_directory": str(spill),
        "preserve_insertion_order": ordered,  # the number of a row is that of its line
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    if limits.threads:
        settings["threads"] = limits.threads
    connection = duckdb.connect(":memory:", config=settings)
    try:
        running = Engine(connection)
        running.run("SET allowed_directories = [", f"{literal(str(folder))}, {literal(IN_MEMORY)}", "]")
        running.run("SET enable_external_access = FALSE")
        running.run("SET lock_configuration = TRUE")
        yield connection
    finally:
        connection.close()
