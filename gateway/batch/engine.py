"""The embedded engine: DuckDB within bounds, without network, extensions or files other than those of one folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from gateway.batch.shown import IN_MEMORY
from gateway.batch.sql import literal

SPILL = "spill"
"""The folder inside the run's own for what does not fit into memory."""
_FOUND_AT_ONCE = 10_000


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
    """One database in memory."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def another(self) -> "Engine":
        """The same database for another thread; it goes with this one."""
        return Engine(self._connection.cursor())

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


@contextmanager
def engine(folder: Path, limits: Limits, *, ordered: bool = True) -> Iterator[Engine]:
    """An engine that reads and writes in `folder`, and spills there what does not fit.

    `ordered`: rows keep the order in which they were read, which takes memory.
    """
    settings: dict[str, Any] = {
        "memory_limit": f"{limits.memory}B",
        "temp_directory": str(folder / SPILL),
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
        yield running
    finally:
        connection.close()
