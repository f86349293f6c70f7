"""What a region is asked with instead of characters that it cannot store is shown as it is on a leg of a case."""

from datetime import datetime
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.services import look_up, substitutes
from gateway.services.ask import ask
from tests.gateway.services.conftest import World
from tests.gateway.services.test_ask import CONSENT, PERSON, Asked, among, code_of, no_answer, region
from tests.gateway.services.test_ask_records import FIRST, LAST, RECORDS, asked_by, enrolled, keeper, of_contributions
from tests.gateway.services.test_journey import events, view

KEPT = "㛃→jie"


class Dialect:
    """A dialect whose party keeps one character in another form."""

    name, version = "keeping", "1.0"

    def __init__(self, instead: str = KEPT) -> None:
        self._instead = instead

    def instead(self, message: Any, party: str, now: datetime) -> str:
        if self._instead == "refused":
            raise GatewayError("cannot_store", party=party, character="𠅤 (U+20164)")
        return self._instead if message.person.name else f"not asked as written on {now}"


def keeping(asked: Asked, instead: str = KEPT) -> Asked:
    asked.dialect = Dialect(instead)
    return asked


def test_an_operator_sees_it_in_the_answer_and_the_case_says_it_once(world: World) -> None:
    case, worker = enrolled(world)
    runtime = among(world, keeping(keeper("hunan", "43")), keeper("sichuan", "51"))
    for _ in range(2):
        found = look_up.contributions(runtime, asked_by(None, worker), FIRST, LAST)
        assert found["kept_as"] == [{"party": "hunan", "instead": KEPT}]
    assert events(world, case).count("kept_otherwise") == 1
    assert "hunan" in view(world, case)["timeline"][-2]["text"] + view(world, case)["timeline"][-1]["text"]


def test_a_platform_finds_it_on_the_case_and_not_in_the_answer(world: World) -> None:
    case, worker = enrolled(world)
    found = look_up.rights(among(world, keeping(keeper("hunan", "43"))), asked_by("demo-platform", worker))
    assert "kept_as" not in found
    assert events(world, case)[-1] == "kept_otherwise"


def test_it_stands_on_the_case_even_where_nobody_answers(world: World) -> None:
    case, worker = enrolled(world)
    with pytest.raises(GatewayError) as problem:
        look_up.rights(among(world, keeping(region("hunan", "43", no_answer, *RECORDS))), asked_by(None, worker))
    assert code_of(problem) == "deadline_passed"
    assert events(world, case)[-2:] == ["records_asked", "kept_otherwise"]


def test_a_province_that_asks_is_told_by_party(world: World) -> None:
    kept_as: dict[str, str] = {}
    runtime = among(world, keeping(keeper("hunan", "43")), keeper("sichuan", "51"))
    ask(runtime, "zhejiang", of_contributions(PERSON, CONSENT), kept_as=kept_as)
    assert kept_as == {"hunan": KEPT}
    assert substitutes.header(kept_as) == {"Kept-As": "hunan=%E3%9B%83%E2%86%92jie"}


def test_where_every_character_is_kept_nothing_is_said(world: World) -> None:
    kept_as: dict[str, str] = {}
    runtime = among(world, keeper("sichuan", "51"), keeping(keeper("hunan", "43"), "refused"))
    ask(runtime, "zhejiang", of_contributions(PERSON, CONSENT), kept_as=kept_as)
    assert (kept_as, substitutes.header(kept_as)) == ({}, {})
