"""Two sides reconciled from their files: beside the floor of reading them at all, datacompy, and a merge by pandas.

Each contender is a process of its own, so that its memory is its own. The peers are measured where they are installed
and make none of the checks: no signature, count, total, form of a line, no duplicate, no class.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import statements
from bench.database import Server
from bench.figures import Figure, Target
from bench.machine import ROOT
from bench.options import Options

_SECONDS, _TIMES_FLOOR, _TIMES_PEER, _SLOWER_WHEN_SMALL = 15.0, 3.5, 3.0, 1.6
_MEMORY, _SMALL_MEMORY = 4096.0, 1536.0
_WHOLE = 10_000_000
_PEERS = ("datacompy", "pandas")
_SEED = 1

Took = Mapping[str, Any]


def reconciliation(_: Server, options: Options) -> list[Figure]:
    """What the engine takes for both files, from their bytes to the breaks, and whether they are those of the truth."""
    with TemporaryDirectory(prefix="bench-reconciliation-") as folder:
        statements.write(Path(folder), options.rows, _SEED)
        size = sum(file.stat().st_size for file in Path(folder).glob("*.txt")) / 1e6
        took = {name: _took(name, folder) for name in ("floor", "engine", "engine-small")}
        took |= {name: _took(name, folder) for name in _PEERS if find_spec(name)}
    return _figures(options.rows, size, took)


def _took(name: str, folder: str) -> Took:
    command = [sys.executable, "-m", "bench.inside.reconciliation_run", name, folder]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: Took = json.loads(done.stdout)
    return found


def _figures(rows: int, size: float, took: Mapping[str, Took]) -> list[Figure]:
    section = (
        f"Reconciliation of {rows:,} x {rows:,} rows in GBK ({size:,.0f} MB), a break of each class in 10,000 rows"
    )
    engine, small, floor = took["engine"], took["engine-small"], took["floor"]
    seconds = {name: took[name]["seconds"] for name in ("floor", *_PEERS) if name in took}
    beside = {_SAID[name]: value for name, value in seconds.items()}
    notes = [
        (
            f"{engine['breaks']:,} breaks; processor {engine['processor']:.1f} s (floor {floor['processor']:.1f} s), "
            f"matching alone {engine['matching']:.1f} s; spilled {engine['spilled'] / 1e6:,.0f} MB, removed"
        ),
        *(f"{_SAID[name]}: not measured, it is not installed" for name in _PEERS if name not in took),
    ]
    target = Target(_SECONDS, at_most=True) if rows >= _WHOLE else None
    return [
        Figure(section, "breaks missed, false or of another class", engine["wrong"], "", Target(0, at_most=True)),
        Figure(section, "from bytes to breaks", engine["seconds"], "s", target, beside, notes),
        Figure(section, "by the floor", engine["seconds"] / floor["seconds"], "x", Target(_TIMES_FLOOR, at_most=True)),
        *(
            Figure(
                section, f"{name}, by the engine", took[name]["seconds"] / engine["seconds"], "x", Target(_TIMES_PEER)
            )
            for name in _PEERS
            if name in took
        ),
        Figure(section, "memory, most", engine["memory"], "MB", Target(_MEMORY, at_most=True), _memory(took)),
        *_when_small(section, engine, small),
    ]


def _when_small(section: str, engine: Took, small: Took) -> list[Figure]:
    spilled = f"spilled {small['spilled'] / 1e6:,.0f} MB, removed; {small['wrong']} breaks wrong"
    slower = small["seconds"] / engine["seconds"]
    return [
        Figure(
            section,
            "memory, engine limited to 1 GiB",
            small["memory"],
            "MB",
            Target(_SMALL_MEMORY, at_most=True),
            notes=[spilled],
        ),
        Figure(section, "time, engine limited to 1 GiB", slower, "x", Target(_SLOWER_WHEN_SMALL, at_most=True)),
    ]


def _memory(took: Mapping[str, Took]) -> Mapping[str, float]:
    return {_SAID[name]: took[name]["memory"] for name in ("floor", *_PEERS) if name in took}


_SAID = {
    "floor": "floor: decode, split and type both files",
    "datacompy": "datacompy (polars), no checks",
    "pandas": "pandas merge, no checks",
}
