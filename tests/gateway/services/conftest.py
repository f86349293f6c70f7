from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.model.codes import Decision, LevyState
from gateway.model.province import CoverFound, Done, EnrolmentDecided
from gateway.model.tax import LevyResult
from gateway.ports import Outcome, OutcomeKind, Support, Work
from gateway.rules.law import Law
from gateway.rules.route import MEDICAL
from gateway.security.vault import Keyring, create_keys
from gateway.services.deliver import carry
from gateway.services.evidence import Evidence
from gateway.services.runtime import Runtime
from gateway.settings import Settings
from gateway.store import legs
from gateway.store.work import Store, connect
from tests.gateway.services.scripted import Remembered, ScriptedParty

MAPPINGS = Path(__file__).resolve().parents[3] / "mappings"
NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test moves."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class World:
    """One gateway with scripted parties."""

    runtime: Runtime
    clock: Clock
    zhejiang: ScriptedParty
    hunan: ScriptedParty
    tax_zhejiang: ScriptedParty
    tax_hunan: ScriptedParty
    card: ScriptedParty
    platform: ScriptedParty

    def claim(self) -> list[Any]:
        """Claim every due leg without carrying it."""
        room = dict.fromkeys(self.runtime.parties, 50)
        with self.runtime.store.work("claim") as tx:
            return legs.claim(tx, room, self.runtime.settings.lease)

    def carry_due(self, most: int = 50) -> int:
        """Carry due legs, and those that they wake, until none is due; how many."""
        carried = 0
        # Regions that are asked a moment later are asked within the same rest.
        self.clock.forward(seconds=0.1)
        while rows := self.claim():
            for row in rows:
                carry(self.runtime, row)
            carried += len(rows)
            assert carried < most, "the legs do not come to rest"
        return carried

    def with_medical(self, province: str) -> ScriptedParty:
        """Let the medical agency of a province have an address too; it keeps what such agencies keep."""
        messages = ("FindCover", "EnrolWorker", "StartCover")
        keeps = [Support(message, inquire="query", keeps=tuple(MEDICAL)) for message in messages]
        agency = ScriptedParty(f"medical-{province}", "medical", keeps)
        agency.answers("FindCover", accepted(CoverFound(known=False)))
        agency.answers("EnrolWorker", registered)
        self.runtime.parties[agency.id] = agency  # type: ignore[index]  # a dictionary in these tests
        return agency


def accepted(reply: object) -> Outcome:
    return Outcome(OutcomeKind.ACCEPTED, reply=reply)


def registered(work: Work) -> Outcome:
    reply = EnrolmentDecided(
        Decision.ACCEPTED,
        reference=work.message.reference,
        person_number="P001",
        registration_number="R001",
        notice_number="N001",
    )
    return accepted(reply)


def _declared(work: Work) -> Outcome:
    asked = work.message
    return accepted(
        LevyResult(
            found=True,
            state=LevyState.DECLARED,
            reference=asked.reference,
            levy_number="L001",
            tax_person_number="T001",
            amount=asked.amount,
        )
    )


@pytest.fixture
def world(database_url: str, tmp_path: Path, law: Law) -> Iterator[World]:
    create_keys(tmp_path / "vault.json")
    with a_world(database_url, tmp_path / "vault.json", law) as made:
        yield made


@contextmanager
def a_world(database_url: str, keys: Path, law: Law) -> Iterator[World]:
    """A world on a migrated database, with the keys that belong to it."""
    clock = Clock()
    engine = connect(database_url)
    store = Store(engine, Keyring.load(keys), clock)
    parties = _parties()
    runtime = Runtime(
        Settings(environment="test"), store, law, {each.id: each for each in parties}, Evidence(Remembered()), clock
    )
    yield World(runtime, clock, *parties)
    engine.dispose()


def _parties() -> tuple[ScriptedParty, ...]:
    province = ("FindCover", "FindWorker", "GetProgress", "StartCover", "WithdrawEnrolment")
    tax = (Support("DeclareLevy", inquire="query"), Support("CancelLevy", inquire="query"), Support("FindLevy"))
    provinces = [
        ScriptedParty(
            name,
            "province",
            [*(Support(message, inquire="query") for message in province), Support("EnrolWorker", inquire="query")],
            regions=(region,),
        )
        for name, region in (("zhejiang", "33"), ("hunan", "43"))
    ]
    for each in provinces:
        each.answers("FindCover", accepted(CoverFound(known=False)))
        each.answers("EnrolWorker", registered)
        each.answers("StartCover", accepted(Done(done=True)))
        each.answers("WithdrawEnrolment", accepted(Done(done=True)))
    bureaus = [ScriptedParty(f"tax-{name}", "tax", tax) for name in ("zhejiang", "hunan")]
    for bureau in bureaus:
        bureau.answers("DeclareLevy", _declared)
    card = ScriptedParty("card-hubei", "card", [Support("FindCard")])
    platform = ScriptedParty("demo-platform", "platform", [Support("CaseChanged", inquire="resend")])
    platform.answers("CaseChanged", accepted(Done(done=True)))
    return (*provinces, *bureaus, card, platform)
