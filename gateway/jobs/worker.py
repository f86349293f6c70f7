"""The worker process: it carries legs, keeps the timetable, seals the journal, and says how it is."""

import logging
import signal
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.errors import GatewayError
from gateway.interpreter import settle_in
from gateway.jobs import timetable
from gateway.services.deliver import Courier
from gateway.services.metrics import watch_queue
from gateway.services.runtime import Runtime
from gateway.store.legs import parties_with_due
from gateway.store.work import LockTimeoutError


def work(runtime: Runtime, seal: Callable[[], object]) -> None:
    """Work until SIGTERM or SIGINT; what was claimed is carried to its end first."""
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_stop)
    health = _health_server(runtime)
    # Its lines of every second say nothing that the metrics do not.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = timetable.start(runtime, seal)
    settle_in()
    try:
        Courier(runtime).run(stop)
    finally:
        scheduler.shutdown(wait=True)
        health.shutdown()
        health.server_close()


def _health_server(runtime: Runtime) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = _answer(runtime, self.path)
            missing = HTTPStatus.SERVICE_UNAVAILABLE if self.path == "/health/ready" else HTTPStatus.NOT_FOUND
            self.send_response(HTTPStatus.OK if answer is not None else missing)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.end_headers()
            self.wfile.write(answer or f"{missing.phrase.lower()}\n".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's signature
            """Health checks are not worth a line each."""

    server = ThreadingHTTPServer((runtime.settings.bind, runtime.settings.worker), Handler)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def _ready(runtime: Runtime) -> bytes | None:
    try:
        with runtime.store.reading() as tx:
            parties_with_due(tx)
    except (GatewayError, LockTimeoutError):
        return None
    return b"ok\n"


def _answer(runtime: Runtime, path: str) -> bytes | None:
    if path == "/health/live":
        return b"ok\n"
    if path == "/health/ready":
        return _ready(runtime)
    if path == "/metrics":
        watch_queue(runtime)
        return generate_latest()
    return None
