"""The queue in front of the journal's writer thread: bounded, emptied in one go."""

import threading
from collections.abc import Sequence

from gateway.errors import GatewayError
from gateway.store.journal_chain import Draft

_PATIENCE_SECONDS = 5.0


class Request:
    """Drafts of one caller, kept together, and the place where the caller waits for their ids."""

    __slots__ = ("_done", "_error", "_ids", "drafts")

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self._ids: tuple[str, ...] = ()
        self._error: GatewayError | None = None
        # A bare lock is the cheapest thing to wait for, and this is on the way of every document.
        self._done = threading.Lock()
        self._done.acquire()

    def wait(self) -> tuple[str, ...]:
        """The ids, once the drafts are kept; GatewayError where they could not be."""
        with self._done:
            if self._error is not None:
                raise self._error
            return self._ids

    def kept(self, ids: tuple[str, ...]) -> None:
        """Let the caller go on."""
        self._ids = ids
        self._done.release()

    def refused(self, error: GatewayError) -> None:
        """Let the caller know."""
        self._error = error
        self._done.release()


class RequestQueue:
    """What callers handed in and the writer has not taken yet; at most `limit` requests."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._requests: list[Request] = []
        self.last: Request | None = None
        self._closed = False
        lock = threading.Lock()
        self._arrived = threading.Condition(lock)
        self._emptied = threading.Condition(lock)

    def put(self, request: Request) -> None:
        """Hand in; waits a while for room. GatewayError `unavailable` where there is none, or after `close`."""
        with self._arrived:
            if len(self._requests) >= self._limit:
                self._emptied.wait_for(lambda: self._closed or len(self._requests) < self._limit, _PATIENCE_SECONDS)
            if self._closed:
                raise GatewayError("unavailable", reason="the journal is closed")
            if len(self._requests) >= self._limit:
                raise GatewayError("unavailable", reason="the journal does not keep up")
            self._requests.append(request)
            self.last = request
            self._arrived.notify()

    def take(self) -> list[Request]:
        """Everything handed in so far, in order; waits for the first. Empty only once closed and done."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._requests or self._closed)
            taken, self._requests = self._requests, []
            self._emptied.notify_all()
            return taken

    def close(self) -> None:
        """Take no more."""
        with self._arrived:
            self._closed = True
            self._arrived.notify_all()
            self._emptied.notify_all()
