"""A quarter that is paid by one voucher, whole or in parts, and what came of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.model.books import Side
from gateway.model.codes import Insurance, Payer, RefundOrigin
from gateway.model.tax import Component, Receipt
from gateway.model.values import Money
from gateway.services import refund_desk
from gateway.services.receive import receive
from gateway.store import books, cases
from gateway.store import refunds as kept
from tests.gateway.services.conftest import World
from tests.gateway.services.paid import BUREAU, awaiting
from tests.gateway.services.test_journey import receipt, view

ANOTHER = "330000000000000009"


def quarter(world: World) -> tuple[str, Receipt]:
    """A case that waits for three months, and the receipt that would pay them at once."""
    paid_at = world.clock.at
    world.clock.at = paid_at.replace(month=10)
    case = awaiting(world, contribution={"grade": 100, "cycle": "quarterly"}, start="2026-10")
    world.clock.at = paid_at
    return case, receipt(world, case)


def split(whole: Receipt, *lengths: int) -> list[Receipt]:
    """A receipt as parts of so many months each; a fen that is left over goes with the last."""
    made: list[Receipt] = []
    months, first = sum(lengths), whole.first
    for number, length in enumerate(lengths, 1):
        fen = whole.amount.fen * length // months
        if number == len(lengths):
            fen = whole.amount.fen - sum(each.amount.fen for each in made)
        made.append(replace(whole, amount=Money(fen), first=first, last=first + (length - 1)))
        first += length
    return made


def push(world: World, *receipts: Receipt) -> None:
    for each in receipts:
        receive(world.runtime, BUREAU, each)
        world.carry_due()


def levy(world: World, case: str) -> dict[str, Any]:
    (found,) = view(world, case)["levies"]
    return dict(found)


def stands(world: World, case: str) -> tuple[str, str, str | None]:
    """The status of the case, the state of its levy, and what was paid."""
    shown = levy(world, case)
    return view(world, case)["status"], shown["status"], shown["paid"]


def told(world: World) -> list[tuple[str, str, str]]:
    """What the province was told of payments: months and amount."""
    said = [work.message for work in world.zhejiang.delivered if type(work.message).__name__ == "StartCover"]
    return [(str(each.first), str(each.last), str(each.amount)) for each in said]


def booked(world: World, event: str, key: str) -> int:
    """How much was posted of a receipt, in fen."""
    with world.runtime.store.reading() as tx:
        rows = [row for row in books.of_origin(tx, f"{BUREAU}/{key}") if row.event == event]
        entries = [books.read(tx, row) for row in rows]
    return sum(line.fen for each in entries for line in each.lines if line.side is Side.DEBIT)


def refunds_of(world: World, case: str) -> Sequence[Any]:
    with world.runtime.store.reading() as tx:
        return list(kept.of_origin(tx, case))


def fee(whole: Receipt, sequence: int = 2) -> Receipt:
    """A row of the same voucher and month that is late fee alone."""
    parts_of = (Component("late_fee", Payer.WORKER, Money(350)),)
    return replace(whole, amount=Money(350), components=parts_of, sequence=sequence)


def claimed(world: World, case: str, **months: Any) -> None:
    with world.runtime.store.work("test") as tx:
        asked = refund_desk.Claimed(Insurance.PENSION, RefundOrigin.PREPAID, "x", **months)
        refund_desk.claimed(world.runtime, tx, cases.lock(tx, case), asked)
