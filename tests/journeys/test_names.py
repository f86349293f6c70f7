"""Names that a party cannot store: from the platform's request to the province's column, and back."""

from dataclasses import replace
from typing import Any

from tests.journeys.journey import Journey
from tests.journeys.system import System

UNLISTED, LISTED, OWN_CODE = "𠅤", "㛃", "𬱖"


def seeded(system: System, name: str, known_as: str) -> Journey:
    """The enrolment at Hunan of somebody whom Hunan has on record under a name already."""
    person = replace(system.people.next(), name=name)
    system.sandbox.control("POST", "seed", party="hunan", id_number=person.number, name=known_as)
    return Journey.begin(system, "hunan", person)


def told(view: dict[str, Any], event: str) -> list[str]:
    return [line["text"] for line in view["timeline"] if line["event"] == event]


def kept_at_hunan(journey: Journey) -> str:
    people = journey.system.sandbox.state()["parties"]["hunan"]["people"]
    return str(next(each["name"] for each in people if each["id_number"] == journey.person.number))


def differing(system: System) -> int:
    """How often the worker found another name in an answer than the one it had asked about."""
    return system.worker.log().count("hunan answered FindCover with something odd: differs: aac003")


def test_what_hunan_keeps_instead_of_a_character_is_sent_shown_and_recognised_when_it_comes_back(
    system: System,
) -> None:
    before = differing(system)
    known = seeded(system, f"甄{LISTED}", "甄jie")
    new = Journey.begin(system, "hunan", replace(system.people.next(), name=f"聂{LISTED}{OWN_CODE}"))
    for journey, kept in ((known, "甄jie"), (new, "聂jie\ue000")):
        view = journey.complete()
        assert kept_at_hunan(journey) == kept
        [line] = told(view, "kept_otherwise")
        assert ("㛃→jie" in line, "𬱖→U+E000" in line) == (True, "\ue000" in kept)
        journey.assert_completed_once()
    assert differing(system) == before


def test_another_name_that_comes_back_is_told_as_different(system: System) -> None:
    before = differing(system)
    journey = seeded(system, f"蔺{LISTED}", "蔺j")
    journey.complete()
    assert differing(system) > before


def test_a_character_that_no_table_lists_refuses_the_enrolment_by_name_and_is_never_sent_as_a_question_mark(
    system: System,
) -> None:
    journey = Journey.begin(system, "hunan", replace(system.people.next(), name=f"甄{UNLISTED}"))
    view = journey.until("refused")
    assert f"{UNLISTED} (U+20164)" in view["items"][0]["reason"]
    assert told(view, "kept_otherwise") == []
    assert len(told(view, "cover_not_told")) == 1, "Hunan could not be asked about other cover either"
    journey.until_settled()
    journey.assert_without_effect(system.sandbox.state())


def test_a_private_use_form_enters_as_the_standard_character(system: System) -> None:
    person = replace(system.people.next(), name="李\ue863")
    journey = Journey.begin(system, "hunan", person)
    view = journey.complete()
    assert told(view, "kept_otherwise") == []
    # What Hunan's columns of two bytes keep of 䶮, and give back.
    assert kept_at_hunan(journey) == "李\ue863"
