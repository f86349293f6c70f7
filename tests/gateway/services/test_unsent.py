"""What waits in the queue when a day begins, a door shuts or the rules change."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from gateway.services import actions, views
from gateway.services.deliver import carry
from gateway.services.determine import CHINA
from gateway.services.once import Wish
from gateway.services.unsent import determine_anew
from tests.gateway.services.conftest import World, registered
from tests.gateway.services.laws import WAGE, closed, published
from tests.gateway.services.test_accept import key
from tests.gateway.services.test_journey import events, view
from tests.gateway.services.test_renew import DECEMBER, LATE, UNKNOWN, months, told, waiting_for, waits


def test_a_registration_that_an_outage_kept_beyond_its_month_is_given_up_before_it_goes_out(world: World) -> None:
    case = waiting_for(world, world.zhejiang, "EnrolWorker", "workplace")
    tried = world.zhejiang.count("EnrolWorker")
    world.clock.at = DECEMBER
    assert determine_anew(world.runtime) == 1
    world.zhejiang.answers("EnrolWorker", registered)
    world.carry_due()
    assert (view(world, case)["status"], world.zhejiang.count("EnrolWorker")) == ("refused", tried)
    assert months(world, case) == []


def test_a_declaration_that_waits_goes_out_with_the_due_date_of_its_day(world: World) -> None:
    case = waiting_for(world, world.tax_hunan, "DeclareLevy")
    before = waits(world, case, "DeclareLevy")
    world.clock.at = LATE
    assert [determine_anew(world.runtime) for _ in range(2)] == [1, 0]
    now = waits(world, case, "DeclareLevy")
    assert now == replace(before, due=now.due)
    assert (str(before.due), str(now.due)) == ("2026-12-25", "2026-12-28")
    assert view(world, case)["levies"][0]["due"] == "2026-12-28"
    world.carry_due()
    assert told(world).count("determined_anew") == 1


def test_nothing_of_yesterday_goes_out_while_the_day_is_being_determined_anew(world: World) -> None:
    waiting_for(world, world.tax_hunan, "DeclareLevy")
    tried = world.tax_hunan.count("DeclareLevy")
    world.clock.at = datetime(2026, 11, 12, 0, 0, 1, tzinfo=CHINA)
    world.carry_due()
    assert world.tax_hunan.count("DeclareLevy") == tried
    world.clock.forward(minutes=1)
    world.carry_due()
    assert world.tax_hunan.count("DeclareLevy") == tried + 1


def test_newer_rules_replace_what_waits_and_the_timeline_says_what_and_why(world: World, tmp_path: Path) -> None:
    case = waiting_for(world, world.hunan, "EnrolWorker")
    law = published(tmp_path, instead=(WAGE, WAGE.replace("7000", "7500")))
    newer = replace(world.runtime, law=law)
    world.clock.forward(minutes=5)
    assert determine_anew(newer) == 1
    assert str(waits(world, case, "EnrolWorker").base) == "4500.00"
    with world.runtime.store.reading() as tx:
        lines = [views.case_view(newer, tx, case, None, language)["timeline"][-1] for language in ("zh", "en")]
    assert [line["event"] for line in lines] == ["rules_changed"] * 2
    assert all(part in line["text"] for line in lines for part in ("840.00", "900.00", "4200.00", "4500.00"))
    assert "重新核定" in lines[0]["text"]
    assert view(world, case)["levies"][0]["amount"] == "900.00"


def test_a_levy_that_cannot_be_paid_any_more_is_declared_by_nobody(world: World) -> None:
    case = waiting_for(world, world.tax_hunan, "DeclareLevy")
    tried = world.tax_hunan.count("DeclareLevy")
    world.clock.at = datetime(2027, 6, 1, tzinfo=CHINA)
    assert determine_anew(world.runtime) == 1
    world.carry_due()
    assert (view(world, case)["status"], world.tax_hunan.count("DeclareLevy")) == ("needs_person", tried)


@pytest.mark.parametrize("entered", ["before", "while"])
def test_a_registration_waits_while_its_window_is_shut_and_goes_out_when_it_opens(
    world: World, tmp_path: Path, entered: str
) -> None:
    text = closed("registration", "43", "2026-11-20T18:00:00", "2026-11-25T06:00:00")
    runtime = replace(world.runtime, law=published(tmp_path, more=text))
    party = world.hunan if entered == "before" else world.zhejiang
    case = waiting_for(replace(world, runtime=runtime), party, "EnrolWorker" if entered == "before" else "FindCover")
    evening = datetime(2026, 11, 20, 18, tzinfo=CHINA)
    world.clock.at = evening
    moved = determine_anew(runtime)
    world.zhejiang.answers("FindCover", UNKNOWN)
    world.hunan.answers("EnrolWorker", registered)
    before = world.hunan.count("EnrolWorker")
    for row in world.claim():
        carry(runtime, row)
    assert [moved, determine_anew(runtime)] == ([1, 0] if entered == "before" else [0, 0])
    assert world.hunan.count("EnrolWorker") == before
    assert events(world, case).count("window_closed") == 1
    world.clock.at = datetime(2026, 11, 25, 6, tzinfo=CHINA)
    world.carry_due()
    assert world.hunan.count("EnrolWorker") == before + 1


def test_a_day_that_changes_nothing_is_seen_by_nobody_and_reckoned_once(world: World) -> None:
    case = waiting_for(world, world.hunan, "EnrolWorker")
    world.carry_due()
    before, leg = events(world, case), waits(world, case, "EnrolWorker")
    world.clock.at = datetime(2026, 11, 12, 0, 0, 1, tzinfo=CHINA)
    assert determine_anew(world.runtime) == 0
    assert (events(world, case), waits(world, case, "EnrolWorker")) == (before, leg)


def test_a_leg_that_is_being_sent_or_taken_back_is_left_alone(world: World) -> None:
    case = waiting_for(world, world.zhejiang, "EnrolWorker", "workplace")
    world.clock.at = DECEMBER
    (claimed,) = [row for row in world.claim() if row.message == "EnrolWorker"]
    assert determine_anew(world.runtime) == 0
    carry(world.runtime, claimed)
    assert view(world, case)["status"] == "registering"
    actions.withdraw_case(world.runtime, Wish(key("w"), "demo-platform", case, "en"), "changed my mind")
    assert determine_anew(world.runtime) == 0
    world.carry_due()
    assert view(world, case)["status"] == "withdrawn"


def test_one_leg_that_cannot_be_determined_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = waiting_for(world, world.zhejiang, "EnrolWorker", "workplace")
    world.clock.at = DECEMBER
    with monkeypatch.context() as broken:
        broken.setattr("gateway.services.unsent.renew", lambda *_: 1 / 0)
        assert determine_anew(world.runtime) == 0
    assert view(world, case)["status"] == "registering"
    assert determine_anew(world.runtime) == 1
