"""The rate of what was delivered, from looks at the worker's counters."""

import pytest

from bench.delivery import Look, speed
from bench.stack import Metrics


def look(at: float, delivered: int) -> Look:
    return Look(at, Metrics(f'gateway_leg_outcomes_total{{outcome="accepted"}} {delivered}'))


@pytest.mark.parametrize(
    ("looks", "rate"),
    [
        ([look(0, 0), look(2, 100), look(3, 400), look(4, 700), look(5, 700)], 300),
        ([look(0, 0), look(2, 640), look(3, 640)], 320),
        ([look(0, 0), look(1, 0), look(2, 640), look(3, 640)], 640),
    ],
    ids=["from the first to the last", "through before the workers were seen", "within one look"],
)
def test_a_rate_is_what_came_between_two_looks(looks: list[Look], rate: float) -> None:
    assert speed(looks, lambda metrics: metrics.delivered) == rate
