"""What the history of a levy keeps of the message that changed it: dates, months, amounts, numbers, reasons."""

from collections.abc import Mapping
from typing import Any

from gateway.model.levy import OURS, Cause
from gateway.model.values import Money
from gateway.store.rows import LevyRow

_KEPT = (
    *("state", "reference", "levy_number", "notice_number", "voucher_number", "reversal_number", "correction_number"),
    *("refund_number", "trace_number", "amount", "insurance", "first", "last", "accounting_month", "due"),
    *("collected_on", "treasury_on", "reversed_on", "corrected_on", "refunded_on", "reason"),
)


def cause(message: Any, party: str, **more: str) -> Cause:
    """What `message`, sent by `party`, says about a levy. `more`: what stands in no field of it."""
    said = {name: _text(getattr(message, name, None)) for name in _KEPT}
    return Cause(type(message).__name__, party, {name: text for name, text in said.items() if text} | more)


def of_result(asked: str, party: str, reply: Any, reason: str) -> Cause:
    """What came of asking `party` with the message named `asked`; `reply` may be wanting."""
    said = {} if reply is None else cause(reply, party).details
    return Cause(asked, party, {**({"reason": reason} if reason else {}), **said})


def ours(act: str, **details: str) -> Cause:
    """Something that we did or that time brought."""
    return Cause(act, OURS, _given(details))


def unpaid(levy: LevyRow) -> tuple[str, dict[str, str]]:
    """The event of a levy whose due date has passed, and what it says: of a part, how much of how much came."""
    dates = {"due": levy.due, "until": levy.payable_until}
    if levy.paid_fen is None:
        return "unpaid", dates
    owed = levy.fen if levy.assessed_fen is None else levy.assessed_fen
    return "unpaid_in_part", {**dates, "paid": str(Money(levy.paid_fen)), "owed": str(Money(owed))}


def _given(details: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text for name, text in details.items() if text}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(getattr(value, "value", value))
