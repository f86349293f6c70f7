"""Provinces that call in their own dialects, as shipped, and one that answers what they ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.model.codes import (
    BenefitState,
    ContributionKind,
    ContributionState,
    CoverState,
    IdType,
    Insurance,
    Purpose,
    Scheme,
)
from gateway.model.messages import Message
from gateway.model.person import Identity, Warrant
from gateway.model.province import Cover, CoverFound, FindCover, FindWorker, WorkerFound
from gateway.model.province_records import (
    ContributionLine,
    ContributionsFound,
    GetContributions,
    GetRights,
    Right,
    RightsFound,
)
from gateway.model.values import Money, Month, Region
from gateway.ports import Control, Document, Support
from tests.adapters.spoken import profile, spoken
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.web.conftest import SECRETS, write_client
from tests.gateway.web.door import Gate

# The secret of the dialects of tests/adapters/spoken.py.
SECRET = "secret"
CALLERS = ("guizhou", "hebei", "hunan", "hunan-resident", "jiangsu", "sichuan")

PERSON = Identity(IdType.RESIDENT_ID, "430102199503070019", "湘小骑")
WARRANT = Warrant(Purpose.TRANSFER, "c-1")
JANUARY, DECEMBER = Month.parse("2026-01"), Month.parse("2026-12")
CHENGDU = Region("510104")
QUESTIONS: dict[str, tuple[Message, Message]] = {
    "FindWorker": (FindWorker(PERSON, WARRANT), WorkerFound(known=True, person_number="5100000001", region=CHENGDU)),
    "FindCover": (
        FindCover(PERSON, (Insurance.RESIDENT_PENSION,), JANUARY, DECEMBER, WARRANT),
        CoverFound(
            known=True,
            covers=(
                Cover(Scheme.RESIDENT_PENSION, CoverState.ACTIVE, CHENGDU, JANUARY, registered_on=date(2026, 1, 5)),
            ),
        ),
    ),
    "GetRights": (
        GetRights(PERSON, WARRANT),
        RightsFound(
            known=True,
            rights=(
                Right(
                    Scheme.RESIDENT_PENSION,
                    CHENGDU,
                    CoverState.ACTIVE,
                    months_paid=11,
                    balance=Money.parse("1024.80"),
                    benefit=BenefitState.NONE,
                ),
            ),
        ),
    ),
    "GetContributions": (
        GetContributions(PERSON, JANUARY, DECEMBER, WARRANT),
        ContributionsFound(
            known=True,
            lines=(
                ContributionLine(
                    Scheme.RESIDENT_PENSION,
                    CHENGDU,
                    JANUARY,
                    ContributionState.PAID,
                    kind=ContributionKind.REGULAR,
                    personal=Money.parse("200.00"),
                ),
            ),
        ),
    ),
}


_made = cache(spoken)


class Answering(ScriptedParty):
    """A province that gives each question its answer; `silent`: what it lets pass."""

    def __init__(self, party: str = "sichuan", regions: tuple[str, ...] = ("51",)) -> None:
        super().__init__(party, "province", [Support(name) for name in QUESTIONS], regions)
        self.given: dict[str, Message] = {name: answer for name, (_, answer) in QUESTIONS.items()}
        self.heard: list[Message] = []
        self.silent = False

    def ask(self, query: Message, deadline: datetime) -> Message:
        self.heard.append(query)
        if self.silent:
            raise GatewayError("deadline_passed", party=self.id)
        return self.given[type(query).__name__]


@dataclass
class Calling:
    """A province that calls a gateway in its own dialect."""

    gate: Gate
    id: str
    dialect: TableDialect
    others: list[Answering] = field(default_factory=list)

    def document(self, message: Message, **extra: str) -> Document:
        """A question, as the province writes it."""
        return self.dialect.write(message, self.control(**extra))

    def control(self, **extra: str) -> Control:
        return Control("c-1", self.id, "gateway", self.gate.clock(), extra)

    def ask(self, message: Message, **extra: str) -> Message:
        """The answer to a question, as the province reads it."""
        answer = self.send(self.document(message, **extra))
        assert answer.status_code == 200, answer.text
        return self.read(answer, message)

    def read(self, answer: TestResponse, message: Message) -> Message:
        return self.dialect.read(Document(answer.data, answer.content_type, dict(answer.headers)), message)[0]

    def send(self, document: Document, door: str = "", **headers: str) -> TestResponse:
        """POST a document to the party's address."""
        behind = document.headers.get(":path", "")
        own = {name: value for name, value in document.headers.items() if not name.startswith(":")}
        named = {**own, "Content-Type": document.media_type, **headers}
        return self.gate.http.post(f"{door or self.door}{behind}", data=document.body, headers=named)

    @property
    def door(self) -> str:
        soap = self.dialect.tables.folder.dialect.syntax in {"attribute_soap", "string_soap", "hosdata"}
        return f"/soap/{self.id}" if soap else f"/in/{self.id}"


@contextmanager
def calling(gate: Gate, party: str, *others: Answering, scopes: tuple[str, ...] = ("soap:ask",)) -> Iterator[Calling]:
    """A province that may call, and those whom its questions reach; from then on nobody else is there."""
    dialect = profile(f"provinces/{party}").dialect
    spoken_by = ScriptedParty(party, "province", [], regions=profile(f"provinces/{party}").regions)
    spoken_by.dialect = _made(f"{dialect.name}/{dialect.version}")
    parties: Any = gate.runtime.parties
    parties.clear()
    parties |= {each.id: each for each in (spoken_by, *others)}
    write_client(gate.runtime.settings.var / "clients", {"id": party, "kind": "province", "scopes": list(scopes)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SECRETS, f"PARTY_{party.upper().replace('-', '_')}_SECRET", SECRET)
        yield Calling(gate, party, spoken_by.dialect, list(others))
