"""A day of our own ledger in PostgreSQL against one statement file, the export included, beside the floor of COPY."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import ledgers
from bench.database import Server
from bench.figures import Figure, Target
from bench.machine import ROOT
from bench.options import Options

_THROUGH, _INSIDE = "floor: COPY of the same columns, discarded", "floor: the same inside the server, no driver"


def ledger(server: Server, options: Options) -> list[Figure]:
    """Rows exported per second beside COPY alone, rows from tables to breaks per second, and whether they are right."""
    database = server.database()
    with TemporaryDirectory(prefix="bench-ledger-") as folder:
        _process([sys.executable, "app.py", "migrate"], database, folder)
        ledgers.fill(database, options.rows)
        lacking = ledgers.state(Path(folder) / "there.txt", options.rows)
        floors = {_THROUGH: options.rows / _seconds(ledgers.copy_out, database)}
        if server.pid:
            floors[_INSIDE] = options.rows / _seconds(ledgers.copy_nowhere, database)
        took = json.loads(_process([sys.executable, "-m", "bench.inside.ledger_run", folder], database, folder))
    return _figures(options.rows, lacking, took, floors)


def _figures(rows: int, lacking: int, took: Mapping[str, Any], floors: Mapping[str, float]) -> list[Figure]:
    section = f"A ledger day of {rows:,} rows in PostgreSQL against one statement file"
    wrong = abs(rows - took["rows"]) + sum(took["breaks"].values())
    wrong += lacking - 2 * min(lacking, took["breaks"].get("only_here", 0))
    parts = ", ".join(f"{name} {took[name]:.1f} s" for name in ("export", "read", "match"))
    own = f"processor, the database's apart: {took['processor'] * 1e6 / rows:.1f} us a row"
    return [
        Figure(section, "ledger rows or breaks missed or false", wrong, "", Target(0, at_most=True)),
        Figure(section, "ledger rows exported", rows / took["export"], "/s", beside=floors, notes=[own]),
        Figure(section, "ledger rows, from tables to breaks", rows / took["whole"], "/s", notes=[parts]),
        Figure(section, "memory, most", took["memory"], "MB"),
    ]


def _seconds(work: Callable[[str], None], database: str) -> float:
    began = time.monotonic()
    work(database)
    return time.monotonic() - began


def _process(command: list[str], database: str, folder: str) -> str:
    env = {**os.environ, "DATABASE_URL": database, "VAR_DIR": folder}
    return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
