"""What every verb is given: the store, the law, the parties, the clock."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from gateway.mapping.difference_writer import DifferenceLayout
from gateway.mapping.pairings import Pairings
from gateway.mapping.repair_table import RepairTable
from gateway.mapping.statement_layout import Layout
from gateway.model.reconciliation import BreakTable
from gateway.ports import Now, Outlet, Party, RemoteFiles
from gateway.rules.law import Law
from gateway.services.evidence import Evidence
from gateway.services.gather import Gathering
from gateway.settings import Settings
from gateway.store.work import Store


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's view of the gateway, put together in app.py.

    What arrives at one time: `together`, enrolments; `questions`, of provinces about our own records; `notes`, what
    attempts are to remember.
    `outlets`: how differences go to parties, by party; `differences`: how they are laid out, by party; `answers`: how
    to open the places where parties leave their answers to them.
    `sources`: how to open the places where parties leave statements for us to fetch, by party.
    `statements`: how the day-end statements of parties are laid out, by party. `repairs`: which fit which breaks.
    `pairings`: which sides are reconciled; `break_table`: of which class a break is.
    """

    settings: Settings
    store: Store
    law: Law
    parties: Mapping[str, Party]
    journal: Evidence
    now: Now
    together: Gathering[Any, Any] = field(default_factory=Gathering)
    questions: Gathering[Any, Any] = field(default_factory=Gathering)
    notes: Gathering[Any, Any] = field(default_factory=Gathering)
    statements: Mapping[str, Layout] = field(default_factory=dict)
    sources: Mapping[str, Callable[[], AbstractContextManager[RemoteFiles]]] = field(default_factory=dict)
    outlets: Mapping[str, Outlet] = field(default_factory=dict)
    answers: Mapping[str, Callable[[], AbstractContextManager[RemoteFiles]]] = field(default_factory=dict)
    differences: Mapping[str, DifferenceLayout] = field(default_factory=dict)
    repairs: RepairTable = field(default_factory=RepairTable)
    pairings: Pairings = field(default_factory=lambda: Pairings(()))
    break_table: BreakTable = field(default_factory=lambda: BreakTable(()))

    @property
    def keepers(self) -> tuple[Party, ...]:
        """Who keeps cover of workers: provinces and medical insurance agencies, by id."""
        return tuple(sorted(self.of_family("province") + self.of_family("medical"), key=attrgetter("id")))

    def of_family(self, family: str) -> tuple[Party, ...]:
        """The parties of one family, by id."""
        return tuple(party for _, party in sorted(self.parties.items()) if party.family == family)
