"""A quarter that was paid on a base of last year, and the publication of the one that has held since July."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.model.codes import CoverState, LevyState, Scheme
from gateway.model.province import Cover, CoverFound
from gateway.model.tax import LevyResult, Receipt
from gateway.model.values import Month, Region
from gateway.ports import Outcome, Work
from gateway.rules.law import Law
from gateway.services.receive import receive
from gateway.store import levies
from gateway.store import top_ups as kept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.laws import WAGE, published
from tests.gateway.services.test_journey import begin, receipt, view

JULY, SEPTEMBER = datetime(2026, 7, 3, 4, tzinfo=UTC), datetime(2026, 9, 20, 4, tzinfo=UTC)
BUREAU = "tax-hunan"
CARRIED = (
    '{parameter: reference_wage, region: "43", to: 2026-06-30, carry_forward: 关于暂按上年基数缴费的通知, '
    "content: {monthly: 7000}}"
)
THREE = [("2026-07", 10000), ("2026-08", 10000), ("2026-09", 10000)]
PAID = Cover(Scheme.INDIVIDUAL_PENSION, CoverState.ACTIVE, Region("430100"), Month.parse("2026-07"))


def following(wage: int) -> str:
    return f'{CARRIED}\n  - {{parameter: reference_wage, region: "43", from: 2026-07-01, content: {{monthly: {wage}}}}}'


def quarter(world: World, *, pay: bool = True) -> tuple[str, Receipt]:
    """An enrolment of 3 July for the quarter, paid, and its receipt."""
    case = begin(world, choice="registered", start="2026-07", contribution={"grade": 100, "cycle": "quarterly"})
    world.carry_due()
    came = receipt(world, case)
    if pay:
        world.hunan.answers("FindCover", accepted(CoverFound(known=True, covers=(PAID,))))
        receive(world.runtime, BUREAU, came)
        world.carry_due()
        assert view(world, case)["status"] == "completed"
    return case, came


def publish(world: World, folder: Path, wage: int = 7500) -> Law:
    """20 September: the wage that has held since July is published."""
    world.clock.at = max(SEPTEMBER, world.clock.at + timedelta(days=1))
    law = published(folder / f"september-{wage}", instead=(WAGE, following(wage)))
    world.runtime = replace(world.runtime, law=law)
    return law


def adjusted(world: World, case: str) -> list[tuple[str, int]]:
    with world.runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)
        return [(str(Month(row.month)), row.fen) for row in kept.of_levy(tx, levy.id)]


def topped_up(world: World, case: str) -> list[dict[str, Any]]:
    with world.runtime.store.reading() as tx:
        (levy,) = levies.of_case(tx, case)
        cases = [row.case for row in kept.of_levy(tx, levy.id)]
    return [view(world, each) for each in cases]


def numbered(work: Work) -> Outcome:
    """The bureau's answer to a declaration, with a number of its own for each month."""
    asked = work.message
    return accepted(LevyResult(True, LevyState.DECLARED, asked.reference, f"L{asked.first}", amount=asked.amount))


def pay_top_ups(world: World, case: str) -> None:
    world.tax_hunan.answers("DeclareLevy", numbered)
    world.carry_due()
    for number, (month, _) in enumerate(THREE, 7):
        (owed,) = [
            each for each in topped_up(world, case) if each["kind"] == "top_up" and month in each["levies"][0]["from"]
        ]
        voucher = f"43000000000000000{number}"
        receive(world.runtime, BUREAU, receipt(world, owed["case"], levy_number=f"L{month}", voucher_number=voucher))
