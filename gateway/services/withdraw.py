"""Take an enrolment back: levy first, then registration, then the months. A payment that got there first wins."""

from collections.abc import Sequence

from gateway.errors import GatewayError
from gateway.model.case import allowed_actions
from gateway.model.codes import CaseStatus, Insurance, LegState, LevyState
from gateway.model.levy import COLLECTED, TOLD
from gateway.services import advance, offsets, other_cover, plans, treasury_orders
from gateway.services.levy_words import ours
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, reservations
from gateway.store.rows import CaseRow, ItemRow, LegRow, LevyRow
from gateway.store.work import Tx

# A leg that the party only took in can stop being asked about: the withdrawal names its acceptance number.
_STOPPABLE = (LegState.PENDING.value, LegState.HELD.value, LegState.RECEIVED.value)
_UNDER_WAY = (LegState.SENDING.value, LegState.UNCERTAIN.value)
_NOT_TAKEN_UP = (CaseStatus.WITHDRAWN.value, CaseStatus.REFUSED.value)
_LEADING_ON = ("FindCover", "EnrolWorker", "FindLevy", "DeclareLevy", "Deduct")


def withdraw(runtime: Runtime, tx: Tx, case: CaseRow, reason: str) -> None:
    """Begin to withdraw every insurance that can be; GatewayError `paid_already`, `action_not_allowed`.

    It is done when the tax bureau and the province agree; until then the timeline shows where it stands.
    """
    items = cases.items(tx, case.id)
    paid = {levy.insurance for levy in levies.of_case(tx, case.id) if _paid_for(levy)}
    open_items = [item for item in items if "withdraw" in allowed_actions([CaseStatus(item.status)])]
    unpaid = [item for item in open_items if item.insurance not in paid]
    if not unpaid:
        raise _refusal(case, items, paid=bool(paid))
    for item in unpaid:
        if not item.withdrawing:
            _begin(runtime, tx, case, item, reason)


def _paid_for(levy: LevyRow) -> bool:
    """Whether money is there for it, be it a part of what was asked for."""
    return levy.state in COLLECTED or levy.paid_fen is not None


def _refusal(case: CaseRow, items: Sequence[ItemRow], *, paid: bool) -> GatewayError:
    if paid:
        return GatewayError("paid_already")
    offered = ", ".join(allowed_actions(CaseStatus(item.status) for item in items)) or "nothing"
    return GatewayError("action_not_allowed", action="withdraw", status=case.status, allowed=offered)


def go_on(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow) -> None:
    """Take the next step of a withdrawal that is under way: cancel a levy, withdraw the registration, or finish."""
    if not item.withdrawing:
        return
    leading = _leading_on(tx, case.id, item.insurance)
    for row in leading:
        if row.state in _STOPPABLE:
            legs.change(tx, row.id, LegState.CANCELLED, due_at=None)
    mine = levies.of_item(tx, case.id, item.insurance)
    if any(levy.state == LevyState.LOCKED.value for levy in mine):
        # A bank has it: what comes of that decides, and nothing is taken back before.
        return
    under_way = any(row.state in _UNDER_WAY for row in leading)
    if theirs := _standing_there(runtime, tx, item, mine, under_way=under_way):
        for levy in theirs:
            plans.cancel(tx, levy, cases.reason(tx, item) or "")
    elif under_way:
        return
    elif item.registration_number or item.acceptance_number:
        plans.withdraw(tx, case, item, cases.reason(tx, item) or "")
    else:
        finish(runtime, tx, case, Insurance(item.insurance))


def _standing_there(
    runtime: Runtime, tx: Tx, item: ItemRow, mine: Sequence[LevyRow], *, under_way: bool
) -> list[LevyRow]:
    """The levies that a bureau has and has to cancel; those that we levy ourselves end here.

    Not while something is under way that could still collect them.
    """
    told = [levy for levy in mine if levy.state in TOLD]
    our_own = [levy for levy in told if treasury_orders.node(runtime, levy.tax) is not None]
    for levy in () if under_way else our_own:
        offsets.cancelled(runtime, tx, item, levy)
        levies.change(tx, levy.id, LevyState.CANCELLED, ours("withdrawn"))
    return [levy for levy in told if levy not in our_own]


def finish(runtime: Runtime, tx: Tx, case: CaseRow, insurance: Insurance) -> None:
    """The withdrawal is complete: the months are free again, and so is what their levies would have used of credits."""
    for levy in levies.of_item(tx, case.id, insurance.value):
        if levy.state not in COLLECTED:
            offsets.give_back(tx, levy)
    reservations.release(tx, case.id, insurance)
    cases.change_item(tx, case.id, insurance, withdrawing=False)
    advance.move(runtime, tx, case.id, insurance, CaseStatus.WITHDRAWN, "withdrawn")
    other_cover.stop_asking(tx, case.id)
    _ask_nobody(tx, case.id)


def _ask_nobody(tx: Tx, case: str) -> None:
    """Tell nobody of a person for whom nothing is taken up any more (PIPL, article 6: as little as is needed)."""
    if all(item.status in _NOT_TAKEN_UP for item in cases.items(tx, case)):
        for leg in legs.named(tx, case, "FindCover", ""):
            if leg.state == LegState.PENDING.value:
                legs.change(tx, leg.id, LegState.CANCELLED, due_at=None)


def overtaken(runtime: Runtime, tx: Tx, case: CaseRow, insurance: Insurance) -> None:
    """The payment got there before the cancellation: the enrolment goes on."""
    if cases.item(tx, case.id, insurance).withdrawing:
        cases.change_item(tx, case.id, insurance, withdrawing=False, reason=None)
        advance.tell(runtime, tx, case.id, "withdrawal_overtaken", insurance=insurance.value)


def _begin(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, reason: str) -> None:
    cases.change_item(tx, case.id, item.insurance, withdrawing=True, reason=reason)
    advance.tell(runtime, tx, case.id, "withdrawal_asked", insurance=item.insurance, reason=reason)
    go_on(runtime, tx, case, cases.item(tx, case.id, item.insurance))


def _leading_on(tx: Tx, case: str, insurance: str) -> list[LegRow]:
    """The legs that would carry the insurance forward; the duplicate check, shared by all insurances, is not one."""
    return [row for row in legs.of_case(tx, case) if row.insurance == insurance and row.message in _LEADING_ON]
