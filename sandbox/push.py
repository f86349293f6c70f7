"""What parties push to us: decisions, receipts, results; tried again with growing pauses until it is answered."""

import http.client
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from sandbox.clock import Timers

TIMEOUT = 10.0
LINES = 4
PATIENCE = 1.0

Write = Callable[[int], tuple[str, bytes, dict[str, str]]]
Answered = Callable[[int, bytes], bool]


@dataclass(slots=True)
class Push:
    """One document on its way: `write(attempt)` gives path, body and headers; `answered` judges the reply."""

    party: str
    message: str
    reference: str
    write: Write
    answered: Answered
    copies: int = 1
    attempts: int = 0
    delivered: int = 0
    answer: str = ""

    def shown(self) -> dict[str, Any]:
        """For the control state."""
        names = ("party", "message", "reference", "attempts", "delivered", "answer")
        return {name: getattr(self, name) for name in names}


class _Line(threading.local):
    """The connection that a thread keeps open."""

    connection: http.client.HTTPConnection | None = None


class Pushes:
    """Delivers pushes to `callback`, an http address; where it is empty nothing leaves and everything is listed.

    `pauses`: seconds between tries; the last one repeats.
    """

    def __init__(self, callback: str, timers: Timers, pauses: Sequence[float]) -> None:
        parts = urlsplit(callback)
        self._host = parts.hostname
        self._port = parts.port or 80
        self._prefix = parts.path.rstrip("/")
        self._timers = timers
        self._pauses = pauses
        self._line = _Line()
        self._known: dict[int, Push] = {}
        self._queue: SimpleQueue[Push | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(LINES)]
        for thread in self._threads:
            thread.start()

    def send(self, push: Push) -> None:
        """Deliver it, now and until it is answered."""
        self._known[id(push)] = push
        self._hand_over(push)

    def clear(self) -> None:
        """Forget every push; what is under way ends after its present try."""
        self._known.clear()

    def close(self) -> None:
        """Send nothing any more."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(PATIENCE)

    def shown(self) -> list[dict[str, Any]]:
        """Every push and how far it came, for the control state."""
        return [push.shown() for push in list(self._known.values())]

    def _hand_over(self, push: Push) -> None:
        if self._host and id(push) in self._known:
            self._queue.put(push)

    def _run(self) -> None:
        while (push := self._queue.get()) is not None:
            self._try(push)
        if self._line.connection is not None:
            self._line.connection.close()

    def _try(self, push: Push) -> None:
        push.attempts += 1
        try:
            status, body = self._post(*push.write(push.attempts))
        except (OSError, http.client.HTTPException) as error:
            push.answer = type(error).__name__
        else:
            push.answer = f"HTTP {status}"
            push.delivered += push.answered(status, body)
        if push.delivered < push.copies:
            pause = 0.0 if push.delivered else self._pauses[min(push.attempts, len(self._pauses)) - 1]
            self._timers.after(pause, lambda: self._hand_over(push))

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        line, self._line.connection = self._line.connection, None
        fresh = line is None
        if line is None:
            line = http.client.HTTPConnection(self._host or "", self._port, timeout=TIMEOUT)
        try:
            line.request("POST", self._prefix + path, body, headers)
            reply = line.getresponse()
            answer = reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            line.close()
            if fresh:
                raise
            # An idle connection that the other side closed meanwhile says nothing about the other side: once more.
            return self._post(path, body, headers)
        self._line.connection = line
        return answer
