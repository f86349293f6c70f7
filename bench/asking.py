"""The load generator of questions: one thread, keep-alive connections, another message_id in every envelope.

`python -m bench.asking` reads Questions as JSON from standard input and writes Answered as JSON to standard output.
"""

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bench.load import Connection, LoadError

MARK = "@@message-id@@"
_ACCEPTED = b"HTTP/1.1 200"
_SILENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Questions:
    """What to send to `port`: for `seconds`, over `connections`, envelopes in turn, each with MARK for its message_id.

    `run`: part of every message_id, so that no two runs repeat each other.
    """

    port: int
    path: str
    token: str
    envelopes: Sequence[str]
    connections: int
    seconds: float
    run: str


@dataclass(slots=True)
class Answered:
    """What came back: milliseconds of each answer by connection, seconds from the first request to the last answer."""

    latencies: list[list[float]] = field(default_factory=list)
    seconds: float = 0
    answer_bytes: int = 0

    @property
    def count(self) -> int:
        """Answers in all."""
        return sum(map(len, self.latencies))


def ask(questions: Questions) -> Answered:
    """Run in a process of its own; LoadError where an answer was not 200, or none came."""
    command = [sys.executable, "-m", "bench.asking"]
    done = subprocess.run(command, input=json.dumps(asdict(questions)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise LoadError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "the load generator ended")
    return Answered(**json.loads(done.stdout))


def _run(questions: Questions) -> Answered:
    made = [Connection(questions.port, _ACCEPTED) for _ in range(questions.connections)]
    answered = Answered(latencies=[[] for _ in made])
    waiting = selectors.DefaultSelector()
    requests = [_halves(questions, envelope) for envelope in questions.envelopes]
    sent, began = 0, time.perf_counter()
    for number, connection in enumerate(made):
        waiting.register(connection.socket, selectors.EVENT_READ, number)
        connection.send(_request(*requests[sent % len(requests)], questions.run, sent))
        sent += 1
    while waiting.get_map():
        ready = waiting.select(_SILENCE_SECONDS)
        if not ready:
            raise LoadError(f"no answer for {_SILENCE_SECONDS} s")
        for key, _ in ready:
            connection = made[key.data]
            if not connection.whole():
                continue
            now = time.perf_counter()
            answered.latencies[key.data].append((now - connection.sent_at) * 1000)
            answered.answer_bytes = max(answered.answer_bytes, len(connection.answer.partition(b"\r\n\r\n")[2]))
            if now - began < questions.seconds:
                connection.send(_request(*requests[sent % len(requests)], questions.run, sent))
                sent += 1
            else:
                waiting.unregister(connection.socket)
    answered.seconds = time.perf_counter() - began
    return answered


def _halves(questions: Questions, envelope: str) -> tuple[bytes, bytes]:
    before, _, after = envelope.partition(MARK)
    length = len((before + after).encode()) + len(_number(questions.run, 0))
    head = (
        f"POST {questions.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n"
        f'SOAPAction: ""\r\nAuthorization: Bearer {questions.token}\r\nContent-Length: {length}\r\n\r\n'
    )
    return (head + before).encode(), after.encode()


def _request(before: bytes, after: bytes, run: str, number: int) -> bytes:
    return before + _number(run, number) + after


def _number(run: str, number: int) -> bytes:
    return f"{run}-{number:09d}".encode()


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(asdict(_run(Questions(**json.load(sys.stdin))))))
    except (LoadError, OSError) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
