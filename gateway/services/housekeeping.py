"""What time itself brings: a held case goes on, an unpaid month is marked, old rows are forgotten; safe to repeat."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from gateway.model.codes import CaseStatus, Insurance, LevyState
from gateway.services import advance, check
from gateway.services.check_again import ask_again
from gateway.services.check_parts import settle_whole
from gateway.services.check_records import ask_records
from gateway.services.determine import local_day
from gateway.services.difference_answers import take_answers
from gateway.services.difference_files import send_due
from gateway.services.left_over import sweep
from gateway.services.levy_words import ours, unpaid
from gateway.services.parts import unfinished
from gateway.services.reconcile import reconcile_yesterday
from gateway.services.recover import recover_receipts
from gateway.services.runtime import Runtime
from gateway.services.statement_folder import take_statements
from gateway.services.statement_pull import pull_statements
from gateway.services.top_ups import adjust_months
from gateway.services.unsent import determine_anew
from gateway.store import cases, idempotency, leases, levies, planner

log = logging.getLogger(__name__)

_KEPT_FIRINGS = timedelta(days=7)


def release_holds(runtime: Runtime) -> int:
    """Let cases go on whose silent regions used up the time that still saves the month; how many insurances went on."""
    with runtime.store.reading() as tx:
        waiting = {row.case for row in cases.held_until(tx, runtime.now())}
    return sum(_one(_release, runtime, case) for case in sorted(waiting))


def _one(work: Callable[..., int], runtime: Runtime, *about: object) -> int:
    """One case's part of a job: what goes wrong with it holds up no other."""
    try:
        return work(runtime, *about)
    except Exception:
        log.exception("the housekeeping of one case failed; the others go on")
        return 0


def _release(runtime: Runtime, case_handle: str) -> int:
    with runtime.store.work("hold") as tx:
        case = cases.lock(tx, case_handle)
        waiting = [row for row in check.waiting(tx, case_handle) if row.hold_until and row.hold_until <= tx.now]
        check.decide(runtime, tx, case, waiting, unverified=True)
        return len(waiting)


def mark_unpaid(runtime: Runtime) -> int:
    """Mark months unpaid whose due date has passed; the registration stands, the month stays payable to its limit."""
    today = local_day(runtime.now()).isoformat()
    marked = 0
    for state in (LevyState.ASSESSED, LevyState.ACCEPTED):
        with runtime.store.reading() as tx:
            overdue = [(row.id, row.case) for row in levies.overdue(tx, state, today)]
        for levy, case in overdue:
            marked += _one(_mark_one, runtime, levy, case, state)
    return marked


def _mark_one(runtime: Runtime, levy_handle: str, case: str, state: LevyState) -> int:
    with runtime.store.work("unpaid") as tx:
        cases.lock(tx, case)
        levy = levies.get(tx, levy_handle)
        if levy.state != state.value:
            return 0
        levies.change(tx, levy.id, LevyState.UNPAID, ours("due_date_passed", due=levy.due))
        insurance = Insurance(levy.insurance)
        if cases.item(tx, case, insurance).status == CaseStatus.AWAITING_PAYMENT.value:
            event, about = unpaid(levy)
            advance.move(runtime, tx, case, insurance, CaseStatus.UNPAID, event, **about)
        return 1


def forget(runtime: Runtime) -> int:
    """Remove stored answers, used tokens and firings whose time is over."""
    with runtime.store.work("forget") as tx:
        leases.forget_old(tx, tx.now - _KEPT_FIRINGS)
        return idempotency.forget_expired(tx)


def count_outgrown(runtime: Runtime) -> int:
    """Tell the database's planner of tables that have doubled; how many there were."""
    with runtime.store.reading() as tx:  # no row of ours is written, so there is nothing that a kill could halve
        return planner.count_outgrown(tx)


JOBS: Mapping[str, tuple[int, Callable[[Runtime], int]]] = {
    "release_holds": (10, release_holds),
    "mark_unpaid": (60, mark_unpaid),
    "unfinished_parts": (300, unfinished),
    "determine_anew": (300, determine_anew),
    "pull_statements": (300, lambda runtime: sum(max(count, 0) for count in pull_statements(runtime).values())),
    "take_statements": (30, take_statements),
    "settle_checks": (5, settle_whole),
    "ask_again": (30, ask_again),
    "ask_records": (300, ask_records),
    "reconcile": (300, reconcile_yesterday),
    "send_differences": (30, send_due),
    "take_answers": (60, take_answers),
    "recover_receipts": (60, recover_receipts),
    "adjust_months": (300, adjust_months),
    "count_outgrown": (10, count_outgrown),
    "forget": (3600, forget),
    "sweep": (3600, sweep),
}
"""Job -> (seconds between firings, what it does)."""
