"""What machines ask: does it live, is it ready, what does it count."""

import logging
from collections.abc import Callable, Mapping

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.errors import GatewayError
from gateway.services.metrics import watch_queue
from gateway.services.runtime import Runtime
from gateway.store.columns import metadata
from gateway.store.journal_tables import JOURNAL_TABLES
from gateway.web.answers import of_json
from gateway.web.call import Call
from gateway.web.resource import entrance

log = logging.getLogger(__name__)
_RETRY_AFTER = 2


@entrance("GET /health/live", "open")
def live(call: Call) -> Response:  # noqa: ARG001 - every handler is given its call
    """Say that this process answers."""
    return of_json({"status": "live"})


@entrance("GET /health/ready", "open")
def ready(call: Call) -> Response:
    """Say whether this process can work: database, its shape, parties."""
    found = {name: check(call.runtime) for name, check in CHECKS.items()}
    wrong = "; ".join(f"{name}: {reason}" for name, reason in found.items() if reason)
    if wrong:
        raise GatewayError("unavailable", reason=wrong, retry_after=_RETRY_AFTER)
    return of_json({"status": "ready", "checks": dict.fromkeys(found, "ok")})


@entrance("GET /metrics", "open")
def metrics(call: Call) -> Response:
    """Show what this process counts, in the text format of Prometheus."""
    try:
        watch_queue(call.runtime)
    except Exception:
        # The counters are worth reading most when the database is away.
        log.exception("the queue could not be read")
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _database(runtime: Runtime) -> str:
    """Every column that this process works with must be there: a database that is newer still is fine."""
    try:
        with runtime.store.reading() as tx:
            for table in {*JOURNAL_TABLES, *metadata.tables.values()}:
                tx.run(table.select().limit(0))
    except Exception:
        log.exception("the database is not ready")
        return "it does not answer, or it has not been migrated (app.py migrate)"
    return ""


def _parties(runtime: Runtime) -> str:
    return "" if runtime.parties else "none is configured"


CHECKS: Mapping[str, Callable[[Runtime], str]] = {"database": _database, "parties": _parties}
