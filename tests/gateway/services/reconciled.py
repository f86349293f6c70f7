"""Days that tests reconcile, and what came of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from gateway.mapping.break_table import break_table
from gateway.mapping.pairings import load_pairings
from gateway.mapping.repair_table import repair_table
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.model.reconciliation import Sum
from gateway.services.balance_sheet import balance_sheets
from gateway.services.reconcile import reconcile
from gateway.services.runtime import Runtime
from gateway.store import breaks, reconciliation
from gateway.store.breaks import BreakRow
from gateway.store.reconciliation import RunRow
from gateway.store.tables_reconciliation import breaks as breaks_table
from tests.gateway.mapping.statements import KEY, LAYOUTS
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at
from tests.rules.tree import ROOT

MONDAY = date(2026, 11, 16)
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 4))


def reconciling(world: World, tmp_path: Path) -> Runtime:
    """The world with what a reconciliation goes by, as it is shipped."""
    mappings = ROOT / "mappings"
    secrets = {key_setting(party): KEY.decode() for party in LAYOUTS}
    settings = replace(world.runtime.settings, parties=secrets, var_dir=str(tmp_path / "var"))
    return replace(
        world.runtime,
        settings=settings,
        statements=layouts(mappings),
        pairings=load_pairings(mappings),
        break_table=break_table(mappings),
        repairs=repair_table(mappings),
    )


def run(world: World, runtime: Runtime, day: date, pairing: str = "collected", party: str = PARTY) -> RunRow:
    world.clock.at = at(day + timedelta(days=1), 2)
    (found,) = reconcile(runtime, day, party, pairing)
    assert found.run is not None, found.problem
    assert_explained(runtime, found.run)
    return found.run


def assert_explained(runtime: Runtime, row: RunRow) -> None:
    with runtime.store.reading() as tx:
        lines = reconciliation.tallies_of(tx, row.id)
        transit = reconciliation.transit_of(tx, row.id)
    assert all(line.explained for line in lines)
    assert all(sheet.unexplained == 0 for sheet in balance_sheets(lines))
    for side, whole in (("here", Sum(row.here_count, row.here_fen)), ("there", Sum(row.there_count, row.there_fen))):
        of_side = [line for line in lines if line.side == side]
        assert sum((line.whole for line in of_side), Sum(0, 0)) == whole
        waiting = sum((line.sum for line in transit if line.side == side), Sum(0, 0))
        assert sum((line.transit for line in of_side), Sum(0, 0)) == waiting


def kept(runtime: Runtime) -> list[BreakRow]:
    with runtime.store.reading() as tx:
        return list(tx.all(select(breaks_table).order_by(breaks_table.c.id), BreakRow))


def kinds(found: Sequence[BreakRow]) -> dict[str, str]:
    return {row.kind: row.state for row in found}


def actions(runtime: Runtime, row: BreakRow) -> list[str]:
    with runtime.store.reading() as tx:
        return [entry.action for entry in breaks.entries_of(tx, row.id)]
