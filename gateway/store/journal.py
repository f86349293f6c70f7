"""The journal's writer: one stream per process start, one thread that commits what many threads hand in."""

import os
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, desc, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from gateway.errors import GatewayError
from gateway.model.handles import new_handle
from gateway.points import passing
from gateway.ports import Crossing, Now
from gateway.store.bulk import insert
from gateway.store.journal_chain import START, DataKeys, Draft, draft_of, record_hash, record_id
from gateway.store.journal_queue import Request, RequestQueue
from gateway.store.journal_tables import journal_keys, journal_records

_QUEUE_LIMIT = 4096
_of_parents: list["_Stream"] = []
_Row = dict[str, Any]


class JournalWriter:
    """Keeps every crossing, encrypted and chained, in a stream of its own (design section 8); a `ports.Journal`.

    `engine`: on a migrated database. `keys`: makes a data key per record. `process`: the kind of process, at most 14
    characters, the first part of the stream's name. May be used from any thread; after a fork the child goes on in a
    stream of its own.
    """

    def __init__(self, engine: Engine, keys: DataKeys, now: Now, process: str = "gateway") -> None:
        self._engine = engine
        self._keys = keys
        self._now = now
        self._process = process
        self._open()
        restart = weakref.WeakMethod(self._after_fork)
        os.register_at_fork(after_in_child=lambda: (method := restart()) and method())

    @property
    def stream(self) -> str:
        """The name of the stream that this process writes."""
        return self._stream.name

    def record(self, crossing: Crossing) -> str:
        """Keep one crossing; its id, once it is durable. GatewayError `unavailable` where it could not be kept."""
        return self.record_many((crossing,))[0]

    def record_many(self, crossings: Iterable[Crossing]) -> tuple[str, ...]:
        """Keep several crossings, all or none, one behind the other; their ids, once all are durable."""
        request = self._handed_in(crossings)
        return request.wait() if request.drafts else ()

    def hand_in(self, crossing: Crossing) -> Request:
        """Take one crossing; it is durable once `wait` of what comes back has come back."""
        return self._handed_in((crossing,))

    def flush(self) -> None:
        """Come back once all that was handed in so far is durable; GatewayError where the last of it could not be."""
        last = self._queue.last
        if last is not None:
            last.wait()

    def _handed_in(self, crossings: Iterable[Crossing]) -> Request:
        queue, stream = self._queue, self._stream.name
        request = Request([draft_of(crossing, stream, self._keys) for crossing in crossings])
        if request.drafts:
            self._wake()
            queue.put(request)
        return request

    def close(self) -> None:
        """Take no more, and come back when everything handed in is kept or refused."""
        self._queue.close()
        if self._thread is not None:
            self._thread.join()

    def _open(self) -> None:
        self._queue = RequestQueue(_QUEUE_LIMIT)
        self._stream = _Stream(self._engine, new_handle(self._process, self._now()))
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def _after_fork(self) -> None:
        # Thread and locks did not come along, and stream and connections stay the parent's: not even closed here.
        _of_parents.append(self._stream)
        self._engine.dispose(close=False)
        self._open()

    def _wake(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    thread = threading.Thread(
                        target=_write, args=(self._queue, self._stream), name="journal", daemon=True
                    )
                    thread.start()
                    self._thread = thread


def _write(queue: RequestQueue, stream: "_Stream") -> None:
    while requests := queue.take():
        _keep(stream, requests)
    stream.close()


def _keep(stream: "_Stream", requests: Sequence[Request]) -> None:
    try:
        ids = iter(stream.append([draft for request in requests for draft in request.drafts]))
    except Exception as problem:  # noqa: BLE001 - whatever it is, every caller is told, and the next batch is tried
        _not_kept(stream, requests, problem)
    else:
        for request in requests:
            request.kept(tuple(islice(ids, len(request.drafts))))


def _not_kept(stream: "_Stream", requests: Sequence[Request], problem: Exception) -> None:
    if len(requests) > 1 and not isinstance(problem, OperationalError):
        # The database works and one request does not: the others must not suffer for it.
        for request in requests:
            _keep(stream, (request,))
        return
    for request in requests:
        error = GatewayError("unavailable", reason="the journal cannot be written")
        error.__cause__ = problem
        request.refused(error)


def _committing(engine: Engine) -> Engine:
    """The engine whose statements are each a transaction: on PostgreSQL everything goes in one (`bulk`)."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    hash: bytes


class _Stream:
    """The chain as its one writer knows it; `_head` is None while the last commit's fate is unknown."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        self._engine = engine
        self._connection: Connection | None = None
        self._head: _Head | None = _Head(0, START)

    def append(self, drafts: Sequence[Draft]) -> Sequence[str]:
        """Commit the drafts as the next records; their ids."""
        try:
            return self._append(drafts)
        except DBAPIError as problem:
            self.close()
            # Twice where another try can help: the connection had gone stale, or a commit that was reported lost has
            # arrived after the head was read.
            if problem.connection_invalidated or isinstance(problem, IntegrityError):
                return self._append(drafts)
            raise

    def close(self) -> None:
        """Give the connection back; `append` takes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _append(self, drafts: Sequence[Draft]) -> Sequence[str]:
        head, self._head = self._head, None
        if self._connection is None:
            self._connection = _committing(self._engine).connect()
        with self._connection.begin():
            head = head or self._committed_head(self._connection)
            numbers = range(head.number + 1, head.number + 1 + len(drafts))
            records = self._chained(numbers, drafts, head.hash)
            keys = list(map(self._key_row, numbers, drafts))
            passing("journal.commit.before")
            insert(self._connection, {journal_records: records, journal_keys: keys})
        passing("journal.commit.after")
        self._head = _Head(numbers[-1], records[-1]["hash"])
        return [record_id(self.name, number) for number in numbers]

    def _chained(self, numbers: Sequence[int], drafts: Sequence[Draft], previous: bytes) -> list[_Row]:
        rows = []
        for number, draft in zip(numbers, drafts, strict=True):
            previous = record_hash(previous, (self.name, number), draft, draft.ciphertext_hash)
            rows.append(self._record_row(number, draft, previous))
        return rows

    def _record_row(self, number: int, draft: Draft, chained: bytes) -> _Row:
        return {
            "stream": self.name,
            "number": number,
            "direction": draft.direction,
            "party": draft.party,
            "message": draft.message,
            "media_type": draft.media_type,
            "at": draft.at,
            "about": draft.about,
            "ciphertext": draft.ciphertext,
            "hash": chained,
        }

    def _key_row(self, number: int, draft: Draft) -> _Row:
        return {"stream": self.name, "number": number, "person": draft.person or None, "wrapped": draft.wrapped}

    def _committed_head(self, connection: Connection) -> _Head:
        mine = select(journal_records.c.number, journal_records.c.hash).where(journal_records.c.stream == self.name)
        row = connection.execute(mine.order_by(desc(journal_records.c.number)).limit(1)).first()
        return _Head(0, START) if row is None else _Head(row.number, row.hash)
