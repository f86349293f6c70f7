"""What a case about a refund shows of it."""

import json
from typing import Any

from gateway.model.values import Money, Month
from gateway.services.refund_record import GONE, rests_on
from gateway.services.registrations import REFUND
from gateway.store import refunds as kept
from gateway.store.rows import CaseRow, LevyRow
from gateway.store.work import Tx


def given_back(tx: Tx, levy: LevyRow) -> str | None:
    """What is decided to go back of the payment that stands on a levy, or went back; None where nothing was paid."""
    if levy.voucher_number is None:
        return None
    of_levy = [row for row in kept.of_origin(tx, levy.case) if row.levy == levy.id and rests_on(tx, levy, row)]
    return str(Money(sum(row.fen for row in of_levy if row.state in GONE)))


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
