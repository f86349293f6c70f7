"""Tell a province that a payment was taken back which we had told it of; what it has no message for a person tells it.

Where the tax bureau tells the province of payments it tells it of reversals too: we do neither.
"""

from collections.abc import Mapping
from datetime import date

from gateway.model.codes import CaseStatus, Insurance, LegState, LevyState
from gateway.model.province import ReverseCover, StartCover
from gateway.rules.refunds import REVERSAL
from gateway.services import advance, plans
from gateway.services.determine import local_day, question_of
from gateway.services.records import request
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, unsent
from gateway.store.rows import CaseRow, ItemRow, LegRow, LevyRow
from gateway.store.work import Tx

_TOLD, _MESSAGE = "StartCover", "ReverseCover"
COUNTER = (
    "the party has no message that takes a payment back: tell its counter, then settle this leg. 请在经办窗口办理。"
)


def taken_back(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow) -> None:
    """The payment of `levy`, a row as it was before, is gone: follow what its province was told of it.

    What has not gone out yet is not sent; of what is under way `overtaken` thinks once it is known to have arrived.
    """
    number = plans.payment_number(levy)
    told = [leg for leg in legs.named(tx, case.id, _TOLD, levy.insurance) if leg.occurrence == number]
    for leg in told:
        if unsent.lock(tx, leg.id) is not None:
            legs.change(tx, leg.id, LegState.CANCELLED, due_at=None, reason="the payment was taken back")
        elif leg.state == LegState.ACCEPTED.value:
            _tell(runtime, tx, case, leg, levy, int(levy.reversals))


def overtaken(runtime: Runtime, tx: Tx, case: CaseRow, leg: LegRow) -> bool:
    """Whether the payment that a leg has just told of is gone by now; its province is told of that then."""
    levy, reversals = plans.levy_paid(levies.of_item(tx, case.id, leg.insurance), leg.occurrence)
    if levy.reversals <= reversals:
        return False
    _tell(runtime, tx, case, leg, levy, reversals)
    return True


def _tell(runtime: Runtime, tx: Tx, case: CaseRow, leg: LegRow, levy: LevyRow, reversals: int) -> None:
    item = cases.item(tx, case.id, levy.insurance)
    asked: StartCover = request(_TOLD, legs.payload(tx, leg))
    back = [each for each in levies.history(tx, case.id)[levy.id] if each.after == LevyState.REVERSED.value]
    message = _message(runtime, tx, item, asked, levies.details(tx, back[reversals]))
    queued = plans.queue(tx, case.id, leg.party, message, levy.insurance, leg.occurrence)
    party, about = runtime.parties.get(leg.party), {"insurance": levy.insurance, "party": leg.party}
    if party is not None and _MESSAGE in party.supports:
        advance.tell(runtime, tx, case.id, "reversal_being_told", **about)
        return
    legs.change(tx, queued, LegState.NEEDS_PERSON, due_at=None, reason=COUNTER)
    insurance = Insurance(levy.insurance)
    advance.move(runtime, tx, case.id, insurance, CaseStatus.NEEDS_PERSON, "reversal_not_told", party=leg.party)


def _message(runtime: Runtime, tx: Tx, item: ItemRow, asked: StartCover, said: Mapping[str, str]) -> ReverseCover:
    today = local_day(tx.now)
    found = question_of(runtime.law, item, today).look(REVERSAL)
    day = said.get("reversed_on") or said.get("corrected_on") or today.isoformat()
    return ReverseCover(
        reference=asked.reference,
        person=asked.person,
        person_number=asked.person_number,
        insurance=asked.insurance,
        first=asked.first,
        last=asked.last,
        amount=asked.amount,
        voucher_number=asked.voucher_number,
        reversal_number=said.get("reversal_number") or said.get("correction_number") or "",
        reversed_on=date.fromisoformat(day),
        cover_falls=found is None or found.content.cover == "falls",
        reason=said.get("reason") or "冲正",
    )
