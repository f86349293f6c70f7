"""Legs delivered per second, and whole journeys per second while enrolments keep coming."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from bench.acceptance import peer
from bench.database import Server
from bench.figures import Figure, Target, middle
from bench.load import Plan, generate
from bench.machine import cpu_seconds
from bench.options import Options
from bench.people import enrolment
from bench.stack import Metrics, Stack, stack

LEGS_TARGET, JOURNEYS_TARGET = 600, 30
# A look at the queue is work for the database: four in a second are felt in what is measured.
_LOOK_SECONDS = 1.0
_LOOKS = 30  # at least, where it is soon over
_EXCHANGES_AT_ONCE = 16  # as many as a province of the demo takes
_EXCHANGE_BYTES = 2_000
_GROWTH_SECONDS = 1.0  # what the queue may be older at the end before it is called growing


@dataclass(frozen=True, slots=True)
class Look:
    """What the worker's metrics said at a moment of the monotonic clock."""

    at: float
    metrics: Metrics


def legs(server: Server, options: Options) -> list[Figure]:
    """The workers drain what was accepted while they were away."""
    with stack(server.database()) as made:
        made.play("--pay-after", "0.5")
        made.serve(1)
        pace = 200.0
        generate(Plan(made.gateways, made.token(), options.connections, options.cases / pace, 50_000_000, pace))
        begun = Look(time.monotonic(), Metrics(""))  # counts only where few legs are through before the workers are up
        made.carry(options.workers)
        before = _cpu(made, server)  # what starting a worker costs is no part of a leg
        looks = [begun, *_watch(made, options.patience_seconds, lambda look: look.metrics.due == 0)]
        spent = {name: used - before[name] for name, used in _cpu(made, server).items()}
    delivered = looks[-1].metrics.delivered
    watched = delivered - looks[1].metrics.delivered
    costs = ", ".join(f"{name} {1000 * used / watched:.2f} ms" for name, used in spent.items()) if watched else ""
    notes = [
        f"{delivered:,.0f} legs of {options.cases} cases; {looks[-1].metrics.due:,.0f} still due at the end",
        f"CPU per leg: {costs or 'not measured, for all were through when the workers were up; give more --cases'}",
    ]
    section = f"Delivery on {server.name} ({options.workers} worker(s))"
    beside = {"floor: the same exchanges by requests": middle([_exchanges(options) for _ in range(3)])}
    return [Figure(section, "legs delivered", speed(looks, _delivered), "/s", Target(LEGS_TARGET), beside, notes)]


def _delivered(metrics: Metrics) -> float:
    return metrics.delivered


def speed(looks: Sequence[Look], counted: Callable[[Metrics], float]) -> float:
    """Per second between the first look at which something had been counted and the first at which all had.

    Where that is one look, since the look before it.
    """
    final = counted(looks[-1].metrics)
    last = next(place for place, look in enumerate(looks) if counted(look.metrics) == final)
    first = next((place for place, look in enumerate(looks[:last]) if counted(look.metrics)), max(last - 1, 0))
    return _between(looks[first], looks[last], counted)


def _between(first: Look, last: Look, counted: Callable[[Metrics], float]) -> float:
    done = counted(last.metrics) - counted(first.metrics)
    return done / (last.at - first.at) if last.at > first.at else 0.0


def _watch(made: Stack, seconds: float, done: Callable[[Look], bool]) -> list[Look]:
    looks = [Look(time.monotonic(), made.metrics())]
    while time.monotonic() < looks[0].at + seconds:
        time.sleep(min(_LOOK_SECONDS, seconds / _LOOKS))
        looks.append(Look(time.monotonic(), made.metrics()))
        if looks[-1].metrics.delivered and done(looks[-1]):
            break
    return looks


def _cpu(made: Stack, server: Server) -> dict[str, float]:
    return made.cpu() | ({"database": cpu_seconds(server.pid)} if server.pid else {})


def _exchanges(options: Options) -> float:
    body = enrolment(0, "2026-01-01T00:00:00+00:00")
    with peer("echo", _EXCHANGE_BYTES) as port, ThreadPoolExecutor(_EXCHANGES_AT_ONCE) as pool:
        address, end = f"http://127.0.0.1:{port}/v1/enrolments", time.monotonic() + options.seconds

        def post(_number: int) -> int:
            count = 0
            with requests.Session() as session:
                while time.monotonic() < end:
                    assert session.post(address, data=body, timeout=10).status_code == requests.codes.accepted
                    count += 1
            return count

        return sum(pool.map(post, range(_EXCHANGES_AT_ONCE))) / options.seconds


def journeys(server: Server, options: Options) -> list[Figure]:
    """Enrolments come at a steady pace and are carried to the end meanwhile: acceptance and delivery at once."""
    with stack(server.database()) as made:
        made.play("--pay-after", "0.5", "--decide-after", "1")
        made.serve(1)
        made.carry(options.workers)
        plan = Plan(made.gateways, made.token(), options.connections, options.journey_seconds, 80_000_000, options.pace)
        before = _cpu(made, server)
        with ThreadPoolExecutor(1) as pool:
            posted = pool.submit(generate, plan)
            looks = _watch(made, options.journey_seconds, lambda _: posted.done())
            posted.result()  # an enrolment that was not accepted ends the run
        spent = {name: used - before[name] for name, used in _cpu(made, server).items()}
    ages = [look.metrics.queue_age for look in looks]
    third = max(len(ages) // 3, 1)
    early, late = middle(ages[third : 2 * third] or ages), middle(ages[-third:])
    whole = looks[-1].metrics.journeys
    section = f"Whole journeys on {server.name} ({options.pace:g} enrolments/s for {options.journey_seconds:g} s)"
    cores = ", ".join(f"{name} {used / options.journey_seconds:.2f}" for name, used in spent.items())
    return [
        Figure(
            section,
            "journeys completed",
            _steady(looks),
            "/s",
            Target(JOURNEYS_TARGET),
            {},
            [f"{whole:,.0f} completed, {looks[-1].metrics.delivered:,.0f} legs; cores in use: {cores}"],
        ),
        Figure(section, "queue age, last third", late, "s"),
        Figure(
            section,
            "queue age, growth since the middle third",
            max(late - early, 0),
            "s",
            Target(_GROWTH_SECONDS, at_most=True),
        ),
    ]


def _steady(looks: Sequence[Look]) -> float:
    """Journeys per second in the second half, when as many should end as begin."""
    half = looks[len(looks) // 2]
    return (looks[-1].metrics.journeys - half.metrics.journeys) / max(looks[-1].at - half.at, _LOOK_SECONDS)
