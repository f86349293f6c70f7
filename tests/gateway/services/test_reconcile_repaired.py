"""What people do about breaks is seen by the next run; sources are written once; one party holds up no other."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.model.reconciliation import Book
from gateway.model.repair import RepairCode
from gateway.services import breaks as people
from gateway.services import reconcile as reconcile_service
from gateway.services.reconcile import reconcile
from gateway.services.reconcile_ledger import ledger_day
from gateway.services.reconcile_statements import layouts_for
from gateway.services.runtime import Runtime
from gateway.store.breaks import BreakRow
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, owe, pay, receipt, state, stated
from tests.gateway.services.reconciled import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    actions,
    kept,
    reconciling,
    run,
)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def resolve(runtime: Runtime, row: BreakRow, code: RepairCode) -> None:
    people.do(runtime, row.id, "accountant", people.resolve(code, "looked at"))


def test_a_repair_is_seen_by_the_next_run_which_proves_it(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 80000)])
    run(world, runtime, MONDAY)
    (found,) = kept(runtime)
    world.clock.at = at(TUESDAY)
    resolve(runtime, found, RepairCode.ACCEPT_THEIRS)
    state(world, runtime, TUESDAY, [])
    row = run(world, runtime, TUESDAY)
    (proved,) = kept(runtime)
    assert (proved.state, proved.resolution) == ("resolved", "proved")
    assert actions(runtime, proved) == ["found", "resolved", "proved"]
    assert (row.here_fen, row.there_fen) == (80000, 80000)
    state(world, runtime, WEDNESDAY, [])
    after = run(world, runtime, WEDNESDAY)
    assert (after.here_count, after.there_count) == (0, 0)


def test_what_a_person_lets_stand_is_not_looked_at_again(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 90000)])
    run(world, runtime, MONDAY)
    (found,) = kept(runtime)
    world.clock.at = at(TUESDAY)
    resolve(runtime, found, RepairCode.NONE)
    state(world, runtime, TUESDAY, [])
    row = run(world, runtime, TUESDAY)
    assert (row.here_count, row.there_count) == (0, 0)
    (stands,) = kept(runtime)
    assert (stands.state, stands.last_seen) == ("resolved", "2026-11-16")


def test_a_break_waits_for_its_bureau_until_the_day_of_its_answer(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 80000)])
    run(world, runtime, MONDAY)
    (found,) = kept(runtime)
    world.clock.at = at(TUESDAY)
    resolve(runtime, found, RepairCode.ASK_BUREAU)
    for days in range(1, 10):
        state(world, runtime, MONDAY + timedelta(days=days), [])
    for days in (1, 8):
        run(world, runtime, MONDAY + timedelta(days=days))
        (waiting,) = kept(runtime)
        assert (waiting.id, waiting.state, waiting.waits_for) == (found.id, "waiting", PARTY)
    (waiting,) = kept(runtime)
    assert (waiting.waits_until, waiting.last_seen) == ("2026-11-24", "2026-11-24")
    assert actions(runtime, waiting) == ["found", "asked"]
    run(world, runtime, MONDAY + timedelta(days=9))
    (again,) = kept(runtime)
    assert (again.id, again.state, again.resolution) == (found.id, "reopened", None)


def test_one_bureau_whose_statement_is_absent_does_not_stop_the_others(world: World, runtime: Runtime) -> None:
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    state(world, runtime, MONDAY, [stated(1, MONDAY)], party="tax-tianjin")
    state(world, runtime, TUESDAY, [], party="tax-tianjin")
    world.clock.at = at(WEDNESDAY, 2)
    came = {(each.party, each.pairing): each.run is not None for each in reconcile(runtime, TUESDAY)}
    assert came["tax-tianjin", "collected"]
    assert came["tax-tianjin", "posted"]
    assert not came[PARTY, "collected"]


def test_the_treasurys_own_files_go_before_what_the_bureau_says_of_it(world: World, runtime: Runtime) -> None:
    assert [each.party for each in layouts_for(runtime.statements, "tax-hunan", Book.TREASURY)] == ["treasury-hunan"]
    assert [each.party for each in layouts_for(runtime.statements, PARTY, Book.TREASURY)] == [PARTY]


def test_what_the_ledger_committed_late_is_a_partition_of_its_own_and_the_first_one_stays(
    world: World, runtime: Runtime
) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    world.clock.at = at(TUESDAY)
    ((first, path),) = ledger_day(runtime, PARTY, MONDAY)
    before = path.read_bytes()
    pay(world, runtime, receipt(2, MONDAY), owe(runtime, 2))
    world.clock.at = at(TUESDAY)
    found = ledger_day(runtime, PARTY, MONDAY)
    assert [(row.number, row.count, row.fen) for row, _ in found] == [(0, 1, 90001), (1, 1, 90002)]
    assert (found[0][0].sha256, found[0][1]) == (first.sha256, path)
    assert path.read_bytes() == before
    again = ledger_day(runtime, PARTY, MONDAY)
    assert [row.sha256 for row, _ in again] == [row.sha256 for row, _ in found]


def test_a_day_that_goes_on_is_not_written_and_a_partition_that_has_gone_is_named(
    world: World, runtime: Runtime
) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    with pytest.raises(GatewayError, match="it can be reconciled from 2026-11-17"):
        ledger_day(runtime, PARTY, MONDAY)
    world.clock.at = at(TUESDAY)
    ((_, path),) = ledger_day(runtime, PARTY, MONDAY)
    path.unlink()
    with pytest.raises(GatewayError, match=r"2026-11-16\.0\.parquet"):
        ledger_day(runtime, PARTY, MONDAY)


def test_no_file_that_is_written_names_a_person(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 80000)])
    row = run(world, runtime, MONDAY)
    files = list((runtime.settings.var / "reconciliation").rglob("*.parquet"))
    assert {file.parts[-2] for file in files} >= {PARTY, row.id}
    for file in files:
        assert not any(text in file.read_bytes() for text in (b"T00000001", "浙小骑".encode(), "浙小骑".encode("gbk")))


def test_a_summary_posting_without_its_list_is_one_break_and_with_it_agrees(world: World, runtime: Runtime) -> None:
    paid = [stated(number, MONDAY, summary_number="S1") for number in (1, 2, 3)]
    posting = stated(100, MONDAY, sum(row.amount.fen for row in paid), summary_number="S1", trace_number="S1")
    lost = stated(101, MONDAY, 500000, summary_number="S2", trace_number="S2")
    state(world, runtime, MONDAY, paid, party="tax-hunan")
    world.clock.at = at(TUESDAY, 0)
    for part, rows in ((1, [posting, lost]), (2, []), (3, [])):
        posted = [replace(row, treasury_on=MONDAY) for row in rows]
        state(world, runtime, MONDAY, posted, party="treasury-hunan", part=part, parts=3)
    run(world, runtime, MONDAY, "posted", "tax-hunan")
    assert kept(runtime) == []  # what the treasury has and tax has not stated may still come
    state(world, runtime, TUESDAY, [], party="tax-hunan")
    state(world, runtime, WEDNESDAY, [], party="tax-hunan")
    for day in (TUESDAY, WEDNESDAY):
        for part in (1, 2, 3):
            state(world, runtime, day, [], party="treasury-hunan", part=part, parts=3)
    run(world, runtime, WEDNESDAY, "posted", "tax-hunan")
    (found,) = kept(runtime)
    assert (found.kind, found.there_count, found.there_fen) == ("list_missing", 1, 500000)


def test_a_change_of_long_ago_is_left_to_an_entry_of_today(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile_service, "RECHECKED", 1)
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        state(world, runtime, day, [])
        run(world, runtime, day)
    state(world, runtime, MONDAY, [stated(1, MONDAY)], sequence=2)
    assert run(world, runtime, WEDNESDAY).number == 1
    assert run(world, runtime, TUESDAY).number == 2
