"""Which documents belong to which case: noted as they are journalled, tied in the transaction that they lead to."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.ports import Crossing, Journal, Kept
from gateway.store.journal_reader import link
from gateway.store.work import Tx

_NOTED = 10_000


@dataclass(frozen=True, slots=True)
class _Durable:
    """A record that is durable already."""

    record: str

    def wait(self) -> Sequence[str]:
        """Its id."""
        return (self.record,)


class Evidence:
    """A journal that remembers for a while which records are about what (a leg, a request). Used by every thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._noted: OrderedDict[str, list[Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def record(self, crossing: Crossing) -> str:
        """Keep the crossing; returns the record's id once it is durable."""
        return self.record_many([crossing])[0]

    def record_many(self, crossings: Sequence[Crossing]) -> Sequence[str]:
        """Keep several crossings, all or none; their ids once all are durable."""
        records = self._journal.record_many(crossings)
        for crossing, record in zip(crossings, records, strict=True):
            self._note(crossing, _Durable(record))
        return records

    def hand_in(self, crossing: Crossing) -> Kept:
        """Take a crossing; whoever acts on it waits for it first (`durable`, `flush`)."""
        kept = self._journal.hand_in(crossing)
        self._note(crossing, kept)
        return kept

    def durable(self, about: str) -> None:
        """Come back once everything about `about` is durable; GatewayError `unavailable` where it could not be kept."""
        for kept in self._of(about):
            kept.wait()

    def flush(self) -> None:
        """Come back once everything that was handed in is durable; GatewayError `unavailable` as `durable`."""
        self._journal.flush()

    def _note(self, crossing: Crossing, kept: Kept) -> None:
        if not crossing.about:
            return
        with self._lock:
            self._noted.setdefault(crossing.about, []).append(kept)
            # What nobody came to tie (a question, a refused request) is only forgotten here, never in the journal.
            while len(self._noted) > _NOTED:
                self._noted.popitem(last=False)

    def _of(self, about: str) -> Sequence[Kept]:
        with self._lock:
            return tuple(self._noted.get(about, ()))

    def tie(self, tx: Tx, about: str, *, case: str, person: str, leg: str = "") -> None:
        """Tie the records about `about` to a case, and their keys to its person, inside the caller's transaction.

        What was only handed in has been waited for before the transaction began (`durable`).
        """
        for kept in self._of(about):
            for record in kept.wait():
                link(tx, record, case=case, leg=leg, person=person)

    def tied(self, *abouts: str) -> None:
        """The transaction that tied the records about each of these is committed."""
        with self._lock:
            for about in abouts:
                self._noted.pop(about, None)
