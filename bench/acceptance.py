"""Enrolments accepted per second, and what stands beside them."""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import database as databases
from bench.database import Server
from bench.figures import Figure, Target, middle, percentile
from bench.load import Plan, Result, generate
from bench.machine import ROOT, Process, cpu_seconds, free_port
from bench.options import Options
from bench.stack import Stack, stack

_WARM_SECONDS = 0.5
_STRIDE = 100_000  # more people than one repetition can enrol
_firsts = itertools.count(0, _STRIDE)

# The promises: enrolments accepted per second, p99 in milliseconds.
TARGETS = {"PostgreSQL": (1000, 100), "SQLite": (500, 250)}
SLOW_SECONDS = 10
SLOW_SHARE = 0.9


def repeated(ports: Sequence[int], token: str, options: Options) -> list[Result]:
    """One short run to warm up, then the repetitions; each with people of its own."""

    def one(seconds: float) -> Result:
        return generate(Plan(ports, token, options.connections, seconds, next(_firsts)))

    one(min(_WARM_SECONDS, options.seconds))
    return [one(options.seconds) for _ in range(options.repetitions)]


def rate(results: Sequence[Result]) -> float:
    """The median of the repetitions' rates."""
    return middle([result.rate for result in results])


def acceptance(server: Server, options: Options) -> list[Figure]:
    """Acceptance on one database with everything on, its latencies, its floors and its peer."""
    gateways = options.gateways if server.name == "PostgreSQL" else 1
    with stack(server.database()) as made:
        made.serve(gateways)
        results, notes = _watched(made, server, options)
    beside = _beside(server, options, results[0])
    wanted, slowest = TARGETS[server.name]
    section = f"Acceptance on {server.name} ({gateways} gateway(s), {options.connections} connections)"
    latencies = {share: middle([percentile(result.latencies, share) for result in results]) for share in (0.5, 0.99)}
    return [
        Figure(section, "enrolments accepted", rate(results), "/s", Target(wanted), beside, notes),
        Figure(section, "latency p50", latencies[0.5], "ms"),
        Figure(section, "latency p99", latencies[0.99], "ms", Target(slowest, at_most=True)),
    ]


def _watched(made: Stack, server: Server, options: Options) -> tuple[list[Result], list[str]]:
    """The repetitions, and notes: processor time per acceptance by process, commits per acceptance."""
    token = made.token()
    generate(Plan(made.gateways, token, options.connections, _WARM_SECONDS, next(_firsts)))
    time.sleep(options.statistics_seconds)
    before, commits, writing = _cpu(made, server), databases.committed(made.database), databases.written(made.database)
    stages = made.stages()
    results = [
        generate(Plan(made.gateways, token, options.connections, options.seconds, next(_firsts)))
        for _ in range(options.repetitions)
    ]
    after, written = _cpu(made, server), databases.written(made.database) - writing
    count = sum(len(result.latencies) for result in results)
    spent = {name: after[name] - before[name] for name in after} | {"load": sum(one.cpu_seconds for one in results)}
    notes = ["CPU per acceptance: " + ", ".join(f"{name} {1000 * used / count:.2f} ms" for name, used in spent.items())]
    parts = {name: used - stages.get(name, 0) for name, used in made.stages().items()}
    parts["the rest (HTTP, framework, log)"] = sum(made.of_gateways(spent).values()) - sum(parts.values())
    notes.append(
        "of the gateways': " + ", ".join(f"{name} {1000 * used / count:.2f} ms" for name, used in parts.items())
    )
    if written:
        notes.append(f"writing transactions per acceptance: {written / count:.2f}")
        if options.statistics_seconds:
            time.sleep(options.statistics_seconds)
            every = databases.committed(made.database) - commits
            notes.append(f"commits per acceptance, reading ones included (xact_commit): {every / count:.2f}")
    return results, notes


def _cpu(made: Stack, server: Server) -> dict[str, float]:
    return made.cpu() | ({"database": cpu_seconds(server.pid)} if server.pid else {})


def _beside(server: Server, options: Options, seen: Result) -> dict[str, float]:
    with peer("echo", seen.answer_bytes) as port:
        echoed = rate(repeated([port], "none", options))
    with peer("plain", seen.answer_bytes, server.database()) as port:
        plain = rate(repeated([port], "none", options))
    rows = middle([_rows(server.database(), options, seen.request_bytes) for _ in range(options.repetitions)])
    return {
        "floor: the same HTTP exchange, parsed": echoed,
        "floor: the same bytes, one row, one commit": rows,
        "peer: plain Flask + SQLAlchemy, unprotected": plain,
    }


@contextmanager
def peer(kind: str, answer_bytes: int, database: str = "") -> Iterator[int]:
    """One of bench.peers, serving; its port."""
    port = free_port()
    command = [sys.executable, "-m", "bench.peers", kind, str(port), str(answer_bytes), database]
    with TemporaryDirectory(prefix="bench-") as folder:
        process = Process(command, {}, Path(folder) / "peer.log", f"http://127.0.0.1:{port}/")
        try:
            yield port
        finally:
            process.stop()


def _rows(database: str, options: Options, size: int) -> float:
    command = [sys.executable, "-m", "bench.rows", database, str(options.seconds), str(size), "8"]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def beside_slow_parties(server: Server, options: Options) -> list[Figure]:
    """Acceptance while every party takes ten seconds to answer, beside acceptance while nothing is carried."""
    with stack(server.database()) as made:
        made.play()
        made.serve(options.gateways)
        token = made.token()
        before = rate(repeated(made.gateways, token, options))
        made.slow(SLOW_SECONDS)
        made.carry()
        slow, notes = _slowly(made, server, token, options)
        made.dismiss()
        # The tables have grown meanwhile: what that costs is no party's doing.
        after = rate(repeated(made.gateways, token, options))
    section, idle = f"Acceptance beside slow parties on {server.name}", (before + after) / 2
    beside = {"accepted, parties idle, before": before, "accepted, parties idle, afterwards": after}
    return [
        Figure(section, "accepted, every party answering in 10 s", slow, "/s", None, beside, notes),
        Figure(section, "share of acceptance kept, of the mean of both", slow / idle, "", Target(SLOW_SHARE)),
    ]


def _slowly(made: Stack, server: Server, token: str, options: Options) -> tuple[float, list[str]]:
    """What is accepted, and which process uses how much of a core meanwhile."""
    spent, started = _cpu(made, server), time.perf_counter()
    slow = rate(repeated(made.gateways, token, options))
    seconds = time.perf_counter() - started
    cores = ", ".join(f"{name} {(used - spent[name]) / seconds:.2f}" for name, used in _cpu(made, server).items())
    return slow, [f"cores in use: {cores}"]
