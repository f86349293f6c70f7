"""Carry the legs that are due: claim, close the transaction, call, settle. A slow party fills only its own places."""

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from gateway.model.codes import LegState
from gateway.ports import KEPT_AS, Outcome, OutcomeKind, Party, Work, carries_together
from gateway.services import unsent
from gateway.services.attempt import StoredAttempt
from gateway.services.determine import local_day
from gateway.services.load import HandIn, Load
from gateway.services.records import request
from gateway.services.runtime import Runtime
from gateway.services.settle import Returned, on_its_lines, settle
from gateway.services.settler import Settler
from gateway.store import leases, leg_memory, legs
from gateway.store.rows import LegRow
from gateway.store.work import LockTimeoutError

log = logging.getLogger(__name__)

# For each leg that a party is carrying another one is taken already, so that its threads need not wait for the claim.
_AHEAD = 2
_GATHERING_SECONDS = 0.04
_DAY_BEGINS = timedelta(minutes=1)


class Courier:
    """Carries legs, each party's in threads of its own; couriers in any number of processes share the work."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        # A pool each: a party that takes its time keeps its own threads only.
        self._pools = {
            party.id: ThreadPoolExecutor(party.concurrency, thread_name_prefix=party.id)
            for party in runtime.parties.values()
        }
        self._settler = Settler(runtime)
        self._carrying: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._idle = False

    def once(self) -> int:
        """Claim what is due and there is room for, and start carrying it; how many legs were claimed."""
        room = self._room()
        if not room or self._settler.behind or (self._idle and not self._any_due()):
            return 0
        with self._runtime.store.work("claim") as tx:
            for party in leases.paused(tx):
                room.pop(party, None)
            rows, claimed_at = legs.claim(tx, room, self._runtime.settings.lease), tx.now
        self._start(rows, claimed_at)
        self._idle = not rows
        return len(rows)

    def run(self, stop: threading.Event, pause: float = 0.05) -> None:
        """Carry until `stop` is set, looking for new work every `pause` seconds while there is none."""
        while not stop.is_set():
            try:
                busy = self.once() > 0
            except LockTimeoutError:
                busy = False
            except Exception:
                log.exception("the courier could not claim; it goes on")
                busy = False
            # Not at once again: one claim of many legs costs little more than one of a few.
            stop.wait(_GATHERING_SECONDS if busy else pause)
        self.finish()

    def finish(self) -> None:
        """Wait until everything claimed has been carried and settled."""
        for pool in self._pools.values():
            pool.shutdown(wait=True)
        self._settler.close()

    def _room(self) -> dict[str, int]:
        """How many more legs of each party can be taken: as many wait for a place as are under way.

        None before there is room for as many as can be under way: a few at a time cost as much as all of them.
        """
        with self._lock:
            free = {
                party.id: (_AHEAD * party.concurrency - self._carrying[party.id], party.concurrency)
                for party in self._runtime.parties.values()
            }
        return {party: places for party, (places, enough) in free.items() if places >= enough}

    def _any_due(self) -> bool:
        with self._runtime.store.reading() as tx:
            return legs.any_due(tx)

    def _start(self, rows: Sequence[LegRow], claimed_at: datetime) -> None:
        by_party = defaultdict[str, list[LegRow]](list)
        for row in rows:
            by_party[row.party].append(row)
        with self._lock:
            self._carrying.update({party: len(mine) for party, mine in by_party.items()})
        for party, mine in by_party.items():
            for load in _loads(self._runtime.parties[party], mine):
                self._pools[party].submit(self._carry, load, claimed_at)

    def _carry(self, rows: Sequence[LegRow], claimed_at: datetime) -> None:
        party, left = rows[0].party, len(rows)

        def hand_in(returned: Sequence[Returned]) -> None:
            nonlocal left
            self._settler.put(returned)
            left -= len(returned)
            self._carried(party, len(returned))

        try:
            carry_together(self._runtime, rows, claimed_at, hand_in)
        except Exception:
            log.exception("legs of %s were not carried; their leases bring them back", party)
        finally:
            self._carried(party, left)

    def _carried(self, party: str, count: int) -> None:
        with self._lock:
            self._carrying[party] -= count


def _loads(party: Party, rows: Sequence[LegRow]) -> Iterator[Sequence[LegRow]]:
    """Which legs go together: all that go out anew where the party carries several at once, else none."""
    together = [row for row in rows if _goes_out(row)] if carries_together(party) is not None else []
    if together:
        yield together
    yield from ([row] for row in rows if not together or not _goes_out(row))


def _goes_out(row: LegRow) -> bool:
    return row.state == LegState.PENDING.value


def carry_together(runtime: Runtime, rows: Sequence[LegRow], claimed_at: datetime, hand_in: HandIn) -> None:
    """Carry claimed legs of one party; what comes back is handed in as it does. One that cannot be begun is logged."""
    party = runtime.parties[rows[0].party]
    as_one = carries_together(party)
    if as_one is None or not _goes_out(rows[0]):
        for row in rows:
            hand_in([carried(runtime, row, claimed_at)])
        return
    load = Load(runtime, hand_in)
    for row in rows:
        try:
            work = _work(runtime, row, party, claimed_at, at_once=True)
        except Exception:
            log.exception("a leg of %s was not carried; its lease brings it back", row.party)
            continue
        load.add(row, work)
        if (outcome := _not_now(runtime, party, work, row)) is not None:
            load.done([(work, outcome)])
    load.carry(as_one)


def carry(runtime: Runtime, row: LegRow) -> None:
    """Carry one claimed leg and settle it."""
    settle(runtime, carried(runtime, row, runtime.now()))


def carried(runtime: Runtime, row: LegRow, claimed_at: datetime) -> Returned:
    """Deliver one claimed leg, or find out about it where an earlier try may have had its effect."""
    party = runtime.parties[row.party]
    work = _work(runtime, row, party, claimed_at)
    with on_its_lines(row, work.message):
        outcome = _outcome(runtime, party, work, row)
        return Returned(row, work.message, outcome, work.attempt.recall(KEPT_AS) or "")


def _outcome(runtime: Runtime, party: Party, work: Work, row: LegRow) -> Outcome:
    if (too_soon := _not_now(runtime, party, work, row)) is not None:
        return too_soon
    try:
        outcomes = party.deliver([work]) if _goes_out(row) else [party.inquire(work)]
        return outcomes[0]
    except Exception:
        # A party must not raise; where one does, nobody knows what it did, and only its own case waits for a person.
        log.exception("the party's own code failed")
        return Outcome(OutcomeKind.UNCERTAIN, reason="the adapter failed; see the log")


def _not_now(runtime: Runtime, party: Party, work: Work, row: LegRow) -> Outcome | None:
    """What comes of a leg that is not to be carried now; None for one that is."""
    if work.deadline <= runtime.now():
        return Outcome(OutcomeKind.UNREACHABLE, reason="no time was left of the lease; nothing was sent")
    if row.message in unsent.MESSAGES and _day_has_just_begun(row, runtime.now()):
        return Outcome(OutcomeKind.UNREACHABLE, reason="the day has just begun: it is determined anew before it goes")
    if _too_early(runtime, party, row):
        return Outcome(OutcomeKind.UNCERTAIN, reason="the party's own records cannot show it yet")
    return None


def _day_has_just_begun(row: LegRow, now: datetime) -> bool:
    """Whether what was entered on another day may still be of that day: the timetable determines it anew meanwhile."""
    today = local_day(now)
    return _goes_out(row) and local_day(row.created_at) != today != local_day(now - _DAY_BEGINS)


def _too_early(runtime: Runtime, party: Party, row: LegRow) -> bool:
    """Whether a lease ran out sooner after the sending than the party's records settle."""
    support = party.supports.get(row.message)
    settled = timedelta(seconds=support.settle_after if support else 0)
    return row.state == LegState.SENDING.value and runtime.now() < row.updated_at + settled


def _work(runtime: Runtime, row: LegRow, party: Party, claimed_at: datetime, *, at_once: bool = False) -> Work:
    """`at_once`: the party's own patience begins when the leg leaves, and not while it waits for others."""
    message = request(row.message, legs.payload(runtime.store, row))
    support = party.supports.get(row.message)
    timeout = timedelta(seconds=support.timeout if support else 10)
    # The lease outlasts the call, also where the leg waited for a thread.
    leased = claimed_at + runtime.settings.lease * 0.9
    deadline = leased if at_once else min(runtime.now() + timeout, leased)
    attempt = StoredAttempt(runtime, row.id, row.attempts + 1, _kept(runtime, row))
    return Work(row.id, row.case, message, attempt, deadline)


def _kept(runtime: Runtime, row: LegRow) -> dict[str, str]:
    """What earlier tries kept; a leg that goes out for the first time has no memory."""
    if not row.attempts:
        return {}
    with runtime.store.reading() as tx:
        return leg_memory.memory(tx, row.id)
