"""Which documents belong to which case: noted as they are journalled, tied in the transaction that they lead to."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from gateway.ports import Crossing, Journal
from gateway.store.journal_reader import link
from gateway.store.work import Tx

_NOTED = 10_000


class Evidence:
    """A journal that remembers for a while which records are about what (a leg, a request). Used by every thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._noted: OrderedDict[str, list[str]] = OrderedDict()
        self._lock = threading.Lock()

    def record(self, crossing: Crossing) -> str:
        """Keep the crossing; returns the record's id once it is durable."""
        return self.record_many([crossing])[0]

    def record_many(self, crossings: Sequence[Crossing]) -> Sequence[str]:
        """Keep several crossings, all or none; their ids once all are durable."""
        records = self._journal.record_many(crossings)
        with self._lock:
            for crossing, record in zip(crossings, records, strict=True):
                if crossing.about:
                    self._noted.setdefault(crossing.about, []).append(record)
            # What nobody came to tie (a question, a refused request) is only forgotten here, never in the journal.
            while len(self._noted) > _NOTED:
                self._noted.popitem(last=False)
        return records

    def tie(self, tx: Tx, about: str, *, case: str, person: str, leg: str = "") -> None:
        """Tie the records about `about` to a case, and their keys to its person, inside the caller's transaction."""
        with self._lock:
            records = tuple(self._noted.get(about, ()))
        for record in records:
            link(tx, record, case=case, leg=leg, person=person)

    def tied(self, *abouts: str) -> None:
        """The transaction that tied the records about each of these is committed."""
        with self._lock:
            for about in abouts:
                self._noted.pop(about, None)
