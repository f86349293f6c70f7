"""The claim of a run, renewed while the process that holds it works; whoever has lost it writes nothing more.

A claim is short, so that a run whose process was killed is taken up soon. What takes longer than that (a match of
millions) is covered by a thread that renews it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from gateway.errors import GatewayError
from gateway.services.runtime import Runtime
from gateway.store import reconciliation
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

LEASE = timedelta(seconds=60)
EVERY = LEASE.total_seconds() / 4
"""Seconds between renewals: three may fail before the claim is over."""
_REMEMBERED = 8

log = logging.getLogger(__name__)


class Claim:
    """A run that this process has just claimed."""

    def __init__(self, runtime: Runtime, run: RunRow) -> None:
        self._runtime, self._run = runtime, run
        self._lock = Lock()
        with runtime.store.reading() as tx:
            row = reconciliation.get(tx, run.id)
        # Each thread writes a value of its own; the one that stands is one of the last few.
        self._ours: list[datetime | None] = [row.claimed_until if row else None]

    def renew(self, tx: Tx) -> None:
        """Keep the claim, with whatever else `tx` writes; GatewayError `reconciliation_running` where it is lost."""
        if not self.held(tx):
            run = self._run
            raise GatewayError("reconciliation_running", party=run.party, pairing=run.pairing, day=run.day)
        until = tx.now + LEASE
        with self._lock:
            self._ours = [*self._ours[-_REMEMBERED:], until]
        reconciliation.prolong(tx, self._run.id, until)

    def held(self, tx: Tx) -> bool:
        """Whether nobody else has taken the run up; its row stays as it is until `tx` is over."""
        row = reconciliation.lock(tx, self._run.id)
        with self._lock:
            return row is not None and row.claimed_until in self._ours

    def beat(self) -> None:
        """Renew it by itself."""
        with self._runtime.store.work("reconciliation_alive") as tx:
            self.renew(tx)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Renew it from time to time while the block lasts, whatever that is busy with."""
        over = Event()
        thread = Thread(target=self._beating, args=(over,), name=f"claim-{self._run.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _beating(self, over: Event) -> None:
        while not over.wait(EVERY):
            try:
                self.beat()
            except GatewayError:
                return  # lost: the next transaction of the run finds that out, too
            except Exception:
                log.exception("the claim of the run %s was not renewed; it is tried again", self._run.id)
