"""What is written in a case file is seen there at once and in the database in the end, and nowhere is it lost."""

import json
from collections.abc import Iterator

import pytest

from gateway.model.codes import CaseStatus, Insurance, LegState
from gateway.store import cases, legs, reservations
from gateway.store.bulk_update import Changes, update, update_some
from gateway.store.casefile import CaseFile
from gateway.store.tables import case_items, replays
from gateway.store.tables import legs as leg_table
from gateway.store.work import Tx
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World
from tests.gateway.services.test_accept import REQUEST, enrolment, key

PENSION = Insurance.PENSION.value


def case_of(world: World, number: str) -> str:
    body = enrolment(worker={**REQUEST["worker"], "id_number": number})
    return str(json.loads(accept(world.runtime, key(number), body, "en").body)["case"])


@pytest.fixture
def case(world: World) -> str:
    return case_of(world, "430102199503070019")


@pytest.fixture
def other(world: World) -> str:
    return case_of(world, "110101199003071014")


@pytest.fixture
def tx(world: World, case: str, other: str) -> Iterator[Tx]:
    """Begun when both cases are there: SQLite has one writer at a time."""
    with world.runtime.store.work("test") as made:
        yield made


@pytest.fixture
def file(tx: Tx, case: str) -> CaseFile:
    return cases.lock_file(tx, case)


def test_a_change_is_seen_in_the_file_at_once_and_in_the_database_when_it_is_written(
    tx: Tx, file: CaseFile, case: str
) -> None:
    cases.items(file, case)
    cases.change_item(file, case, PENSION, status=CaseStatus.CHECKING.value, reason="why")
    assert cases.item(file, case, PENSION).status == "checking"
    assert cases.item(tx, case, PENSION).status == "accepted"
    file.write()
    item = cases.item(tx, case, PENSION)
    assert (item.status, cases.reason(tx, item)) == ("checking", "why")


def test_an_empty_value_an_instant_and_a_truth_are_written_as_they_are(tx: Tx, file: CaseFile, case: str) -> None:
    cases.items(file, case)
    cases.change_item(file, case, PENSION, hold_until=tx.now, unverified=True, notice_number="N1")
    file.write()
    item = cases.item(tx, case, PENSION)
    assert (item.hold_until, item.unverified, item.notice_number) == (tx.now, True, "N1")
    cases.change_item(file, case, PENSION, hold_until=None, unverified=False, notice_number=None)
    file.write()
    item = cases.item(tx, case, PENSION)
    assert (item.hold_until, item.unverified, item.notice_number) == (None, False, None)


def test_lines_of_the_timeline_are_numbered_on(tx: Tx, file: CaseFile, case: str) -> None:
    numbers = [cases.happened(file, case, "operator", because=why) for why in ("one", "two")]
    file.write()
    assert numbers == [2, 3]
    assert [event.number for event in cases.timeline(tx, case)] == [1, 2, 3]
    assert cases.happened(tx, case, "operator", because="three") == 4


def test_a_new_leg_is_there_at_once_and_the_same_one_again_changes_nothing(tx: Tx, file: CaseFile, case: str) -> None:
    before = len(legs.of_case(file, case))
    for _ in range(2):
        legs.add(file, legs.NewLeg(case, "zhejiang", "EnrolWorker", b"{}", PENSION))
    assert len(legs.named(file, case, "EnrolWorker", PENSION)) == 1
    file.write()
    assert len(legs.of_case(tx, case)) == before + 1


def test_a_leg_that_the_file_has_not_read_is_not_doubled_either(tx: Tx, file: CaseFile, case: str) -> None:
    before = len(legs.of_case(tx, case))
    legs.add(file, legs.NewLeg(case, "zhejiang", "FindCover", b"{}"))
    file.write()
    assert len(legs.of_case(tx, case)) == before


def test_any_other_statement_finds_what_was_written_and_the_file_what_it_wrote(file: CaseFile, case: str) -> None:
    leg = legs.add(file, legs.NewLeg(case, "zhejiang", "EnrolWorker", b"{}", PENSION))
    legs.of_case(file, case)
    legs.change(file, leg, LegState.HELD, due_at=None)
    (row,) = legs.named(file, case, "EnrolWorker", PENSION)
    assert (row.state, row.fencing) == ("held", 1)


def test_a_case_that_is_not_locked_is_read_anew_each_time(tx: Tx, file: CaseFile, case: str, other: str) -> None:
    assert cases.item(file, other, PENSION).status == "accepted"
    cases.change_item(tx, other, PENSION, status=CaseStatus.CHECKING.value)
    assert cases.item(file, other, PENSION).status == "checking"
    cases.change_item(file, other, PENSION, status=CaseStatus.WAITING.value)
    assert cases.item(tx, other, PENSION).status == "waiting"
    assert cases.happened(file, other, "operator", because="x") == 2
    assert cases.get(file, case).events == 1


def test_a_case_that_is_locked_later_belongs_to_the_file_from_then_on(file: CaseFile, other: str) -> None:
    cases.change_item(file, other, PENSION, status=CaseStatus.CHECKING.value)
    assert cases.lock(file, other).id in file.handles
    cases.items(file, other)
    cases.change_item(file, other, PENSION, status=CaseStatus.WAITING.value)
    assert cases.item(file, other, PENSION).status == "waiting"


def test_a_case_that_is_opened_beside_the_others_is_written_with_them(tx: Tx, file: CaseFile, case: str) -> None:
    row = cases.get(file, case)
    new = cases.NewCase("case_clearing", "clearing", row.client, row.person, "needs_person", row.rules, b"{}", case)
    cases.add(file, new, (), "clearing_opened", scheme="x", party="hunan")
    assert cases.get(file, new.id).origin == case
    file.write()
    assert [event.code for event in cases.timeline(tx, new.id)] == ["clearing_opened"]


def test_months_that_are_released_are_free_for_the_file_too(file: CaseFile, case: str) -> None:
    person = cases.get(file, case).person
    reservations.release(file, case, Insurance.PENSION)
    assert reservations.holders(file, [person], [Insurance.PENSION]) == []


def test_only_rows_that_still_have_the_values_of_their_key_are_changed(tx: Tx, case: str) -> None:
    rows = [((leg.id, leg.fencing + number), {"state": "held"}) for number, leg in enumerate(legs.of_case(tx, case))]
    found = update_some(tx.connection, Changes(leg_table, ("id", "fencing"), rows))
    assert [tuple(key) for key in found] == [rows[0][0]]
    assert [leg.state for leg in legs.of_case(tx, case)].count("held") == 1


def test_changes_of_several_tables_go_together_and_none_is_nothing(tx: Tx, case: str) -> None:
    tx.put(replays, {"key": "k", "until": tx.now})
    items = Changes(case_items, ("case", "insurance"), [((case, PENSION), {"withdrawing": True})])
    update(tx.connection, [items, Changes(replays, ("key",), [(("k",), {"until": tx.now.replace(year=2030)})])])
    update(tx.connection, [])
    assert cases.item(tx, case, PENSION).withdrawing
