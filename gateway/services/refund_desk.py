"""Where a person claims a refund and decides one: once per key over REST, or by command with a reason."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.errors import Fault, GatewayError
from gateway.model.codes import Insurance, RefundOrigin, RefundRoute, RefundVerdict
from gateway.model.values import Month
from gateway.services import advance, refund_claims, refund_shares, refunds
from gateway.services.accept import Answer
from gateway.services.once import Wish, once_in_case
from gateway.services.operate import Act, journal_act
from gateway.services.refunds import Claim
from gateway.services.runtime import Runtime
from gateway.store import cases
from gateway.store import refunds as kept
from gateway.store.rows import CaseRow
from gateway.store.work import Tx


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decides. `route` goes with a grant; `reason` stands on the timeline."""

    verdict: RefundVerdict
    reason: str
    route: RefundRoute | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What somebody claims back: the payment of one insurance, whole or for the months from `first` to `last`."""

    insurance: Insurance
    origin: RefundOrigin
    reason: str
    first: Month | None = None
    last: Month | None = None


def decide(runtime: Runtime, wish: Wish, asked: Decided) -> Answer:
    """Decide a refund; GatewayError `not_found`, `refund_through`, `refund_not_decided`, `refund_undecided`, ..."""
    said = {"verdict": asked.verdict.value, "route": asked.route.value if asked.route else "", "reason": asked.reason}
    return once_in_case(
        runtime,
        wish,
        runtime.store.work("refund"),
        said,
        lambda tx, case: decided(runtime, tx, case, asked, wish.key.client),
    )


def claim(runtime: Runtime, wish: Wish, asked: Claimed) -> Answer:
    """Open a refund for a payment of an enrolment; GatewayError `not_found`, `refunded_already`, `refunded_months`."""
    months = [str(month) for month in (asked.first, asked.last) if month]
    said = {"insurance": asked.insurance.value, "origin": asked.origin.value, "months": months, "reason": asked.reason}
    return once_in_case(
        runtime, wish, runtime.store.work("refund"), said, lambda tx, case: claimed(runtime, tx, case, asked)
    )


def decide_by_hand(runtime: Runtime, case: str, asked: Decided, act: Act) -> None:
    """As `decide`, by command."""
    _by_hand(runtime, case, act, lambda tx, row: decided(runtime, tx, row, asked, act.operator))


def claim_by_hand(runtime: Runtime, case: str, asked: Claimed, act: Act) -> str:
    """As `claim`, by command; the handle of the refund's case."""
    return _by_hand(runtime, case, act, lambda tx, row: claimed(runtime, tx, row, asked))


def decided(runtime: Runtime, tx: Tx, case: CaseRow, asked: Decided, by: str) -> str:
    """Let a decision take effect; the caller has locked the case."""
    row = kept.of_case(tx, case.id)
    if row is None:
        raise GatewayError("not_found", thing="refund")
    match asked.verdict:
        case RefundVerdict.GRANT:
            if asked.route is None:
                raise GatewayError("faults", faults=[Fault("/route", "missing_field")], count="1")
            refunds.grant(runtime, tx, case, row, asked.route, by)
        case RefundVerdict.REFUSE:
            refunds.refuse(runtime, tx, case, row, asked.reason)
        case RefundVerdict.PAID:
            refunds.confirm_paid(runtime, tx, row, by)
    cases.happened(tx, case.id, "refund_verdict", verdict=asked.verdict.value, by=by, because=asked.reason)
    return case.id


def claimed(runtime: Runtime, tx: Tx, case: CaseRow, asked: Claimed) -> str:
    """Open what is claimed, and say so on the enrolment; the caller has locked the case."""
    levy, receipts = refund_claims.paid(tx, case, asked.insurance)
    found = refund_claims.claims(tx, levy, receipts, asked.origin, asked.first, asked.last)
    claimed_of = [each for each in found if each.amount.fen]
    if not claimed_of:
        first, last = asked.first or Month(levy.first), asked.last or Month(levy.last)
        raise GatewayError("not_found", thing=f"payment for {first} to {last}")
    # Each receipt of a payment goes back by a refund of its own; the first one answers for all.
    first_of_all, *_ = [_opened(runtime, tx, case, asked, each) for each in claimed_of]
    return first_of_all


def _opened(runtime: Runtime, tx: Tx, case: CaseRow, asked: Claimed, whose: Claim) -> str:
    before = {each.case for each in kept.of_origin(tx, case.id)}
    opened = refunds.open_refund(runtime, tx, case, whose)
    row = kept.of_case(tx, opened)
    if row is not None and row.origin != asked.origin.value:
        # What is claimed again for another reason is no repetition.
        first, again = str(refund_shares.amount(row)), str(whose.amount)
        raise GatewayError("refunded_already", receipt=whose.receipt.voucher_number, refunded=first, amount=again)
    if opened not in before:
        about = {"amount": str(refund_shares.amount(row)), "refund": opened}
        advance.tell(runtime, tx, case.id, "refund_claimed", insurance=asked.insurance.value, **about)
    return opened


def _by_hand(runtime: Runtime, case: str, act: Act, do: Callable[[Tx, CaseRow], str]) -> str:
    with runtime.store.reading() as tx:
        handle = cases.behind_view(tx, case, None)
    if handle is None:
        raise GatewayError("not_found", thing="case")
    journal_act(runtime, act, {"case": handle})
    with runtime.store.work("refund") as tx:
        return do(tx, cases.lock(tx, handle))
