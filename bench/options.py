"""How long and how hard: what the command line decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds`: of one repetition; `cases`: to be drained; `pace`: journeys begun per second.

    `people`: whose messages are translated; `clients`: that send large messages at once; `rows`: of each side that is
    reconciled.
    """

    seconds: float = 4
    repetitions: int = 3
    connections: int = 48
    gateways: int = 2
    workers: int = 2
    cases: int = 600
    clients: int = 500
    people: int = 5_000
    rows: int = 1_000_000
    pace: float = 30
    journey_seconds: float = 30
    patience_seconds: float = 30
    statistics_seconds: float = 11  # PostgreSQL tells idle sessions' commits only after ten


QUICK = Options(
    seconds=0.5,
    cases=120,
    clients=50,
    people=600,
    rows=20_000,
    journey_seconds=4,
    patience_seconds=8,
    statistics_seconds=0,
)
