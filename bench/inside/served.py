"""The engine behind Flask and granian with as many protections as asked for, and nothing else of the gateway.

`python -m bench.inside.served PORT KEY DATABASE` answers GetProgress on /soap/gateway; KEY is a file with the public
key of the token (`-`: no check), DATABASE keeps one row for each answer (`-`: none). The engine validates always.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jwt
import psycopg
from flask import Flask, Response, request
from sqlalchemy import make_url

from bench.peers import server
from gateway.mapping.contract_dialect import GatewayDialect
from gateway.mapping.contract_versions import NEWEST
from gateway.model.codes import Decision
from gateway.model.province import EnrolmentDecided
from gateway.ports import Control, Document

_TABLE = "CREATE TABLE IF NOT EXISTS bench_answers (id bigserial PRIMARY KEY, asked text, answer text)"
_KEPT = "INSERT INTO bench_answers (asked, answer) VALUES (%s, %s) RETURNING answer"
_FOUND = "SELECT answer FROM bench_answers ORDER BY id DESC LIMIT 1"


def application(key: str, database: str) -> Flask:
    """The application; `key`, `database`: a file and an address, or `-`."""
    public = None if key == "-" else Path(key).read_bytes()
    keep = None if database == "-" else _keeper(database)
    dialect, app = GatewayDialect(NEWEST), Flask(__name__)

    @app.post("/soap/gateway")
    def progress() -> Response:
        if public is not None:
            jwt.decode(request.headers["Authorization"].removeprefix("Bearer "), public, algorithms=["ES256"])
        asked, control = dialect.read(Document(request.get_data(cache=False), request.content_type or ""))
        if keep is not None:
            keep(asked.reference)
        answer = EnrolmentDecided(Decision.RECEIVED, asked.reference)
        told = Control("answer", "gateway", control.sender, datetime.now(UTC), {"refers_to": control.message_id})
        return Response(dialect.write(answer, told, asked).body, content_type="text/xml; charset=utf-8")

    return app


def _keeper(database: str) -> Callable[[str | None], None]:
    import threading  # noqa: PLC0415 - one connection for each thread, where there is a database at all

    address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    own = threading.local()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_TABLE)

    def keep(asked: str | None) -> None:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(address, autocommit=True)
        own.connection.execute(_KEPT, (asked, "received"))
        own.connection.execute(_FOUND).fetchone()

    return keep


def main(port: str, key: str, database: str) -> None:
    """Serve until SIGTERM."""
    load: Callable[..., Any] = partial(lambda *_: application(key, database))
    server("bench.inside.served:application", int(port)).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
