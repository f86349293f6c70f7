"""Callers whose form cannot say that a region stayed silent."""

import pytest

from gateway.errors import GatewayError
from gateway.model.province import CoverFound, FindWorker, WorkerFound
from gateway.model.province_records import GetRights, RightsFound
from gateway.services import operate
from gateway.services.ask import ask
from gateway.services.operate import Act
from tests.gateway.services.conftest import World
from tests.gateway.services.test_ask import (
    CONSENT,
    KNOWN_COVER,
    PERSON,
    UNKNOWN_COVER,
    among,
    code_of,
    find_cover,
    no_answer,
    region,
)

FOUND = WorkerFound(known=True, person_number="H1")


def test_an_answer_of_all_regions_is_given_whole(world: World) -> None:
    runtime = among(world, region("hunan", "43", KNOWN_COVER), region("zhejiang", "33", UNKNOWN_COVER))
    assert ask(runtime, "sichuan", find_cover(), whole=True) == CoverFound(known=True, covers=KNOWN_COVER.covers)


def test_an_answer_without_a_silent_region_is_not_given_and_the_region_is_named(world: World) -> None:
    runtime = among(world, region("hunan", "43", KNOWN_COVER), region("zhejiang", "33", no_answer))
    with pytest.raises(GatewayError) as caught:
        ask(runtime, "sichuan", find_cover(), whole=True)
    assert (code_of(caught), caught.value.party) == ("deadline_passed", "zhejiang")


def test_a_paused_region_is_missing_too(world: World) -> None:
    runtime = among(world, region("hunan", "43", KNOWN_COVER), region("zhejiang", "33", KNOWN_COVER))
    operate.pause(runtime, "zhejiang", paused=True, act=Act("tester", "pause", "maintenance"))
    with pytest.raises(GatewayError) as caught:
        ask(runtime, "sichuan", find_cover(), whole=True)
    assert caught.value.party == "zhejiang"


def test_a_worker_who_was_found_is_found_and_one_who_was_not_may_be_where_nobody_answered(world: World) -> None:
    asked = FindWorker(PERSON, CONSENT)
    runtime = among(world, region("hunan", "43", FOUND), region("zhejiang", "33", no_answer))
    assert ask(runtime, "sichuan", asked, whole=True).known
    runtime = among(world, region("hunan", "43", WorkerFound(known=False)), region("zhejiang", "33", no_answer))
    with pytest.raises(GatewayError):
        ask(runtime, "sichuan", asked, whole=True)


def test_a_region_that_can_never_be_asked_keeps_no_answer_back(world: World) -> None:
    rights = RightsFound(known=True)
    runtime = among(world, region("hunan", "43", rights, "GetRights"), region("zhejiang", "33", rights))
    answer = ask(runtime, "sichuan", GetRights(PERSON, CONSENT), whole=True)
    assert isinstance(answer, RightsFound)
    assert [one.code for one in answer.unanswered] == ["330000"]
