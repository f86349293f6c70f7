"""A preview tells what an acceptance would tell, and keeps nothing."""

import json
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.services.preview import preview
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import REQUEST, enrolment, key, rows

CHOICES: list[dict[str, Any]] = [
    {},
    {"choice": "registered"},
    {"insurance": ["pension", "unemployment"]},
    {"insurance": ["resident_pension"]},
    {"contribution": {"grade": 300, "cycle": "quarterly"}},
]
WRONG: list[dict[str, Any]] = [
    {"start": "2020-01"},
    {"workplace_region": "999999"},
    {"insurance": ["occupational_injury"]},
    {"contribution": {"grade": 61, "cycle": "monthly"}},
    {"start": "2020-01", "workplace_region": "999999", "contribution": {"grade": 61, "cycle": "monthly"}},
]


def told(world: World, language: str = "en", **changes: Any) -> dict[str, Any]:
    return preview(world.runtime, enrolment(**changes), language)


@pytest.mark.parametrize("changes", CHOICES, ids=str)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_preview_says_what_the_acceptance_then_says(world: World, changes: dict[str, Any], language: str) -> None:
    shown = told(world, language, **changes)
    body = json.loads(accept(world.runtime, key(), enrolment(**changes), language).body)
    assert {name: body[name] for name in shown} == shown


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_a_preview_refuses_what_the_acceptance_would_refuse_fault_by_fault(
    world: World, changes: dict[str, Any]
) -> None:
    refusals = []
    for verb in (
        lambda asked: preview(world.runtime, asked, "en"),
        lambda asked: accept(world.runtime, key(), asked, "en"),
    ):
        with pytest.raises(GatewayError) as problem:
            verb(enrolment(**changes))
        refusals.append((problem.value.kind.code, problem.value.faults))
    assert refusals[0] == refusals[1]
    assert refusals[0][1], "each fault names its place"


def test_a_preview_keeps_nothing_and_reserves_nothing(world: World) -> None:
    told(world)
    assert set(rows(world).values()) == {0}
    assert told(world) == told(world)
    assert json.loads(accept(world.runtime, key(), enrolment(), "en").body)["status"] == "accepted"


def test_a_worker_who_is_enrolled_already_may_still_ask_what_it_would_cost(world: World) -> None:
    accept(world.runtime, key(), enrolment(), "en")
    before = rows(world)
    assert told(world)["levies"]
    assert rows(world) == before


def test_the_explanation_is_in_the_language_that_was_asked_for(world: World) -> None:
    chinese, english = told(world, "zh"), told(world, "en")
    assert "演示" in chinese["levies"][0]["explanation"]
    assert "invented" in english["levies"][0]["explanation"]
    numbers = [{name: levy[name] for name in levy if name != "explanation"} for levy in chinese["levies"]]
    assert numbers == [{name: levy[name] for name in levy if name != "explanation"} for levy in english["levies"]]


def test_nothing_of_the_worker_is_repeated(world: World) -> None:
    text = json.dumps(told(world), ensure_ascii=False)
    assert [value for value in REQUEST["worker"].values() if value != "resident_id" and value in text] == []
