"""A day reconciled as `reconcile run` does, on the engine that BATCH_URL names, and what came of them."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from gateway.mapping.rulebook import load_law
from gateway.model.values import Region
from gateway.security.vault import create_keys
from gateway.services.balance_sheet import balance_sheets
from gateway.services.runtime import Runtime
from gateway.store import breaks, reconciliation
from tests.gateway.services.conftest import World, a_world
from tests.gateway.services.ledgers import components, owe, pay, receipt, state, stated, take_back
from tests.gateway.services.reconciled import MONDAY, TUESDAY, kept, reconciling, run
from tests.harness.fixtures import MAPPINGS, migrate

_DATABASE, _KEYS = "day.sqlite", "vault.json"


def prepare(folder: Path) -> None:
    """Write a database with what was paid and stated: rows that agree, and others of several classes of breaks."""
    folder.mkdir()
    create_keys(folder / _KEYS)
    migrate(f"sqlite:///{folder / _DATABASE}")
    with _standing(folder, "") as (world, runtime):
        for number in range(1, 9):
            pay(world, runtime, receipt(number, MONDAY), owe(runtime, number))
        take_back(world, runtime, receipt(6, MONDAY), TUESDAY)
        fee = components(90008, 350)
        pay(world, runtime, receipt(10, MONDAY, 90358, components=fee), owe(runtime, 10))
        said = [stated(number, MONDAY) for number in (1, 5, 6, 7)] + [stated(7, MONDAY, sequence=2)]
        said += [stated(2, MONDAY, 80000), stated(4, MONDAY, agency=Region("330206")), stated(11, MONDAY)]
        state(world, runtime, MONDAY, said)


def reconcile_on(url: str, prepared: Path, into: Path) -> None:
    """Reconcile the day in a copy of what was prepared; what came of it is `found.json` there."""
    shutil.copytree(prepared, into)
    with _standing(into, url) as (world, runtime):
        found = _found(runtime, run(world, runtime, MONDAY).id)
        told = {**found, "breaks": sorted((_break(runtime, row) for row in kept(runtime)), key=itemgetter("kind"))}
    (into / "found.json").write_text(json.dumps(told, default=str, ensure_ascii=False, indent=1), encoding="utf-8")


@contextmanager
def _standing(folder: Path, url: str) -> Iterator[tuple[World, Runtime]]:
    law = load_law(MAPPINGS, MAPPINGS / "demo-rules")
    with a_world(f"sqlite:///{folder / _DATABASE}", folder / _KEYS, law) as world:
        runtime = reconciling(world, folder)
        yield world, replace(runtime, settings=replace(runtime.settings, batch_url=url))


def _found(runtime: Runtime, handle: str) -> Mapping[str, Any]:
    with runtime.store.reading() as tx:
        lines, transit = reconciliation.tallies_of(tx, handle), reconciliation.transit_of(tx, handle)
    sheets = [astuple(sheet) for sheet in balance_sheets(lines)]
    return {"lines": [astuple(line) for line in lines], "sheets": sheets, "transit": [astuple(row) for row in transit]}


def _break(runtime: Runtime, row: breaks.BreakRow) -> Mapping[str, Any]:
    with runtime.store.reading() as tx:
        rows = [astuple(each) for each in breaks.rows_of(tx, row)]
    return {"kind": row.kind, "pairing": row.pairing, "day": row.day, "fund": row.fund, "rows": rows}
