"""Carry the legs that are due: claim, close the transaction, call, settle. A slow party fills only its own places."""

import logging
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from gateway.model.codes import LegState
from gateway.ports import Outcome, OutcomeKind, Party, Work
from gateway.security.logs import logging_context
from gateway.services.attempt import StoredAttempt
from gateway.services.records import request
from gateway.services.runtime import Runtime
from gateway.services.settle import settle
from gateway.store import leases, legs
from gateway.store.rows import LegRow
from gateway.store.work import LockTimeoutError

log = logging.getLogger(__name__)


class Courier:
    """Carries legs, each party's in threads of its own; couriers in any number of processes share the work."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        # A pool each: a party that takes its time keeps its own threads only.
        self._pools = {
            party.id: ThreadPoolExecutor(party.concurrency, thread_name_prefix=party.id)
            for party in runtime.parties.values()
        }
        self._carrying: Counter[str] = Counter()
        self._lock = threading.Lock()

    def once(self) -> int:
        """Claim what is due and there is room for, and start carrying it; how many legs were claimed."""
        room = self._room()
        if not room:
            return 0
        with self._runtime.store.work("claim") as tx:
            rows, claimed_at = legs.claim(tx, room, self._runtime.settings.lease), tx.now
        for row in rows:
            self._start(row, claimed_at)
        return len(rows)

    def run(self, stop: threading.Event, pause: float = 0.05) -> None:
        """Carry until `stop` is set, looking for new work every `pause` seconds while there is none."""
        while not stop.is_set():
            try:
                idle = self.once() == 0
            except LockTimeoutError:
                idle = True
            except Exception:
                log.exception("the courier could not claim; it goes on")
                idle = True
            if idle:
                stop.wait(pause)
        self.finish()

    def finish(self) -> None:
        """Wait until everything claimed has been carried and settled."""
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    def _room(self) -> dict[str, int]:
        with self._runtime.store.reading() as tx:
            due, paused = legs.parties_with_due(tx), leases.paused(tx)
        with self._lock:
            open_to = [party for name, party in self._runtime.parties.items() if name in due and name not in paused]
            free = {party.id: party.concurrency - self._carrying[party.id] for party in open_to}
        return {party: places for party, places in free.items() if places > 0}

    def _start(self, row: LegRow, claimed_at: datetime) -> None:
        with self._lock:
            self._carrying[row.party] += 1
        self._pools[row.party].submit(carry, self._runtime, row, claimed_at).add_done_callback(
            lambda done: self._done(row.party, done)
        )

    def _done(self, party: str, done: "Future[None]") -> None:
        with self._lock:
            self._carrying[party] -= 1
        if (problem := done.exception()) is not None:
            log.error("a leg of %s was not settled; its lease brings it back", party, exc_info=problem)


def carry(runtime: Runtime, row: LegRow, claimed_at: datetime | None = None) -> None:
    """Carry one claimed leg: deliver it, or find out about it where an earlier try may have had its effect."""
    party = runtime.parties[row.party]
    work = _work(runtime, row, party, claimed_at or runtime.now())
    person = getattr(work.message, "person", None)
    with logging_context(case=row.case, leg=row.id, party=row.party, hide=[person.name] if person else ()):
        settle(runtime, row, work.message, _outcome(runtime, party, work, row))


def _outcome(runtime: Runtime, party: Party, work: Work, row: LegRow) -> Outcome:
    if work.deadline <= runtime.now():
        return Outcome(OutcomeKind.UNREACHABLE, reason="no time was left of the lease; nothing was sent")
    if _too_early(runtime, party, row):
        return Outcome(OutcomeKind.UNCERTAIN, reason="the party's own records cannot show it yet")
    try:
        outcomes = party.deliver([work]) if row.state == LegState.PENDING.value else [party.inquire(work)]
        return outcomes[0]
    except Exception:
        # A party must not raise; where one does, nobody knows what it did, and only its own case waits for a person.
        log.exception("the party's own code failed")
        return Outcome(OutcomeKind.UNCERTAIN, reason="the adapter failed; see the log")


def _too_early(runtime: Runtime, party: Party, row: LegRow) -> bool:
    """Whether a lease ran out sooner after the sending than the party's records settle."""
    support = party.supports.get(row.message)
    settled = timedelta(seconds=support.settle_after if support else 0)
    return row.state == LegState.SENDING.value and runtime.now() < row.updated_at + settled


def _work(runtime: Runtime, row: LegRow, party: Party, claimed_at: datetime) -> Work:
    with runtime.store.reading() as tx:
        message, kept = request(row.message, legs.payload(tx, row)), legs.memory(tx, row.id)
    support = party.supports.get(row.message)
    timeout = timedelta(seconds=support.timeout if support else 10)
    # The lease outlasts the call, also where the leg waited for a thread.
    deadline = min(runtime.now() + timeout, claimed_at + runtime.settings.lease * 0.9)
    return Work(row.id, row.case, message, StoredAttempt(runtime.store, row.id, row.attempts + 1, kept), deadline)
