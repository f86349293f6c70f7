"""What is due from whom by when, and what is there of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest

from gateway.mapping.rulecalendar import load_calendar
from gateway.mapping.statement_layout import Due, key_setting
from gateway.services.daily_report import NotReconciled, daily_report
from gateway.services.runtime import Runtime
from gateway.services.sides import reconciled_parties
from gateway.services.statement_calendar import due_at, expected
from gateway.services.statements import take_in
from tests.gateway.mapping.statements import DAY, KEY, layout, row, written
from tests.gateway.services.conftest import World

CALENDAR = load_calendar()
HUNAN = layout("tax-hunan")


@pytest.fixture
def runtime(world: World) -> Runtime:
    """Hunan's statement is due on the morning after; it is the evening of that morning in Beijing."""
    world.clock.at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    settings = replace(world.runtime.settings, parties={key_setting("tax-hunan"): KEY.decode()})
    return replace(world.runtime, settings=settings, statements={"tax-hunan": HUNAN})


@pytest.mark.parametrize(
    ("days", "after", "day", "when"),
    [
        ("every", 1, date(2026, 1, 23), "2026-01-24T06:00+08:00"),
        ("every", 0, date(2026, 1, 24), "2026-01-24T06:00+08:00"),
        ("working", 1, date(2026, 1, 23), "2026-01-26T06:00+08:00"),
        ("working", 1, date(2026, 1, 24), None),
        # The Spring Festival of 2026: the next working day lies behind the holiday.
        ("working", 1, date(2026, 2, 14), "2026-02-24T06:00+08:00"),
    ],
)
def test_when_the_statement_of_a_day_is_due(
    days: Literal["every", "working"], after: int, day: date, when: str | None
) -> None:
    found = due_at(Due(days, 6, after), day, CALENDAR)
    assert (found.isoformat(timespec="minutes") if found else None) == when


def test_an_absent_one_is_expected_until_its_hour_and_absent_from_then_on(runtime: Runtime, world: World) -> None:
    (one,) = expected(runtime, DAY)
    assert (one.party, one.state, one.missing) == ("tax-hunan", "absent", (1,))
    world.clock.at = datetime(2026, 11, 20, 21, 59, tzinfo=UTC)
    assert expected(runtime, DAY)[0].state == "expected"


def test_a_day_is_there_when_every_part_is(runtime: Runtime) -> None:
    for part, missing, state in ((2, (1, 3), "absent"), (1, (3,), "absent"), (3, (), "there")):
        take_in(runtime, "tax-hunan", [written([row(1)], HUNAN, part=part, parts=3)], "upload")
        (one,) = expected(runtime, DAY)
        assert (one.parts, one.missing, one.state) == (3, missing, state)


def test_one_that_came_with_faults_is_shown_as_refused_until_a_right_one_comes(runtime: Runtime) -> None:
    wrong = take_in(runtime, "tax-hunan", [written([row(1)], HUNAN).replace(b"960.01", b"960.1")], "upload")
    (one,) = expected(runtime, DAY)
    assert (one.state, one.refused) == ("refused", (wrong.id,))
    take_in(runtime, "tax-hunan", [written([row(1)], HUNAN)], "upload")
    assert expected(runtime, DAY)[0].state == "there"


def test_where_only_working_days_are_stated_nothing_is_due_for_the_others(runtime: Runtime) -> None:
    weekdays = replace(HUNAN, due=Due("working", 6))
    assert expected(replace(runtime, statements={"tax-hunan": weekdays}), date(2026, 1, 24)) == ()


def test_nothing_is_due_of_whom_this_deployment_has_nothing_to_do_with(runtime: Runtime) -> None:
    fiscal, sichuan = layout("fiscal-hunan", "none"), layout("tax-sichuan", "none")
    known = {**runtime.statements, "fiscal-hunan": fiscal, "tax-sichuan": sichuan}
    world = replace(runtime, statements=known)
    assert {each.party: each.state for each in expected(world, DAY)} == {
        "fiscal-hunan": "unconnected",
        "tax-hunan": "absent",
        "tax-sichuan": "unconnected",
    }
    assert reconciled_parties(world) == ["tax-hunan"]
    assert daily_report(world, DAY).absent == [NotReconciled("tax-hunan", "", "statement_absent", "1")]


def test_whoever_has_a_key_or_has_sent_a_statement_is_asked_for_the_next(runtime: Runtime) -> None:
    fiscal, sichuan = layout("fiscal-hunan", "none"), layout("tax-sichuan")
    secrets = {**runtime.settings.parties, key_setting("tax-sichuan"): "key"}
    settings = replace(runtime.settings, parties=secrets)
    world = replace(runtime, settings=settings, statements={"fiscal-hunan": fiscal, "tax-sichuan": sichuan})
    take_in(world, "fiscal-hunan", [written([row(1)], fiscal, day=DAY - timedelta(days=1))], "upload")
    assert {each.party for each in expected(world, DAY) if each.state != "unconnected"} == {
        "fiscal-hunan",
        "tax-sichuan",
    }
    assert reconciled_parties(world) == ["tax-hunan", "tax-sichuan"]
