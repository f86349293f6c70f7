from bench.stack import Metrics

SAID = """# HELP gateway_leg_outcomes_total Outcomes of legs.
# TYPE gateway_leg_outcomes_total counter
gateway_leg_outcomes_total{message="FindCover",outcome="accepted",party="hunan"} 3.0
gateway_leg_outcomes_total{message="StartCover",outcome="accepted",party="zhejiang"} 2.0
gateway_leg_outcomes_total{message="StartCover",outcome="uncertain",party="zhejiang"} 9.0
gateway_leg_outcomes_created{message="StartCover",outcome="accepted",party="zhejiang"} 1.79e+09
gateway_legs_due{party="hunan"} 4.0
gateway_legs_due{party="zhejiang"} 1.0
gateway_queue_age_seconds 0.25
"""


def test_the_workers_counters_are_added_up_over_parties_and_outcomes() -> None:
    metrics = Metrics(SAID)
    assert (metrics.delivered, metrics.journeys, metrics.due, metrics.queue_age) == (5, 2, 5, 0.25)


def test_counters_that_are_not_there_yet_are_nothing() -> None:
    assert Metrics("").delivered == 0
