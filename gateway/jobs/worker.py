"""The worker process: it carries legs, keeps the timetable, seals the journal, and says how it is."""

import signal
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.jobs import timetable
from gateway.services.deliver import Courier
from gateway.services.metrics import watch_queue
from gateway.services.runtime import Runtime


def work(runtime: Runtime, seal: Callable[[], object]) -> None:
    """Work until SIGTERM or SIGINT; what was claimed is carried to its end first."""
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_stop)
    health = _health_server(runtime)
    scheduler = timetable.start(runtime, seal)
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
            self.send_response(HTTPStatus.OK if answer is not None else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.end_headers()
            self.wfile.write(answer or b"not found\n")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's signature
            """Health checks are not worth a line each."""

    server = ThreadingHTTPServer((runtime.settings.bind, runtime.settings.worker), Handler)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def _answer(runtime: Runtime, path: str) -> bytes | None:
    if path in {"/health/live", "/health/ready"}:
        return b"ok\n"
    if path == "/metrics":
        watch_queue(runtime)
        return generate_latest()
    return None
