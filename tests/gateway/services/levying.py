"""A deployment that levies itself through Hunan's treasury, which is scripted; and refunds of what it deducted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.model.codes import CoverState, RefundOrigin, RefundRoute, Scheme
from gateway.model.province import Cover, CoverFound
from gateway.model.treasury import TreasuryAnswer
from gateway.model.values import Money, Month, Region
from gateway.ports import Outcome, OutcomeKind, Support, Work
from gateway.services import paying, refund_claims, refunds
from gateway.store import cases, levies
from gateway.store import refunds as kept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.laws import published
from tests.gateway.services.scripted import ScriptedParty
from tests.gateway.services.test_journey import begin

ORG, NODE = "24301000000", "treasury-hunan"
ORDERS = ("Deduct", "ReverseDeduction", "ChangePostings")
AGREEMENT = {"protocol": "XY430001", "bank": "102551000017", "account": "6222020200017"}
PAYING = {"grade": 100, "cycle": "monthly", "agreement": AGREEMENT}
ROUTE = """  - parameter: route
    region: "43"
    insurance: pension
    content:
      agency: {name: "{city}社会保险服务中心", level: city}
      tax_office: 本机构
      card_centre: card-hubei
      province_party: hunan
      tax_party: treasury-hunan
"""
PAID = Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2026-11"))


class Node(ScriptedParty):
    """A treasury that collects what we levy."""

    levy_org, treasury_code = ORG, "1901000000"


def done(work: Work) -> Outcome:
    asked = work.message
    numbers = (getattr(asked, name, None) for name in ("cancel_number", "package_number"))
    number = next(filter(None, numbers), None) or asked.deduction.trace_number
    count = getattr(asked, "count", None)
    key = {"org": asked.org, "entrusted_on": asked.entrusted_on, "number": number}
    return accepted(TreasuryAnswer(taken=True, succeeded=count, **key))


def done_in_part(work: Work) -> Outcome:
    answer: TreasuryAnswer = done(work).reply  # type: ignore[assignment]  # what `done` gives
    return accepted(replace(answer, succeeded=0))


def short_of_money(work: Work) -> Outcome:
    answer: TreasuryAnswer = done(work).reply  # type: ignore[assignment]  # what `done` gives
    reply = replace(answer, taken=False, reason="余额不足")
    return Outcome(OutcomeKind.REFUSED, reply, "余额不足")


@pytest.fixture
def node(world: World, tmp_path: Path) -> Iterator[Node]:
    """Hunan's pension is levied by us, through its treasury; the rules send it there."""
    orders = [Support(message, recognises_id=True, inquire="query") for message in ORDERS]
    made = Node(NODE, "treasury", orders, regions=("43",))
    for message in ORDERS:
        made.answers(message, done)
    world.runtime.parties[NODE] = made  # type: ignore[index]  # a dictionary in these tests
    before = world.runtime
    world.runtime = replace(world.runtime, law=published(tmp_path, more=ROUTE))
    world.hunan.answers("FindCover", accepted(CoverFound(known=False)))
    yield made
    world.runtime = before


def enrolled(world: World, **more: Any) -> str:
    case = begin(world, choice="registered", **{"contribution": PAYING, **more})
    world.carry_due()
    return case


def covered(world: World) -> None:
    world.hunan.answers("FindCover", accepted(CoverFound(known=True, covers=(PAID,))))
    world.clock.forward(minutes=1)
    world.carry_due()


def orders(node: Node, message: str = "Deduct") -> list[Any]:
    return [work.message for work in node.delivered if type(work.message).__name__ == message]


def refund(
    world: World,
    case: str,
    *,
    part: bool = False,
    months: tuple[Month | None, Month | None] = (None, None),
    route: RefundRoute = RefundRoute.TREASURY,
) -> str:
    """A refund of the payment, claimed and granted. `part`: of its first month."""
    with world.runtime.store.work("refund") as tx:
        row = cases.lock(tx, case)
        (levy,) = levies.of_case(tx, case)
        paid = next(iter(paying.rows(tx, levy)), None)
        assert paid is not None
        first, last = (None, Month(levy.first)) if part else months
        claim = refund_claims.of(tx, levy, paid, RefundOrigin.TAX_ERROR, first, last)
        opened = refunds.open_refund(world.runtime, tx, row, claim)
        asked = kept.of_case(tx, opened)
        assert asked is not None
        refunds.grant(world.runtime, tx, cases.lock(tx, opened), asked, route, "anna")
    world.carry_due()
    return opened


def left_over(world: World, case: str) -> list[int]:
    with world.runtime.store.work("credits") as tx:
        row = cases.get(tx, case)
        return [each.fen for each in kept.open_credits(tx, row.person, "pension", NODE)]


def sum_of(package: Any) -> Money:
    return Money(sum(row.amount.fen for row in package.rows))
