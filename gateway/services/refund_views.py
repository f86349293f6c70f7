"""What a case about a refund shows of it."""

import json
from typing import Any

from gateway.model.values import Money, Month
from gateway.services.registrations import REFUND
from gateway.store import refunds as kept
from gateway.store.rows import CaseRow
from gateway.store.work import Tx


def view(tx: Tx, case: CaseRow) -> dict[str, Any] | None:
    """Why, how much, which way and to whom; None where the case is about none."""
    row = kept.of_case(tx, case.id) if case.kind == REFUND else None
    if row is None:
        return None
    return {
        "origin": row.origin,
        "state": row.state,
        "route": row.route,
        "amount": str(Money(row.fen)),
        "from": str(Month(row.first)),
        "to": str(Month(row.last)),
        "shares": json.loads(kept.content(tx, row))["shares"],
        "refund_number": row.refund_number,
        "refunded_on": row.refunded_on,
        "of": row.origin_case,
    }
