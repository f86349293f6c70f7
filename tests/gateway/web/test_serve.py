import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from gateway.security.tokens import TokenIssuer
from tests.gateway.web.conftest import KEY
from tests.gateway.web.door import ENROLMENT, NOON
from tests.gateway.web.served import LIMIT

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30


def until(ready: Callable[[], bool]) -> None:
    """Look again and again until it is so."""
    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        if ready():
            return
        pause.wait(0.02)
    raise AssertionError("it did not happen")


def answers(address: str) -> bool:
    try:
        # A server that is about to leave may still be connected to and never answer.
        return requests.get(f"{address}/pid", timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


class Served:
    """A server in a process of its own."""

    def __init__(self, port: int, folder: Path, database: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.port = port
        os.mkfifo(folder / "go")
        (folder / "key.pem").write_bytes(KEY.pem())
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.gateway.web.served", str(port)],
            cwd=ROOT,
            env={**os.environ, "SERVED": str(folder), "SERVED_URL": database},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def started(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
        return answers(self.address)

    def ended(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def served(free_port: int, var: Path, sqlite_url: str) -> Iterator[Served]:
    made = Served(free_port, var, sqlite_url)
    try:
        until(made.started)
        yield made
    finally:
        made.process.kill()
        made.ended()
        made.log.close()


def test_the_server_says_nothing_of_its_own_and_leaves_when_it_is_told_to(served: Served) -> None:
    served.process.terminate()
    assert served.ended() == 0
    assert (served.folder / "log").read_text(encoding="utf-8") == ""


def test_what_is_under_way_is_finished_first(served: Served) -> None:
    told: list[str] = []

    def ask() -> None:
        told.append(requests.get(f"{served.address}/wait", timeout=PATIENCE).text)

    waiting = threading.Thread(target=ask)
    waiting.start()
    until((served.folder / "begun").exists)
    served.process.terminate()
    until(lambda: not answers(served.address))
    (served.folder / "go").write_text("done", encoding="ascii")
    waiting.join(PATIENCE)
    assert told == ["done"]
    assert served.ended() == 0


def test_nobody_answers_for_a_server_that_was_killed(served: Served) -> None:
    worker = int(requests.get(f"{served.address}/pid", timeout=PATIENCE).text)
    assert worker != served.process.pid
    served.process.kill()
    served.ended()
    until(lambda: not answers(served.address))


def test_a_worker_that_dies_ends_the_server(served: Served) -> None:
    worker = int(requests.get(f"{served.address}/pid", timeout=PATIENCE).text)
    os.kill(worker, signal.SIGKILL)
    assert served.ended() == 1


def enrol(served: Served, body: bytes | Iterator[bytes], key: str = "k") -> requests.Response:
    token = TokenIssuer([KEY], "http://gateway.test").issue("demo-platform", "platform", ["enrolments:write"], NOON)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
    return requests.post(f"{served.address}/v1/enrolments", data=body, headers=headers, timeout=PATIENCE)


def test_an_enrolment_is_taken_in_whole_or_in_pieces(served: Served) -> None:
    document = json.dumps(ENROLMENT).encode()
    whole = enrol(served, document)
    pieces = enrol(served, iter([document[:100], document[100:]]))
    assert (whole.status_code, pieces.status_code) == (202, 202), whole.text
    assert pieces.content == whole.content
    assert pieces.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 2, 3 * LIMIT, 1_000_000])
def test_a_body_over_the_limit_is_refused_however_it_comes(served: Served, size: int) -> None:
    spaces = json.dumps(ENROLMENT).encode().ljust(size)
    assert enrol(served, iter([spaces[:400], spaces[400:]])).json()["code"] == "body_too_large"
    assert enrol(served, spaces).json()["code"] == "body_too_large"
    assert enrol(served, json.dumps(ENROLMENT).encode().ljust(LIMIT)).status_code == HTTPStatus.ACCEPTED


def test_a_body_that_breaks_off_enrols_nobody(served: Served) -> None:
    document = json.dumps(ENROLMENT).encode()
    with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as connection:
        token = TokenIssuer([KEY], "http://gateway.test").issue("demo-platform", "platform", ["enrolments:write"], NOON)
        head = (
            f"POST /v1/enrolments HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: half\r\nContent-Type: application/json\r\nContent-Length: {len(document) + 10}\r\n\r\n"
        )
        connection.sendall(head.encode() + document)
    assert "Idempotency-Replayed" not in enrol(served, document, key="half").headers
