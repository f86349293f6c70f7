"""Which engine runs the statements: DuckDB inside the process, or the Spark cluster that BATCH_URL names."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from gateway.batch.engine import Engine, EngineError, Limits, engine
from gateway.batch.spark import SCHEME, spark
from gateway.batch.sql import literal, name


class Relations(Protocol):
    """What an engine does with named relations; the SQL is the same for all. Each verb may fail: EngineError."""

    def source(self, relation: str, files: Sequence[Path]) -> None:
        """Let a relation stand for files of Parquet with the same columns; one at least."""

    def keep(self, relation: str, query: str) -> None:
        """Compute a query once, and let a relation stand for what it gave."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query that has few: numbers, texts and truths."""

    def write(self, query: str, file: Path) -> None:
        """Write what a query gives, in its order, as one file of Parquet inside the folder of the run."""


class Embedded:
    """Relations in DuckDB."""

    def __init__(self, running: Engine) -> None:
        self._running = running

    def source(self, relation: str, files: Sequence[Path]) -> None:
        """Let a relation stand for files of Parquet."""
        listed = ", ".join(literal(str(file)) for file in files)
        self._running.run("CREATE VIEW", name(relation), "AS SELECT * FROM", f"read_parquet([{listed}])")

    def keep(self, relation: str, query: str) -> None:
        """Compute a query once."""
        self._running.run("CREATE TABLE", name(relation), "AS", query)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return list(self._running.rows(query))

    def write(self, query: str, file: Path) -> None:
        """Write what a query gives."""
        self._running.run("COPY (", query, ") TO", literal(str(file)), "(FORMAT parquet, COMPRESSION zstd)")


@contextmanager
def relations(url: str, folder: Path, limits: Limits) -> Iterator[Relations]:
    """The engine that the setting BATCH_URL names, while the block lasts; EngineError.

    `url`: empty for the embedded one, or spark://host:port. `folder` is the run's own and holds every file that is read
    or written; a cluster sees it under the same path. `limits` bind the embedded engine; a cluster has its own.
    """
    if not url:
        with engine(folder, limits, ordered=False) as running:
            yield Embedded(running)
    elif url.startswith(SCHEME):
        with spark(url, folder) as distributed:
            yield distributed
    else:
        raise EngineError(f"BATCH_URL is {SCHEME}host:port of a Spark cluster, or empty for the engine of this machine")
