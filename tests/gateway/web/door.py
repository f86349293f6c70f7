"""A gateway as its callers meet it, with the rows behind it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.province import CoverFound, EnrolmentDecided, WorkerFound
from gateway.model.values import Region
from gateway.ports import Control, Document, Outcome, OutcomeKind, Support
from gateway.security.signing import SigningKey
from gateway.services.deliver import carry
from gateway.services.runtime import Runtime
from gateway.store import legs, tables
from gateway.store.journal import JournalWriter
from gateway.store.journal_tables import journal_records
from gateway.web.doors import Doors
from tests.gateway.services.scripted import ScriptedParty

NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)
NUMBER = "430102199503070019"
ENROLMENT: dict[str, Any] = {
    "worker": {"id_type": "resident_id", "id_number": NUMBER, "name": "湘小骑", "mobile": "13900001234"},
    "insurance": ["pension"],
    "choice": "workplace",
    "workplace_region": "330106",
    "registered_region": "430102",
    "contribution": {"grade": 60, "cycle": "monthly"},
    "start": "2026-11",
    "consent": {"reference": "c-1", "given_at": "2026-11-01T08:00:00+08:00"},
}
COUNTED = (
    tables.persons,
    tables.cases,
    tables.case_views,
    tables.legs,
    tables.reservations,
    tables.levies,
    tables.idempotency,
)
_keys = count()


@dataclass
class Clock:
    """A clock that a test moves."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Gate:
    """One gateway process."""

    app: Flask
    runtime: Runtime
    clock: Clock
    key: SigningKey
    writer: JournalWriter

    @property
    def http(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def doors(self) -> Doors:
        return Doors.opened(self.runtime, [self.key])

    def bearer(self, client: str = "demo-platform", kind: str = "", scopes: set[str] | None = None) -> dict[str, str]:
        """The Authorization header of a registered client."""
        known = self.doors.clients.get(client)
        assert known is not None
        token = self.doors.tokens.issue(
            client, kind or known.kind, known.scopes if scopes is None else scopes, self.clock()
        )
        return {"Authorization": f"Bearer {token}"}

    def post(
        self, path: str, body: object, *, client: str = "demo-platform", key: str | None = None, **headers: str
    ) -> TestResponse:
        """POST JSON (or the bytes as they are) as a client, under a new key unless one is given."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {
            **self.bearer(client),
            "Idempotency-Key": key or f"key-{next(_keys)}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.http.post(path, data=data, headers={name: value for name, value in named.items() if value})

    def enrol(self, *, client: str = "demo-platform", key: str | None = None, **changes: object) -> TestResponse:
        """Enrol the worker of these tests."""
        return self.post("/v1/enrolments", ENROLMENT | changes, client=client, key=key)

    def get(self, path: str, client: str = "demo-platform", **headers: str) -> TestResponse:
        """GET as a client."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(path, headers={**self.bearer(client), **named})

    def carry_due(self) -> None:
        """Carry every leg that is due, and those that they wake."""
        self.clock.forward(seconds=0.1)
        while True:
            with self.runtime.store.work("claim") as tx:
                rows = legs.claim(tx, dict.fromkeys(self.runtime.parties, 9), self.runtime.settings.lease)
            if not rows:
                return
            for row in rows:
                carry(self.runtime, row)

    def rows(self) -> dict[str, int]:
        """How many rows of each kind there are."""
        with self.runtime.store.reading() as tx:
            return {
                table.name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in COUNTED
            }

    def journal(self) -> list[tuple[Any, ...]]:
        """Direction, party and message of every record, oldest first."""
        columns = (journal_records.c.direction, journal_records.c.party, journal_records.c.message)
        order = (journal_records.c.stream, journal_records.c.number)
        with self.runtime.store.reading() as tx:
            return [tuple(row) for row in tx.connection.execute(select(*columns).order_by(*order))]


class AskedParty(ScriptedParty):
    """A province that knows everybody, and counts how often it was asked."""

    asked = 0

    def ask(self, query: Message, deadline: datetime) -> Message:
        self.asked += 1
        return WorkerFound(known=True, person_number="H0001", region=Region("430102"))


class SignedParty(ScriptedParty):
    """A party that admits pushes whose query says `sign=good`."""

    def admits(self, document: Document) -> str | None:
        return None if document.headers[":query"] == "sign=good" else "the sign is wrong"


class LineDialect:
    """A dialect of one line: name of the message, then its fields as JSON."""

    name = "line"
    version = "1"

    def __init__(self, readers: Mapping[str, Callable[[bytes], Message]]) -> None:
        self._readers = readers

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        said = f"{type(message).__name__} {control.extra['refers_to']} {type(about).__name__}"
        return Document(said.encode(), "text/plain")

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        name, _, fields = document.body.partition(b" ")
        message = self._readers[name.decode()](fields)
        return message, Control("m-1", "tax-zhejiang", "gateway", NOON)


class RefusingDialect(LineDialect):
    """The same, with an error document of its own that is sent with HTTP 200."""

    def refuse(self, error: Exception) -> Document:
        return Document(f"NO {error}".encode(), "text/plain", {":status": "200"})


def people_and_parties() -> tuple[ScriptedParty, ...]:
    """The parties of the demo that these tests need."""
    province = [Support(name) for name in ("FindCover", "FindWorker", "EnrolWorker", "GetProgress")]
    provinces = (
        ScriptedParty("zhejiang", "province", province, regions=("33",)),
        AskedParty("hunan", "province", province, regions=("43",)),
    )
    for each in provinces:
        each.answers("FindCover", Outcome(OutcomeKind.ACCEPTED, reply=CoverFound(known=False)))
        taken = EnrolmentDecided(Decision.RECEIVED, acceptance_number="SL-1")
        each.answers("EnrolWorker", Outcome(OutcomeKind.RECEIVED, reply=taken))
    return (
        *provinces,
        SignedParty("tax-zhejiang", "tax", [Support("DeclareLevy"), Support("CancelLevy"), Support("FindLevy")]),
        ScriptedParty("tax-hunan", "tax", [Support("DeclareLevy"), Support("CancelLevy"), Support("FindLevy")]),
        ScriptedParty("card-hubei", "card", [Support("FindCard")]),
    )
