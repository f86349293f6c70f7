"""A day is reconciled: each difference is found with its class, what is in transit waits, every fen is explained."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.errors import GatewayError
from gateway.mapping.break_table import break_table
from gateway.mapping.pairings import load_pairings
from gateway.mapping.repair_table import repair_table
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.model.breaks import BreakState
from gateway.model.reconciliation import Book, Sum
from gateway.model.repair import RepairCode
from gateway.model.values import Money
from gateway.services import breaks as people
from gateway.services import reconcile as reconcile_service
from gateway.services import reconcile_run
from gateway.services.balance_sheet import balance_sheets
from gateway.services.reconcile import reconcile
from gateway.services.reconcile_ledger import ledger_day
from gateway.services.reconcile_statements import layouts_for
from gateway.services.runtime import Runtime
from gateway.store import breaks, reconciliation
from gateway.store.breaks import BreakRow
from gateway.store.reconciliation import RunRow
from gateway.store.tables_reconciliation import breaks as breaks_table
from tests.gateway.mapping.statements import KEY, LAYOUTS
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import PARTY, at, components, owe, pay, receipt, state, stated, take_back
from tests.rules.tree import ROOT

MONDAY = date(2026, 11, 16)
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 4))


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    mappings = ROOT / "mappings"
    secrets = {key_setting(party): KEY.decode() for party in LAYOUTS}
    settings = replace(world.runtime.settings, parties=secrets, var_dir=str(tmp_path / "var"))
    return replace(
        world.runtime,
        settings=settings,
        statements=layouts(mappings),
        pairings=load_pairings(mappings),
        break_table=break_table(mappings),
        repairs=repair_table(mappings),
    )


def run(world: World, runtime: Runtime, day: date, pairing: str = "collected", party: str = PARTY) -> RunRow:
    world.clock.at = at(day + timedelta(days=1), 2)
    (found,) = reconcile(runtime, day, party, pairing)
    assert found.run is not None, found.problem
    assert_explained(runtime, found.run)
    return found.run


def assert_explained(runtime: Runtime, row: RunRow) -> None:
    with runtime.store.reading() as tx:
        lines = reconciliation.tallies_of(tx, row.id)
        transit = reconciliation.transit_of(tx, row.id)
    assert all(line.explained for line in lines)
    assert all(sheet.unexplained == 0 for sheet in balance_sheets(lines))
    for side, whole in (("here", Sum(row.here_count, row.here_fen)), ("there", Sum(row.there_count, row.there_fen))):
        of_side = [line for line in lines if line.side == side]
        assert sum((line.whole for line in of_side), Sum(0, 0)) == whole
        waiting = sum((line.sum for line in transit if line.side == side), Sum(0, 0))
        assert sum((line.transit for line in of_side), Sum(0, 0)) == waiting


def kept(runtime: Runtime) -> list[BreakRow]:
    with runtime.store.reading() as tx:
        return list(tx.all(select(breaks_table).order_by(breaks_table.c.id), BreakRow))


def kinds(found: Sequence[BreakRow]) -> dict[str, str]:
    return {row.kind: row.state for row in found}


def actions(runtime: Runtime, row: BreakRow) -> list[str]:
    with runtime.store.reading() as tx:
        return [entry.action for entry in breaks.entries_of(tx, row.id)]


def test_each_difference_is_a_break_of_its_class_and_every_fen_is_explained(world: World, runtime: Runtime) -> None:
    paid = {number: receipt(number, MONDAY) for number in range(1, 12)}
    paid[11] = receipt(11, MONDAY, 90500, components=components(90000, 500))
    for number, each in paid.items():
        pay(world, runtime, each, owe(runtime, number))
    rows = [
        stated(1, MONDAY),
        stated(2, MONDAY, 90001),  # another amount
        stated(3, MONDAY, tax_person_number="T99999999"),  # another person
        stated(4, MONDAY, agency=replace(stated(4, MONDAY).agency, code="330200")),  # another region
        stated(5, MONDAY, adjustment=True),  # another booking period
        stated(6, MONDAY),
        stated(6, MONDAY, sequence=2),  # twice
        stated(7, MONDAY),
        stated(7, MONDAY, -90007, sequence=2, reverses="00000007", trace_number="00000107"),  # taken back
        # 8 is only here
        stated(9, MONDAY),
        stated(10, MONDAY, 60000),
        stated(10, MONDAY, 30010, item="10202"),  # two items of one receipt
        stated(11, MONDAY, 90000, late_fee=Money(500)),
        stated(20, MONDAY),  # only there
    ]
    state(world, runtime, MONDAY, rows)
    row = run(world, runtime, MONDAY)
    # What stands on one side only may still come: it is in transit for a day.
    assert kinds(kept(runtime)) == dict.fromkeys(
        ("amount", "wrong_person", "wrong_region", "date", "duplicate", "reversed_after_booking"), "open"
    )
    with runtime.store.reading() as tx:
        transit = reconciliation.transit_of(tx, row.id)
    assert [(each.side, each.expected_on, each.sum) for each in transit] == [
        ("here", TUESDAY, Sum(1, 90008)),
        ("there", TUESDAY, Sum(1, 90020)),
    ]
    for day in (TUESDAY, WEDNESDAY):
        state(world, runtime, day, [])
        run(world, runtime, day)
    found = {each.kind: each for each in kept(runtime)}
    assert set(found) == {
        *("amount", "wrong_person", "wrong_region", "date", "duplicate", "reversed_after_booking"),
        *("only_here", "only_there"),
    }
    assert (found["only_there"].repair, found["only_there"].owner) == ("fetch_receipt", "operations")
    assert (found["only_there"].first_seen, found["amount"].first_seen) == ("2026-11-18", "2026-11-16")
    assert {each.last_seen for each in found.values()} == {"2026-11-18"}
    with runtime.store.reading() as tx:
        shown = breaks.rows_of(tx, found["amount"])
    assert [(each.side, each.amount, each.voucher) for each in shown] == [
        ("here", 90002, "V00000002"),
        ("there", 90001, "V00000002"),
    ]


def test_a_break_is_the_same_one_in_every_run_and_the_run_that_no_longer_finds_it_closes_it(
    world: World, runtime: Runtime
) -> None:
    paid = receipt(1, MONDAY)
    pay(world, runtime, paid, owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY), stated(1, MONDAY, -90001, sequence=2, reverses="00000001")])
    run(world, runtime, MONDAY)
    (found,) = kept(runtime)
    take_back(world, runtime, paid, TUESDAY)
    state(world, runtime, TUESDAY, [])
    run(world, runtime, TUESDAY)
    (closed,) = kept(runtime)
    assert (closed.id, closed.state) == (found.id, BreakState.CLOSED_BY_RUN.value)
    assert actions(runtime, closed) == ["found", "closed"]


def test_a_day_again_is_the_same_run_and_another_statement_makes_another_in_its_place(
    world: World, runtime: Runtime
) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 80000)])
    first = run(world, runtime, MONDAY)
    assert run(world, runtime, MONDAY) == first
    state(world, runtime, TUESDAY, [])
    before = run(world, runtime, TUESDAY)
    world.clock.at = at(WEDNESDAY)
    state(world, runtime, MONDAY, [stated(1, MONDAY)], sequence=2)
    after = run(world, runtime, TUESDAY)
    assert (after.number, before.number) == (2, 1)
    with runtime.store.reading() as tx:
        again = reconciliation.standing(tx, PARTY, "collected", "2026-11-16")
        old = reconciliation.get(tx, first.id)
    assert again is not None
    assert (again.number, again.id) == (2, after.previous)
    assert old is not None
    assert old.state == "superseded"
    (found,) = kept(runtime)
    assert (found.kind, found.state) == ("amount", "closed_by_run")


def test_while_a_due_statement_is_absent_nothing_is_reconciled_and_it_is_named(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    run(world, runtime, MONDAY)
    state(world, runtime, WEDNESDAY, [])
    world.clock.at = at(FRIDAY)
    (found,) = reconcile(runtime, WEDNESDAY, PARTY, "collected")
    assert isinstance(found.problem, GatewayError)
    assert found.problem.kind.code == "statement_absent"
    assert "tax-zhejiang 2026-11-17 (absent)" in str(found.problem)


def test_the_treasury_posts_on_working_days_and_what_it_has_not_posted_by_then_is_a_break(
    world: World, runtime: Runtime
) -> None:
    friday = stated(1, FRIDAY)
    late = stated(2, FRIDAY)
    state(world, runtime, FRIDAY, [friday, late])
    run(world, runtime, FRIDAY, "posted")
    monday = FRIDAY + timedelta(days=3)
    for day in (FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2)):
        state(world, runtime, day, [])
        row = run(world, runtime, day, "posted")
        with runtime.store.reading() as tx:
            (waiting,) = reconciliation.transit_of(tx, row.id)
        assert (waiting.expected_on, waiting.sum.count) == (monday, 2)
    world.clock.at = at(monday + timedelta(days=1), 0)
    state(world, runtime, monday, [replace(friday, treasury_on=monday)])
    run(world, runtime, monday, "posted")
    assert kept(runtime) == []
    state(world, runtime, monday + timedelta(days=1), [])
    run(world, runtime, monday + timedelta(days=1), "posted")
    (found,) = kept(runtime)
    assert (found.kind, found.here_fen, found.day) == ("only_here", 90002, FRIDAY.isoformat())


def test_a_reversal_of_what_agreed_long_ago_is_a_break_with_both_sides_of_it(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    run(world, runtime, MONDAY)
    back = stated(1, TUESDAY, -90001, sequence=2, reverses="00000001", trace_number="00000007")
    state(world, runtime, TUESDAY, [back])
    run(world, runtime, TUESDAY)
    (found,) = kept(runtime)
    assert (found.kind, found.state) == ("reversed_after_booking", "open")
    assert (found.here_count, found.here_fen, found.there_count, found.there_fen) == (1, 90001, 2, 0)


def test_a_receipt_that_came_before_its_levy_is_compared_without_person_and_place(
    world: World, runtime: Runtime
) -> None:
    pay(world, runtime, receipt(1, MONDAY), None)
    state(world, runtime, MONDAY, [stated(1, MONDAY)])
    run(world, runtime, MONDAY)
    assert kept(runtime) == []


def test_a_run_that_was_stopped_is_taken_up_again_and_finds_each_break_once(
    world: World, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        pay(world, runtime, receipt(number, MONDAY), owe(runtime, number))
    state(world, runtime, MONDAY, [stated(number, MONDAY, 80000) for number in (1, 2, 3)])
    monkeypatch.setattr(reconcile_run, "TOGETHER", 1)
    left = iter([True, True, False])

    def stopping(name: str) -> None:
        if name == "commit.reconciliation_breaks.before" and not next(left, True):
            raise RuntimeError("stopped here")

    monkeypatch.setattr("gateway.store.work.passing", stopping)
    world.clock.at = at(TUESDAY, 2)
    with pytest.raises(RuntimeError, match="stopped here"):
        reconcile(runtime, MONDAY, PARTY, "collected")
    assert len(kept(runtime)) == 2
    again = run(world, runtime, MONDAY)
    assert (again.state, again.number) == ("done", 1)
    assert [row.kind for row in kept(runtime)] == ["amount"] * 3
    assert {row.entries for row in kept(runtime)} == {1}


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
    assert (proved.state, proved.resolution) == ("closed_by_run", "repaired")
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


def test_a_repair_that_changes_nothing_there_is_found_again_and_reopened(world: World, runtime: Runtime) -> None:
    pay(world, runtime, receipt(1, MONDAY), owe(runtime, 1))
    state(world, runtime, MONDAY, [stated(1, MONDAY, 80000)])
    run(world, runtime, MONDAY)
    (found,) = kept(runtime)
    world.clock.at = at(TUESDAY)
    resolve(runtime, found, RepairCode.ASK_BUREAU)
    state(world, runtime, TUESDAY, [])
    run(world, runtime, TUESDAY)
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
