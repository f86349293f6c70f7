"""A day of the ledger exported and matched against a statement file, in a process of its own; prints what it took.

`python -m bench.inside.ledger_run FOLDER` with DATABASE_URL, after `bench.ledgers` filled it and wrote there.txt.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bench.inside.reconciliation_run import MAPPINGS
from bench.statements import DAY, KEY, PARTY
from gateway.batch.engine import Limits
from gateway.batch.matching import match
from gateway.batch.row_sides import Parts, put_together
from gateway.batch.statement import read_statement
from gateway.batch.statement_terms import StatementTerms
from gateway.mapping.break_table import break_table
from gateway.mapping.statement_layout import layout_of
from gateway.mapping.statement_plan import statement_plan
from gateway.model.reconciliation import Book, Pairing
from gateway.security.vault import Keyring, create_keys
from gateway.services.reconcile_ledger import ledger_day, person_secret
from gateway.store.work import Store, connect

_DAY = date.fromisoformat(DAY)
_NOON_AFTER = datetime(2026, 1, 21, 4, tzinfo=UTC)
_COMPARED = ("person", "region", "amount", "late_fee", "interest", "day", "adjustment", "state")
_LIMITS = Limits(2 << 30)


def run(folder: Path) -> Mapping[str, Any]:
    """Export, read the statement, match: the seconds of each, and how many breaks there are."""
    create_keys(folder / "vault.json")
    keyring = Keyring.load(folder / "vault.json")
    store = Store(connect(os.environ["DATABASE_URL"]), keyring, lambda: _NOON_AFTER)
    # What an export asks of the runtime, and no more.
    runtime = cast("Any", SimpleNamespace(store=store, now=store.now, settings=SimpleNamespace(var=folder / "var")))
    marks = [time.monotonic()]
    spent = time.process_time()
    ((row, exported),) = ledger_day(runtime, PARTY, _DAY)
    spent = time.process_time() - spent
    marks.append(time.monotonic())
    terms = StatementTerms(_DAY, KEY, person_secret(runtime, PARTY))
    plan = statement_plan(layout_of(MAPPINGS, PARTY))
    read = read_statement(plan, folder / "there.txt", folder / "read", terms, limits=_LIMITS) if plan else None
    if read is None:
        raise SystemExit("the statement should have been read in bulk")
    sides = folder / "here.parquet", folder / "there.parquet"
    for side, parts, into in zip(("here", "there"), ([exported], read.files[Book.RECEIPT]), sides, strict=True):
        put_together(Parts(parts), side, ("voucher", "fund"), into, _LIMITS)
    marks.append(time.monotonic())
    here, there = ([side] for side in sides)
    pairing = Pairing("bench", Book.LEVY, Book.RECEIPT, _COMPARED)
    found = match(pairing, here, there, folder / "out", today=_DAY, table=break_table(MAPPINGS), limits=_LIMITS)
    marks.append(time.monotonic())
    took = {name: marks[number + 1] - marks[number] for number, name in enumerate(("export", "read", "match"))}
    kinds = {kind.value: count for kind, count in found.breaks_of.items()}
    return {**took, "processor": spent, "rows": row.count, "breaks": kinds, "whole": marks[-1] - marks[0]}


if __name__ == "__main__":
    seen = run(Path(sys.argv[1]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**seen, "memory": memory}))
