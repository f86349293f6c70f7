"""Many clients with large messages at once: no errors, bounded memory, and nobody waits much longer than the others."""

import uuid
from collections.abc import Sequence

from bench.asking import Answered, Questions, ask
from bench.database import Server
from bench.enrolled import enrolled
from bench.figures import Figure, Target, middle, percentile
from bench.inside.contract_files import question
from bench.load import LoadError
from bench.machine import peak_memory
from bench.options import Options
from bench.questions import CALLER, PATH
from bench.stack import Stack, stack

BYTES = 100_000
# Megabytes that one gateway may have come to hold; and how much longer than half of all its clients one may wait.
MEMORY, UNFAIR = 512, 2.0
_FEW, _CASES = 8, 8


def large(server: Server, options: Options) -> list[Figure]:
    """GetProgress with an attachment in its header, from as many clients as asked for, at one gateway."""
    with stack(server.database()) as made:
        made.serve(1)
        return of_gateway(made, options)


def of_gateway(made: Stack, options: Options) -> list[Figure]:
    """What the one gateway of a stack makes of large messages."""
    section = f"Large messages ({options.clients} clients, {BYTES // 1000} KB each, one gateway, everything on)"
    envelopes = [question(reference, "zhejiang", BYTES) for reference in enrolled(made, min(_CASES, options.cases))]
    (pid,) = made.pids("gateway")
    before, token = peak_memory(pid), made.token(CALLER)

    def sent(clients: int) -> Answered:
        run = uuid.uuid4().hex[:12]
        return ask(Questions(made.gateways[0], PATH, token, envelopes, clients, options.seconds, run))

    try:
        few, many = sent(_FEW), sent(options.clients)
    except LoadError as problem:
        return [Figure(section, "answers that were not 200", 1, "", Target(0, at_most=True), notes=[str(problem)])]
    return _figures(section, many, few, before, peak_memory(pid))


def _figures(section: str, answered: Answered, few: Answered, before: float, after: float) -> list[Figure]:
    every = [ms for each in answered.latencies for ms in each]
    return [
        Figure(section, "answers that were not 200", 0, "", Target(0, at_most=True), notes=[f"of {len(every):,}"]),
        Figure(
            section, "answers", len(every) / answered.seconds, "/s", None, {f"{_FEW} clients": few.count / few.seconds}
        ),
        *(_latency(section, name, share, every, answered) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1))),
        _fairness(section, answered.latencies),
        Figure(section, "memory of the gateway, most", after, "MB", Target(MEMORY, at_most=True), {"before": before}),
    ]


def _latency(section: str, name: str, share: float, every: Sequence[float], answered: Answered) -> Figure:
    each = [percentile(latencies, share) for latencies in answered.latencies]
    notes = [f"by client: best {min(each):,.0f} ms, middle {middle(each):,.0f} ms, worst {max(each):,.0f} ms"]
    return Figure(section, f"latency {name}", percentile(every, share), "ms", notes=notes)


def _fairness(section: str, latencies: Sequence[Sequence[float]]) -> Figure:
    """How much longer the client waits that waits longest, by what it waits at the middle."""
    each = [middle(one) for one in latencies]
    return Figure(
        section, "the slowest client, of the middle one", max(each) / middle(each), "x", Target(UNFAIR, at_most=True)
    )
