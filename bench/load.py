"""The load generator: a process of its own, one thread, as many keep-alive connections as asked for.

`python -m bench.load` reads a Plan as JSON from standard input and writes a Result as JSON to standard output.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from bench.people import enrolment

_ACCEPTED = b"HTTP/1.1 202"
_SILENCE_SECONDS = 30


class LoadError(RuntimeError):
    """An answer that was not 202, or none at all; the text quotes it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: for `seconds`, over `connections` shared out to `ports`, people from index `first` on.

    `pace`: enrolments per second whatever the answers do; 0 sends the next one as soon as the last is answered.
    """

    ports: Sequence[int]
    token: str
    connections: int
    seconds: float
    first: int
    pace: float = 0


@dataclass(slots=True)
class Result:
    """What came back: milliseconds of each answer, seconds from the first request to the last answer, bytes."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0
    cpu_seconds: float = 0
    request_bytes: int = 0
    answer_bytes: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def generate(plan: Plan) -> Result:
    """Run a plan in a process of its own; LoadError where an answer was not 202."""
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise LoadError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "the load generator ended")
    return Result(**json.loads(done.stdout))


class Connection:
    """A keep-alive connection with one request under way; an answer that does not begin with `accepted` is an error."""

    def __init__(self, port: int, accepted: bytes = _ACCEPTED) -> None:
        self._accepted = accepted
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_SILENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Send a request and begin to wait for its answer."""
        self.answer, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(request)

    def whole(self) -> bool:
        """Take what has arrived; whether the answer is complete."""
        arrived = self.socket.recv(65536)
        if not arrived:
            raise LoadError("the server closed the connection")
        self.answer += arrived
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        # An answer without a length comes in chunks, of which the last is empty.
        if not (len(body) >= int(lengths[0].partition(b":")[2]) if lengths else body.endswith(b"0\r\n\r\n")):
            return False
        if not head.startswith(self._accepted):
            raise LoadError(f"not accepted: {head.splitlines()[0].decode()} {body[:600].decode(errors='replace')}")
        return True


class _Run:
    """One plan under way."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._result = plan, Result()
        # Taken in turn: a server hangs up on a connection over which nothing has come for a while.
        self._idle = deque(Connection(plan.ports[number % len(plan.ports)]) for number in range(plan.connections))
        self._busy = selectors.DefaultSelector()
        self._given_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._sent = 0

    def run(self) -> Result:
        began, cpu = time.perf_counter(), time.process_time()
        end = began + self._plan.seconds
        while time.perf_counter() < end or self._busy.get_map():
            self._send_due(began, end)
            self._take(self._wait(began))
        self._result.seconds = time.perf_counter() - began
        self._result.cpu_seconds = time.process_time() - cpu
        return self._result

    def _due(self, began: float) -> float:
        return began + self._sent / self._plan.pace if self._plan.pace else began

    def _wait(self, began: float) -> float:
        if not self._plan.pace or not self._idle:
            return _SILENCE_SECONDS
        return max(self._due(began) - time.perf_counter(), 0)

    def _send_due(self, began: float, end: float) -> None:
        while self._idle and self._due(began) <= time.perf_counter() < end:
            connection = self._idle.popleft()
            request = self._request(self._plan.first + self._sent)
            self._sent += 1
            self._result.request_bytes = len(request)
            connection.send(request)
            self._busy.register(connection.socket, selectors.EVENT_READ, connection)

    def _take(self, seconds: float) -> None:
        ready = self._busy.select(seconds)
        if not ready and seconds == _SILENCE_SECONDS:
            raise LoadError(f"no answer for {_SILENCE_SECONDS} s")
        for key, _ in ready:
            connection: Connection = key.data
            if connection.whole():
                self._result.latencies.append((time.perf_counter() - connection.sent_at) * 1000)
                self._result.answer_bytes = len(connection.answer.partition(b"\r\n\r\n")[2])
                self._busy.unregister(connection.socket)
                self._idle.append(connection)

    def _request(self, index: int) -> bytes:
        body = enrolment(index, self._given_at)
        head = (
            "POST /v1/enrolments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self._plan.token}\r\nIdempotency-Key: {uuid.uuid4()}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(asdict(_Run(Plan(**json.load(sys.stdin))).run())))
    except (LoadError, OSError) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
