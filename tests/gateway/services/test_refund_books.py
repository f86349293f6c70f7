"""What refunds leave in the books: each component where it was booked, and nothing that stands open for ever."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, LevyState, Payer, RefundOrigin, RefundRoute, RefundState, RefundVerdict
from gateway.model.tax import Component, LevyResult, Receipt
from gateway.model.values import Money
from gateway.services import refund_desk, top_ups, withdraw
from gateway.services.receive import receive
from gateway.services.refund_desk import Decided
from gateway.store import books as kept_books
from gateway.store import cases
from gateway.store import refunds as kept
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, awaiting, posting, reversal
from tests.gateway.services.provisional import BUREAU as HUNAN
from tests.gateway.services.provisional import numbered, publish, quarter, topped_up
from tests.gateway.services.test_journey import events, receipt, view
from tests.gateway.services.test_refunds import able, claim, grant, pushed, wish
from tests.gateway.services.test_top_ups import july as provisional_july

july = provisional_july
MONTHS = ("2026-07", "2026-08", "2026-09")
SET_OFF = 3 * 9999


def balances(world: World, region: str) -> dict[str, int]:
    """What stands on each account of the pension fund, debit less credit."""
    found: dict[str, int] = {}
    with world.runtime.store.reading() as tx:
        sums = kept_books.sums(tx, "pension", region, after=None, through=date(9999, 12, 31))
    for place, turnover in sums.items():
        found[place.account] = found.get(place.account, 0) + turnover.balance
    return {account: fen for account, fen in found.items() if fen}


def with_late_fee(world: World) -> tuple[str, Receipt]:
    """A case that was paid with a late fee, and posted by the treasury."""
    case = awaiting(world)
    came = receipt(world, case)
    parts = Component("rate", Payer.WORKER, came.amount), Component("late_fee", Payer.WORKER, Money(480))
    came = replace(came, amount=came.amount + Money(480), components=parts)
    receive(world.runtime, BUREAU, came)
    receive(world.runtime, BUREAU, posting(came))
    world.carry_due()
    assert balances(world, "330100") == {
        "treasury": 96480,
        "contribution_income": -96000,
        "late_fee_income": -480,
    }
    return case, came


@pytest.mark.parametrize(
    ("route", "account"), [(RefundRoute.TREASURY, "treasury"), (RefundRoute.AGENCY, "expenditure_account")]
)
def test_a_late_fee_goes_back_from_where_late_fees_stand(world: World, route: RefundRoute, account: str) -> None:
    case, _ = with_late_fee(world)
    able(world)
    refund = claim(world, case, RefundOrigin.PAYER_ERROR)["case"]
    grant(world, refund, route)
    world.carry_due()
    assert balances(world, "330100")["refunds_due"] == -96480
    refund_desk.decide(world.runtime, wish(refund, "r2"), Decided(RefundVerdict.PAID, "付讫"))
    paid_from = {"treasury": 96480, account: -96480} if account != "treasury" else {}
    assert balances(world, "330100") == {
        **paid_from,
        "contribution_income": -96000,
        "contribution_refunds": 96000,
    }


def test_a_decision_that_is_taken_back_leaves_nothing_due(world: World) -> None:
    case, _ = with_late_fee(world)
    able(world)
    before = balances(world, "330100")
    refund = claim(world, case, RefundOrigin.PAYER_ERROR)["case"]
    grant(world, refund, RefundRoute.TREASURY)
    world.carry_due()
    receive(world.runtime, BUREAU, pushed(RefundState.REFUSED, world, refund, reason="不予退费"))
    assert balances(world, "330100") == before


def test_what_was_decided_of_a_payment_that_is_taken_back_can_be_refused_and_is_due_no_more(world: World) -> None:
    case, came = with_late_fee(world)
    refund = claim(world, case, RefundOrigin.PAYER_ERROR)["case"]
    grant(world, refund, RefundRoute.AGENCY)
    refuse = Decided(RefundVerdict.REFUSE, "已冲正")
    with pytest.raises(GatewayError):
        refund_desk.decide(world.runtime, wish(refund, "r2"), refuse)
    receive(world.runtime, BUREAU, reversal(came))
    assert balances(world, "330100")["refunds_due"] == -96480
    assert events(world, refund)[-1] == "refunded_and_reversed"
    refund_desk.decide(world.runtime, wish(refund, "r3"), refuse)
    assert view(world, refund)["refund"]["state"] == "refused"
    assert balances(world, "330100") == {"levied": 96000, "memorandum": -96000}


@pytest.fixture
def credited(july: World, tmp_path: Path) -> tuple[World, str]:
    """A quarter that was paid twice, the second payment a credit, of which the top-ups of all months use some."""
    case, came = quarter(july)
    receive(july.runtime, HUNAN, replace(came, voucher_number="430000000000000002"))
    with july.runtime.store.reading() as tx:
        (row,) = kept.of_origin(tx, case)
    grant(july, row.case, RefundRoute.OFFSET)
    july.tax_hunan.answers("DeclareLevy", numbered)
    publish(july, tmp_path)
    top_ups.adjust_months(july.runtime)
    return july, case


def used(world: World, case: str) -> int:
    with world.runtime.store.reading() as tx:
        (credit,) = kept.open_credits(tx, view(world, case)["worker"], "pension", HUNAN)
    return credit.used_fen


def test_what_is_set_off_is_levied_first_so_that_nothing_stays_levied(credited: tuple[World, str]) -> None:
    world, case = credited
    assert balances(world, "430100").get("levied", 0) == 0, "nobody has taken the levies yet"
    world.carry_due()
    assert balances(world, "430100")["levied"] == 3, "what is left to be paid of each"
    assert balances(world, "430100")["refunds_due"] == -(420000 - SET_OFF)
    for number, owed in enumerate(topped_up(world, case)):
        came = replace(receipt(world, owed["case"]), voucher_number=f"43000000000000010{number}")
        receive(world.runtime, HUNAN, replace(came, levy_number=f"L{MONTHS[number]}"))
    assert "levied" not in balances(world, "430100")


def test_a_levy_that_is_cancelled_gives_back_the_credit_that_it_used(credited: tuple[World, str]) -> None:
    world, case = credited
    world.carry_due()
    assert used(world, case) == SET_OFF
    for month in (*MONTHS, *MONTHS):
        receive(world.runtime, HUNAN, LevyResult(found=True, state=LevyState.CANCELLED, levy_number=f"L{month}"))
    assert used(world, case) == 0
    assert balances(world, "430100") == {"collected": 840000, "memorandum": -420000, "refunds_due": -420000}
    assert all("offset_back" in events(world, each["case"]) for each in topped_up(world, case))


def test_what_is_withdrawn_before_it_is_levied_leaves_the_credit(credited: tuple[World, str]) -> None:
    world, case = credited
    first, *_ = topped_up(world, case)
    with world.runtime.store.work("test") as tx:
        withdraw.finish(world.runtime, tx, cases.lock(tx, first["case"]), Insurance.PENSION)
    assert used(world, case) == SET_OFF - 9999
