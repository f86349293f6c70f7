"""What a bureau says of a levy that stands there: a bank has it, let it go, it is paid, or it was cancelled there."""

from gateway.model.codes import CaseStatus, Insurance, LevyState
from gateway.model.levy import LEVY_STATES, TOLD
from gateway.model.tax import LevyResult
from gateway.services import advance, offsets, reopen, withdraw
from gateway.services.determine import local_day
from gateway.services.levy_words import cause
from gateway.services.runtime import Runtime
from gateway.store import cases, levies
from gateway.store.rows import CaseRow, LevyRow
from gateway.store.work import Tx

_FREE = (LevyState.DECLARED, LevyState.ACCEPTED, LevyState.ASSESSED, LevyState.UNPAID)


def told(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, message: LevyResult) -> None:
    """Let a levy follow what its bureau says; what it said before changes nothing. The caller has locked the case."""
    now, insurance = LevyState(levy.state), Insurance(levy.insurance)
    said, about = cause(message, levy.tax), {"insurance": levy.insurance, "party": levy.tax}
    follows = LEVY_STATES[now].follows
    match message.state:
        case LevyState.LOCKED if LevyState.LOCKED in follows:
            levies.change(tx, levy.id, LevyState.LOCKED, said)
            advance.tell(runtime, tx, case.id, "levy_locked", **about)
        case LevyState.PAID if LevyState.PAID in follows and now is not LevyState.CANCELLED:
            levies.change(tx, levy.id, LevyState.PAID, said)
            advance.tell(runtime, tx, case.id, "paid_told", **about)
        case LevyState.CANCELLED if levy.state in TOLD and not cases.item(tx, case.id, insurance).withdrawing:
            offsets.cancelled(runtime, tx, cases.item(tx, case.id, insurance), levy)
            levies.change(tx, levy.id, LevyState.CANCELLED, said)
            advance.move(runtime, tx, case.id, insurance, CaseStatus.NEEDS_PERSON, "levy_cancelled", party=levy.tax)
        case state if now is LevyState.LOCKED and state in _FREE:
            _unlocked(runtime, tx, case, levy, message)


def _unlocked(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, message: LevyResult) -> None:
    item = cases.item(tx, case.id, levy.insurance)
    to = reopen.standing(item, levy, local_day(tx.now).isoformat())
    levies.change(tx, levy.id, to, cause(message, levy.tax))
    advance.tell(runtime, tx, case.id, "levy_unlocked", insurance=levy.insurance, party=levy.tax)
    withdraw.go_on(runtime, tx, case, cases.item(tx, case.id, levy.insurance))
