"""A treasury that notes what it is asked for, and the packages that it sends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.mapping.statement_layout import layouts
from gateway.model.codes import CheckKind, Insurance, TransactionState
from gateway.model.messages import Message
from gateway.model.province import Done
from gateway.model.treasury import AskAgain, CheckPart, CheckRow
from gateway.model.values import Money, Month, Region
from gateway.ports import Support
from gateway.services.receive import receive
from gateway.services.runtime import Runtime
from gateway.store import check_packages, statements
from gateway.store.check_packages import PackageRow
from gateway.store.statements import StatementRowKept
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import ScriptedParty
from tests.rules.tree import ROOT

DAY = date(2026, 11, 20)  # a Friday: it is stated on Monday, by noon
PARTY = "treasury-hunan"


class Treasury(ScriptedParty):
    """Notes what it is asked for again, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(PARTY, "treasury", [Support("AskAgain")])
        self.asked: list[AskAgain] = []
        self.answer: Done | GatewayError = Done(done=True)

    def ask(self, query: Message, deadline: datetime) -> Message:
        assert isinstance(query, AskAgain), deadline
        self.asked.append(query)
        if isinstance(self.answer, GatewayError):
            raise self.answer
        return self.answer


@pytest.fixture
def treasury() -> Treasury:
    return Treasury()


@pytest.fixture
def runtime(world: World, treasury: Treasury) -> Runtime:
    """The world on the Saturday after, with its treasury."""
    world.clock.at = datetime(2026, 11, 21, 1, tzinfo=UTC)
    mine = layouts(ROOT / "mappings")
    return replace(world.runtime, statements={PARTY: mine[PARTY]}, parties={PARTY: treasury})


def row(number: int, fen: int = 96240, **changes: Any) -> CheckRow:
    made = CheckRow(
        message_number="1001",
        org="24301000000",
        entrusted_on=DAY,
        trace_number=f"{number:08d}",
        voucher_number=f"3430162611{number:08d}",
        amount=Money(fen),
        booked_on=DAY,
        state=TransactionState.DONE,
        insurance=Insurance.PENSION,
        agency=Region("430102"),
        item="10201",
        month=Month.parse("2026-11"),
        payer_number="43010000000017",
        payer_name="周远航",
    )
    return replace(made, **changes)


def parts(
    *cuts: Sequence[CheckRow], kind: CheckKind = CheckKind.TICKETS, package: str = "00000017", **changes: Any
) -> list[CheckPart]:
    """A package cut into these parts."""
    every = [row for cut in cuts for row in cut]
    return [
        replace(
            CheckPart(
                kind=kind,
                day=DAY,
                package_number=package,
                count=len(every),
                amount=total(every),
                parts=len(cuts),
                part=number,
                part_count=len(cut),
                part_amount=total(cut),
                rows=tuple(cut),
            ),
            **changes,
        )
        for number, cut in enumerate(cuts, 1)
    ]


def total(rows: Sequence[CheckRow]) -> Money:
    return Money(sum(each.amount.fen for each in rows))


def take(runtime: Runtime, *messages: CheckPart) -> list[Done]:
    answers = [receive(runtime, PARTY, message) for message in messages]
    return [answer for answer in answers if isinstance(answer, Done)]


def taken(runtime: Runtime, *messages: CheckPart) -> bool:
    return all(answer.done for answer in take(runtime, *messages))


def kept(runtime: Runtime) -> list[StatementRowKept]:
    with runtime.store.reading() as tx:
        return list(statements.page(tx, party=PARTY, day=None, state=None, before=None, size=100))


def package(runtime: Runtime) -> PackageRow:
    with runtime.store.reading() as tx:
        (found,) = check_packages.page(tx, party=PARTY, day=None, size=100)
    return found
