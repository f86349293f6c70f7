"""Where a person has a payment of ours booked in another month: once per key, by an order of its own (更正)."""

from dataclasses import dataclass

from gateway.model.codes import Insurance
from gateway.services import advance, refund_claims, treasury_changes
from gateway.services.accept import Answer
from gateway.services.once import Wish, once_in_case
from gateway.services.runtime import Runtime
from gateway.store.rows import CaseRow
from gateway.store.work import Tx


@dataclass(frozen=True, slots=True)
class Correction:
    """How the payment of an insurance is to be booked: in the adjustment period (整理期), or out of it."""

    insurance: Insurance
    adjustment: bool
    reason: str


def correct(runtime: Runtime, wish: Wish, asked: Correction) -> Answer:
    """Order the correction of a payment that we deducted.

    GatewayError `not_found`, `unsupported` (somebody else collected it), `nothing_to_correct`, `levy_org_needed`.
    """
    said = {"insurance": asked.insurance.value, "adjustment": asked.adjustment, "reason": asked.reason}
    work = runtime.store.work("correction")
    return once_in_case(runtime, wish, work, said, lambda tx, case: _corrected(runtime, tx, case, asked))


def _corrected(runtime: Runtime, tx: Tx, case: CaseRow, asked: Correction) -> str:
    # What we deduct ourselves is one receipt.
    levy, (paid, *_) = refund_claims.paid(tx, case, asked.insurance)
    month = treasury_changes.correct(runtime, tx, case, levy, paid, adjustment=asked.adjustment)
    said = {"month": str(month), "reason": asked.reason, "party": levy.tax}
    advance.tell(runtime, tx, case.id, "correction_asked", insurance=levy.insurance, **said)
    return case.id
