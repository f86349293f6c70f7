"""`python -m bench`: every benchmark beside its floor and its peer, targets beside the figures, nothing asserted."""

import argparse
import dataclasses
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.acceptance import acceptance, beside_slow_parties
from bench.database import Server, postgresql, sqlite
from bench.delivery import journeys, legs
from bench.figures import Figure, table
from bench.inside.columns import columns
from bench.inside.ledger import ledger
from bench.inside.reconciliation import reconciliation
from bench.inside.rows import rows
from bench.inside.translation import translation
from bench.large import large
from bench.options import QUICK, Options
from bench.questions import questions
from bench.yardstick import here, told

Benchmark = Callable[[Server, Options], list[Figure]]
# name -> (what is measured, on which database)
BENCHMARKS: dict[str, tuple[Benchmark, str]] = {
    "translation": (translation, "sqlite"),
    "rows": (rows, "sqlite"),
    "columns": (columns, "sqlite"),
    "reconciliation": (reconciliation, "sqlite"),
    "ledger": (ledger, "postgresql"),
    "questions": (questions, "postgresql"),
    "large": (large, "postgresql"),
    "postgresql": (acceptance, "postgresql"),
    "sqlite": (acceptance, "sqlite"),
    "legs": (legs, "postgresql"),
    "journeys": (journeys, "postgresql"),
    "slow-parties": (beside_slow_parties, "postgresql"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for and print it."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with us, also when we are told to
    names = given.only or list(BENCHMARKS)
    began = time.monotonic()
    before = here()
    figures = _measured(names, _options(given))
    speed = told(before, here())
    facts = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}"
    load = f"load average {os.getloadavg()[2]:.1f} over the last 15 minutes"
    if given.json:
        document = {
            "when": facts,
            "machine": load,
            "yardstick": speed,
            "figures": [figure.document() for figure in figures],
        }
        print(json.dumps(document, indent=1))
    else:
        print(f"{facts}, {load}\n{speed}\n\n{table(figures)}\n\n{time.monotonic() - began:.0f} s")
    return 0


def _measured(names: Sequence[str], options: Options) -> list[Figure]:
    figures: list[Figure] = []
    with ExitStack() as open_until_the_end:
        folder = Path(open_until_the_end.enter_context(TemporaryDirectory(prefix="bench-")))
        servers = {"sqlite": sqlite(folder)}
        for name in names:
            benchmark, wanted = BENCHMARKS[name]
            if wanted not in servers:
                servers[wanted] = open_until_the_end.enter_context(postgresql())
            print(f"bench: {name} ...", file=sys.stderr, flush=True)
            figures += benchmark(servers[wanted], options)
    return figures


def _options(given: argparse.Namespace) -> Options:
    base = QUICK if given.quick else Options()
    chosen = {
        field.name: getattr(given, field.name)
        for field in dataclasses.fields(Options)
        if getattr(given, field.name, None) is not None
    }
    return dataclasses.replace(base, **chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="half a second per repetition: does it work at all")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--seconds", type=float, help="length of one repetition")
    parser.add_argument("--connections", type=int, help="keep-alive connections of the load generator")
    parser.add_argument("--gateways", type=int, help="gateway processes on PostgreSQL")
    parser.add_argument("--workers", type=int, help="worker processes that deliver")
    parser.add_argument("--cases", type=int, help="cases whose legs are drained")
    parser.add_argument("--clients", type=int, help="clients that send large messages at once")
    parser.add_argument("--rows", type=int, help="rows of each side that is reconciled (the promise: 10000000)")
    parser.add_argument("--pace", type=float, help="enrolments per second while journeys are measured")
    parser.add_argument("--journey-seconds", type=float, help="how long journeys are measured (the promise: 120)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
