"""What stands beside the gateway: the same exchange with nothing behind it, and an ordinary handler without protection.

`python -m bench.peers echo|plain PORT ANSWER_BYTES [DATABASE_URL]` serves one with the gateway's own server settings.
"""

import json
import sys
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import Flask, Response, request
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from sqlalchemy import Column, ForeignKey, MetaData, String, Table, Text, create_engine, event

_JSON = "application/json"
_THREADS = 8  # what is measured here waits for little; more would only take turns
_META = MetaData(schema=None)
_PERSONS = Table(
    "plain_persons",
    _META,
    Column("id", String(36), primary_key=True),
    Column("id_number", String(18)),
    Column("name", Text),
)
_CASES = Table(
    "plain_cases", _META, Column("id", String(36), primary_key=True), Column("person", ForeignKey("plain_persons.id"))
)
_LEGS = Table(
    "plain_legs",
    _META,
    Column("id", String(36), primary_key=True),
    Column("case", ForeignKey("plain_cases.id")),
    Column("body", Text),
)


def echo(answer: bytes) -> Callable[..., Iterable[bytes]]:
    """The floor: reads the request, parses the JSON, answers 202 with as many bytes as the gateway does."""

    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("202 Accepted", [("Content-Type", _JSON), ("Content-Length", str(len(answer)))])
        return [answer]

    return application


def plain(answer: bytes, database: str) -> Flask:
    """The peer: Flask and SQLAlchemy, three rows and a commit; no authentication, validation, encryption, journal."""
    engine = create_engine(database, pool_size=_THREADS)
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda raw, _: raw.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
        )
    _META.create_all(engine)
    app = Flask(__name__)

    @app.post("/v1/enrolments")
    def enrol() -> Response:
        worker = request.get_json()["worker"]
        person, case = str(uuid.uuid4()), str(uuid.uuid4())
        with engine.begin() as connection:
            connection.execute(
                _PERSONS.insert(), {"id": person, "id_number": worker["id_number"], "name": worker["name"]}
            )
            connection.execute(_CASES.insert(), {"id": case, "person": person})
            body = request.get_data(as_text=True)
            connection.execute(_LEGS.insert(), {"id": str(uuid.uuid4()), "case": case, "body": body})
        return Response(answer, 202, content_type=_JSON)

    return app


def _load(kind: str, answer: bytes, database: str) -> Callable[..., Any]:
    return echo(answer) if kind == "echo" else plain(answer, database)


def server(target: str, port: int) -> Any:
    """A server like a gateway's for one application; `serve` it with a loader. The library's class is no type."""
    return Granian(
        target,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=_THREADS,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.warning,
    )


def main(kind: str, port: str, answer_bytes: str, database: str = "") -> None:
    """Serve until SIGTERM."""
    answer = json.dumps("x" * (int(answer_bytes) - 2)).encode()
    load = partial(_load, kind, answer, database)
    server(f"bench.peers:{kind}", int(port)).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
