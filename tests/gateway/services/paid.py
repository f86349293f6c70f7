"""A case that is paid, and what its bureau may tell of the payment afterwards."""

from datetime import date
from typing import Any

from gateway.model.province import Done
from gateway.model.tax import Receipt
from gateway.model.tax_payments import CorrectPayment, PostPayment, ReversePayment
from gateway.model.values import Month
from gateway.ports import Support
from gateway.services.receive import receive
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_journey import assessed, begin, receipt

BUREAU = "tax-zhejiang"


def awaiting(world: World, **changes: Any) -> str:
    """A case that waits for its payment."""
    assessed(world)
    case = begin(world, **changes)
    world.carry_due()
    return case


def paid(world: World, **changes: Any) -> tuple[str, Receipt]:
    """A completed case, and the receipt that paid it."""
    case = awaiting(world, **changes)
    came = receipt(world, case)
    receive(world.runtime, BUREAU, came)
    world.carry_due()
    return case, came


def hears_of_reversals(world: World) -> None:
    """Zhejiang, where we tell the province of payments, has the message that takes one back."""
    world.zhejiang.supports["ReverseCover"] = Support("ReverseCover", recognises_id=True, inquire="resend")
    world.zhejiang.answers("ReverseCover", accepted(Done(done=True)))


def posting(came: Receipt, number: str = "RK1", **changes: Any) -> PostPayment:
    said: dict[str, Any] = {
        "amount": came.amount,
        "treasury_on": date(2026, 11, 10),
        "accounting_month": Month.parse("2026-11"),
        "trace_number": "00000017",
    }
    return PostPayment(number, came.voucher_number, came.insurance, came.first, **(said | changes))


def reversal(came: Receipt, number: str = "CZ1", **changes: Any) -> ReversePayment:
    said: dict[str, Any] = {
        "amount": came.amount,
        "reversed_on": date(2026, 11, 10),
        "accounting_month": Month.parse("2026-11"),
        "reason": "银行冲正",
    }
    return ReversePayment(number, came.voucher_number, came.insurance, came.first, **(said | changes))


def correction(came: Receipt, number: str = "GZ1", **changes: Any) -> CorrectPayment:
    said: dict[str, Any] = {"corrected_on": date(2026, 11, 10), "reason": "信息更正"}
    return CorrectPayment(number, came.voucher_number, came.insurance, came.first, **(said | changes))
