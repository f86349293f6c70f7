"""The distributed engine: an existing cluster of Apache Spark, reached through a driver in a process of its own."""

import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from gateway.batch import spark_driver, spark_java
from gateway.batch.engine import EngineError, Limits, engine
from gateway.batch.sql import literal

SCHEME = "spark://"
_JOINING = Limits(memory=256 << 20)
_ROOT = Path(__file__).parents[2]
_ANSWERS_WITHIN = 5.0
_ENDS_WITHIN = 30.0


class Spark:
    """Relations on the cluster; what is `kept` lies in `folder`, which every worker sees under the same path."""

    def __init__(self, driver: "subprocess.Popen[str]", folder: Path) -> None:
        self._driver = driver
        self._folder = folder
        self._numbers = count()
        self.kept: dict[str, Path] = {}

    def source(self, relation: str, files: Sequence[Path]) -> None:
        """Let a relation stand for files of Parquet."""
        self._ask("source", relation, [str(file.absolute()) for file in files])

    def keep(self, relation: str, query: str) -> None:
        """Compute a query once, and let a relation stand for what it gave."""
        folder = self._new_folder()
        self._ask("keep", relation, query, str(folder))
        self.kept[relation] = folder

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query that has few: numbers, texts and truths."""
        return [tuple(row) for row in self._ask("rows", query)]

    def write(self, query: str, file: Path) -> None:
        """Write what a query gives, in its order, as one file of Parquet."""
        folder = self._new_folder()
        self._ask("write", query, str(folder))
        # Joined here: to bring the parts together on one worker, Spark takes them in whatever order is nearest.
        parts = ", ".join(literal(str(part)) for part in sorted(folder.glob("part-*.parquet")))
        with engine(self._folder, _JOINING) as embedded:
            embedded.run(f"COPY (FROM read_parquet([{parts}])) TO", literal(str(file)), "(FORMAT parquet)")

    def opened(self) -> None:
        """Wait until the cluster has given what is needed; EngineError."""
        self._answer()

    def _new_folder(self) -> Path:
        return (self._folder / f"kept-{next(self._numbers)}").absolute()

    def _ask(self, verb: str, *arguments: object) -> Any:
        assert self._driver.stdin is not None  # noqa: S101 - it was started with one
        try:
            self._driver.stdin.write(json.dumps({"verb": verb, "arguments": arguments}) + "\n")
            self._driver.stdin.flush()
        except OSError:
            raise _gone() from None
        return self._answer()

    def _answer(self) -> Any:
        assert self._driver.stdout is not None  # noqa: S101 - it was started with one
        line = self._driver.stdout.readline()
        if not line:
            raise _gone()
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(told(answer["error"]))
        return answer["answer"]


def _gone() -> EngineError:
    return EngineError("the driver of Spark ended by itself: too little memory, or it was killed; start the run again")


def told(error: str) -> str:
    """What an error of the driver means to whoever runs the gateway."""
    if error == "TimeoutError":
        return (
            f"no worker of the Spark cluster gave an executor within {spark_driver.EXECUTORS_WITHIN:.0f} s: look at its"
            " master's page for workers that live and have cores and memory free (spark.executor.memory)"
        )
    return f"Spark stopped: {error}"


@contextmanager
def spark(url: str, folder: Path) -> Iterator[Spark]:
    """An application on the cluster at `url` (spark://host:port, several masters divided by commas), while it lasts.

    `folder` is there, and every worker reads and writes it under the same path. EngineError where Java or pyspark is
    missing, where no master answers, where no worker has room, or for a statement that fails.
    """
    _check(url)
    driver = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", spark_driver.__name__, url],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what Spark says of an error may quote values
        text=True,
        encoding="utf-8",
    )
    running = Spark(driver, folder)
    try:
        running.opened()
        yield running
    finally:
        driver.communicate(timeout=_ENDS_WITHIN)


def _check(url: str) -> None:
    lacking = spark_java.lacking()
    if lacking:
        raise EngineError(f"BATCH_URL names a Spark cluster: {lacking}")
    if importlib.util.find_spec("pyspark") is None:
        raise EngineError(
            "BATCH_URL names a Spark cluster, and pyspark is not installed here: "
            "pip install --require-hashes -r requirements/spark.txt"
        )
    if not any(_listens(master) for master in url.removeprefix(SCHEME).split(",")):
        raise EngineError(
            f"no Spark master answers at {url}: check BATCH_URL, and that the cluster is up; "
            "where it is empty, this machine computes by itself"
        )


def _listens(master: str) -> bool:
    host, _, port = master.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWERS_WITHIN).close()
    except (OSError, ValueError):
        return False
    return True
