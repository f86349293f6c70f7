"""Legs that were still waiting when a day began or the rules changed: determined anew before they go out."""

import json
import logging

from gateway.model.codes import Insurance, LegState
from gateway.model.province import EnrolWorker
from gateway.model.tax import DeclareLevy
from gateway.services import plans
from gateway.services.anew import Finding, Sending, holds
from gateway.services.records import encode, request
from gateway.services.registrations import OF_MONEY
from gateway.services.renew import mind, renew
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, unsent
from gateway.store.rows import LegRow
from gateway.store.work import Tx

log = logging.getLogger(__name__)

MESSAGES = ("EnrolWorker", "DeclareLevy")
"""What is determined: it is of the day on which it goes out."""
_AT_ONCE = 200


def determine_anew(runtime: Runtime) -> int:
    """Determine anew what waits in the queue with a determination of another day or other rules; how many legs changed.

    Doors shut and open at hours of the Chinese day; when one begins, everything is of another day.
    """
    changed, after = 0, ""
    while True:
        with runtime.store.reading() as tx:
            rows = unsent.page(tx, MESSAGES, after, _AT_ONCE)
            stale = [row for row in rows if not _holds(runtime, tx, row)]
        if not rows:
            return changed
        changed += sum(_one(runtime, row) for row in stale)
        after = rows[-1].id


def _holds(runtime: Runtime, tx: Tx, leg: LegRow) -> bool:
    sending = Sending.DECLARATION if leg.message == "DeclareLevy" else Sending.REGISTRATION
    return holds(runtime.law, cases.item(tx, leg.case, leg.insurance), sending, tx.now)


def _sending(message: EnrolWorker | DeclareLevy) -> Sending:
    if isinstance(message, DeclareLevy):
        return Sending.DECLARATION
    return Sending.COMPLETION if message.supplements else Sending.REGISTRATION


def _one(runtime: Runtime, leg: LegRow) -> bool:
    """One leg: what goes wrong with it holds up no other."""
    try:
        with runtime.store.work("anew") as tx:
            return _renewed(runtime, tx, leg)
    except Exception:
        log.exception("leg %s could not be determined anew; the others go on", leg.id)
        return False


def _by_hand(tx: Tx, leg: LegRow) -> bool:
    """Whether an operator has sent it again: they know what is there, and of a doubtful first try nobody else does."""
    acts = (json.loads(event.params) for event in cases.timeline(tx, leg.case) if event.code == "operator")
    return any(act["leg"] == leg.id for act in acts)


def _renewed(runtime: Runtime, tx: Tx, waiting: LegRow) -> bool:
    case = cases.lock(tx, waiting.case)
    if case.kind in OF_MONEY:
        # A difference is reckoned once, for the publication that it comes from.
        return False
    leg, item = unsent.lock(tx, waiting.id), cases.item(tx, waiting.case, waiting.insurance)
    if leg is None or item.withdrawing or _by_hand(tx, leg):
        return False
    message = request(leg.message, legs.payload(tx, leg))
    verdict = renew(runtime, tx, case, item, _sending(message))
    if verdict.finding is Finding.REFUSED:
        legs.change(tx, leg.id, LegState.CANCELLED, due_at=None, reason=verdict.reason)
        return True
    changed = verdict.finding is Finding.CHANGED
    if changed:
        now = cases.item(tx, leg.case, Insurance(leg.insurance))
        unsent.reword(tx, leg.id, encode(plans.reworded(tx, case, now, message)))
    return mind(runtime, tx, leg, verdict) or changed
