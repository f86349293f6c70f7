"""When the housekeeping runs.

A firing is a row unique on (job, due): any worker may try, exactly one does it, missed ones run once.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from gateway.services.housekeeping import JOBS
from gateway.services.metrics import UNSEALED
from gateway.services.runtime import Runtime
from gateway.store import leases
from gateway.store.work import LockTimeoutError

log = logging.getLogger(__name__)
_LEASE = timedelta(minutes=5)
DETERMINE_ANEW = "determine_anew"


def start(runtime: Runtime, seal: Callable[[], object]) -> BackgroundScheduler:
    """Start the timetable; `seal` ties the journal's streams together every second. The caller shuts it down."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    # The scheduler's own clock, not the run's: a missed firing is looked for as soon as a worker starts.
    at_once = datetime.now(UTC)
    for name, (seconds, _) in JOBS.items():
        # Asked more often than it is due: when a worker dies in the middle, another finds the firing soon.
        scheduler.add_job(
            fire, "interval", seconds=min(seconds, 5), args=(runtime, name), id=name, next_run_time=at_once
        )
    scheduler.add_job(_sealing(seal), "interval", seconds=1, id="seal")
    _before_anything_is_carried(runtime)
    scheduler.start()
    return scheduler


def _before_anything_is_carried(runtime: Runtime) -> None:
    """A worker that stood still while a day began carries nothing of the day before."""
    try:
        fire(runtime, DETERMINE_ANEW)
    except Exception:
        log.exception("what waits could not be determined anew; the timetable tries again")


def _sealing(seal: Callable[[], object]) -> Callable[[], None]:
    def sealed() -> None:
        try:
            seal()
            UNSEALED.set(0)
        except Exception:
            # Nothing is sealed until an operator has looked; the metric is what an alarm watches.
            UNSEALED.set(1)
            log.exception("the journal could not be sealed: run `journal verify` before anything else")

    return sealed


def fire(runtime: Runtime, job: str) -> bool:
    """Do the job's latest due firing unless some worker has; whether this one did."""
    seconds, work = JOBS[job]
    due = int(runtime.now().timestamp()) // seconds * seconds
    try:
        with runtime.store.work("firing") as tx:
            mine = leases.claim_firing(tx, job, due, _LEASE)
        if mine:
            work(runtime)
            with runtime.store.work("fired") as tx:
                leases.finish_firing(tx, job, due)
    except LockTimeoutError:
        log.warning("the database was busy; %s is tried again", job)
        return False
    return mine
