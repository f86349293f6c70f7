"""The driver of a Spark application, as a program: reads requests as lines of JSON, answers each with one.

It is a process of its own, since Spark allows one session to a process, and since what starts it has threads. It ends
when its standard input does, also in the middle of a statement: whoever asked is gone then.
"""

import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TextIO

SETTINGS: Mapping[str, str] = {
    "spark.app.name": "social-insurance-gateway",
    "spark.sql.ansi.enabled": "true",  # a sum that overflows is an error and not another sum
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "true",  # a backslash in a text is a backslash
    "spark.sql.session.timeZone": "UTC",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.log.level": "OFF",  # what Spark says of an error may quote values
    "spark.ui.enabled": "false",  # it would show statements to anybody who asks
    "spark.ui.showConsoleProgress": "false",
}
"""What the meaning of a statement, and the secrecy of what it is about, depend on; the rest is for `spark-defaults`."""
EXECUTORS_WITHIN = 120.0
_LOOK_AGAIN = 0.1
_GLOB = str.maketrans({character: "\\" + character for character in "\\{}[]*?,"})

Answer = dict[str, Any]


class Driver:
    """One session; each method is a request."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def source(self, relation: str, files: list[str]) -> None:
        """Let a relation stand for files of Parquet."""
        self._session.read.parquet(*map(_address, files)).createOrReplaceTempView(relation)

    def keep(self, relation: str, query: str, folder: str) -> None:
        """Compute a query into a folder of Parquet, and let a relation stand for it."""
        found = self._session.sql(query)
        found.write.parquet(_plain_address(folder))
        kept = self._session.read.schema(found.schema).parquet(_address(folder))
        kept.createOrReplaceTempView(relation)

    def write(self, query: str, folder: str) -> None:
        """Write what a query gives as files of Parquet, whose names follow one another as its rows do."""
        self._session.sql(query).write.parquet(_plain_address(folder))

    def rows(self, query: str) -> list[list[Any]]:
        """The rows of a query: numbers, texts and truths only."""
        return [list(row) for row in self._session.sql(query).collect()]


def _address(path: str) -> str:
    """A path as Spark reads it, where it would look for patterns."""
    return _plain_address(path.translate(_GLOB))


def _plain_address(path: str) -> str:
    return f"file:{path}"


def session(url: str) -> Any:
    """A session on the cluster, once a worker of it has given an executor; TimeoutError."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only where BATCH_URL names a cluster

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    builder = SparkSession.builder.master(url)
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    _await_executor(made)
    return made


def _await_executor(made: Any) -> None:
    """Without one every statement would wait, without end and without a word. The driver counts as one itself."""
    status, until = made.sparkContext._jsc.sc(), time.monotonic() + EXECUTORS_WITHIN  # noqa: SLF001 - no public way
    while status.getExecutorMemoryStatus().size() < 2:  # noqa: PLR2004 - the driver, and one more
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(_LOOK_AGAIN)


def listen(source: TextIO) -> Iterator[dict[str, Any]]:
    """The requests. From now on this process ends, whatever it does, when somebody closes the other end."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()

    def take_in() -> None:
        for line in source:
            waiting.put(line)
        os._exit(0)

    threading.Thread(target=take_in, daemon=True).start()
    return (json.loads(line) for line in iter(waiting.get, ""))


def _said(answer: Callable[[], Any]) -> Answer:
    """What a request led to. Of an error its kind alone: what else it says may be values of persons."""
    try:
        return {"answer": answer()}
    except Exception as error:  # noqa: BLE001 - whatever it is, whoever asked is told
        condition = getattr(error, "getCondition", lambda: None)()
        return {"error": " ".join(filter(None, (type(error).__name__, condition)))}


def main(url: str) -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # Java says things on standard output
    requests, made = listen(sys.stdin), list[Any]()
    opened = _said(lambda: made.append(session(url)))
    answers.write(json.dumps(opened) + "\n")
    driver = Driver(*made) if made else None
    for request in requests:
        verb, arguments = request["verb"], request["arguments"]
        answers.write(json.dumps(_said(lambda: getattr(driver, verb)(*arguments))) + "\n")  # noqa: B023 - called at once


if __name__ == "__main__":
    main(sys.argv[1])
