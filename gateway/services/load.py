"""Legs of one party that are carried together: one commit for their notes, one hand-over of their documents."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import cast

from gateway.ports import KEPT_AS, Attempt, CarriesTogether, Outcome, OutcomeKind, Work
from gateway.services.attempt import StoredAttempt, remember
from gateway.services.runtime import Runtime
from gateway.services.settle import Returned, on_its_lines
from gateway.store.rows import LegRow

log = logging.getLogger(__name__)

HandIn = Callable[[Sequence[Returned]], None]


class Load:
    """A `ports.Desk` for legs that have been claimed. `hand_in`: takes what came back, as soon as it has."""

    def __init__(self, runtime: Runtime, hand_in: HandIn) -> None:
        self._runtime, self._hand_in = runtime, hand_in
        self._open: dict[str, tuple[LegRow, Work]] = {}

    def add(self, row: LegRow, work: Work) -> None:
        """Take a leg into the load."""
        self._open[row.id] = row, work

    def carry(self, party: CarriesTogether) -> None:
        """Have the party deliver all; a leg of which it says nothing is uncertain."""
        works = [work for _, work in self._open.values()]
        try:
            if works:
                party.deliver_each(works, self)
        except Exception:
            # A party must not raise; where one does, nobody knows what it did, and its cases wait for a person.
            log.exception("the party's own code failed")
        failed = Outcome(OutcomeKind.UNCERTAIN, reason="the adapter failed; see the log")
        self.done([(work, failed) for _, work in self._open.values()])

    def remember(self, notes: Sequence[tuple[Attempt, str, str]]) -> None:
        """Keep values under keys of several attempts, committed before this returns: all or none."""
        if notes:
            remember(self._runtime, [(cast("StoredAttempt", attempt), key, value) for attempt, key, value in notes])

    def about(self, work: Work) -> AbstractContextManager[None]:
        """Let what is logged inside name the work."""
        return on_its_lines(self._open[work.leg][0], work.message)

    def done(self, outcomes: Sequence[tuple[Work, Outcome]]) -> None:
        """Take what came of some of the works."""
        if outcomes:
            self._hand_in([self._returned(work, outcome) for work, outcome in outcomes])

    def _returned(self, work: Work, outcome: Outcome) -> Returned:
        row, _ = self._open.pop(work.leg)
        return Returned(row, work.message, outcome, work.attempt.recall(KEPT_AS) or "")
