"""What people do with breaks: who may act when, what a repair enters, who agrees, what the next run makes of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.breaks import BreakAction, BreakState, Repair
from gateway.model.reconciliation import BreakClass
from gateway.model.repair import ALLOWED, RepairCode
from gateway.model.values import Money
from gateway.services import breaks
from gateway.services.runtime import Runtime
from gateway.store import break_repairs
from gateway.store import breaks as kept
from gateway.store.break_repairs import Filter
from tests.gateway.services.booked import balances
from tests.gateway.services.broken import (
    DAY,
    act,
    amount_break,
    found,
    history,
    knowing,
    one_of,
    refused,
    run_of,
    side_row,
    view,
)
from tests.gateway.services.conftest import World

THEIRS = RepairCode.ACCEPT_THEIRS


@pytest.fixture
def runtime(world: World) -> Runtime:
    return knowing(world.runtime)


def test_a_break_is_claimed_by_one_and_taken_over_by_naming_them(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.claim())
    act(runtime, "lin", breaks.claim())
    assert refused(runtime, "wang", breaks.claim()).kind.code == "break_claimed"
    assert refused(runtime, "wang", breaks.claim("zhao")).params["who"] == "lin"
    assert refused(runtime, "wang", breaks.resolve(THEIRS, "x")).kind.code == "break_claimed"
    act(runtime, "wang", breaks.claim("lin"))
    assert one_of(runtime).claimed_by == "wang"
    assert history(runtime) == [("found", "gateway"), ("claimed", "lin"), ("claimed", "wang")]


def test_a_comment_stands_in_the_history_and_changes_nothing_else(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.comment("asked by telephone"))
    shown = view(runtime)
    assert (shown["state"], shown["history"][-1]["comment"]) == ("open", "asked by telephone")


def test_a_small_break_is_resolved_by_entries_that_are_posted_and_never_by_an_edit(runtime: Runtime) -> None:
    run_of(runtime, amount_break(96000, 95000))
    act(runtime, "lin", breaks.resolve(THEIRS, "the bureau showed the voucher"))
    shown = view(runtime)
    assert (shown["state"], shown["resolution"], shown["resolved_by"]) == ("resolved", "repaired", "lin")
    (repair,) = shown["repairs"]
    assert (repair["state"], repair["changes_ours_by"]) == ("entered", "-10.00")
    assert [entry["total"] for entry in repair["entries"]] == ["-960.00", "950.00"]
    assert repair["entries"][0]["reverses"] == shown["rows"]["here"][0]["trace"]
    assert [row["total"] for row in shown["rows"]["here"]] == ["960.00"]
    assert balances(runtime) == {"collected": -1000, "levied": 1000}
    assert repair["reference"].startswith("ent_")


@pytest.mark.parametrize("who", ["lin", "wang"])
def test_above_the_amount_a_second_person_agrees_and_only_then_is_it_entered(runtime: Runtime, who: str) -> None:
    strict = replace(runtime, settings=replace(runtime.settings, second_person_above="959.99"))
    run_of(strict, amount_break())
    act(strict, "lin", breaks.resolve(THEIRS, "asked"))
    assert (one_of(strict).state, balances(strict)) == ("awaiting_second", {})
    if who == "lin":
        refusal = refused(strict, "lin", breaks.resolve(THEIRS, "I agree with myself"))
        assert (refusal.kind.code, refusal.params["limit"]) == ("second_person_needed", "959.99")
        assert balances(strict) == {}
        return
    assert refused(strict, "wang", breaks.resolve(RepairCode.ACCEPT_OURS, "no")).kind.code == "repair_differs"
    assert refused(strict, "wang", breaks.claim()).kind.code == "break_not_allowed"
    act(strict, "wang", breaks.resolve(THEIRS, "seen"))
    row = one_of(strict)
    assert (row.state, row.resolved_by, row.agreed_by) == ("resolved", "lin", "wang")
    assert balances(strict)["collected"] == -1000
    assert view(strict)["history"][-1]["second"] == "lin"


def test_at_the_amount_itself_one_person_is_enough(runtime: Runtime) -> None:
    even = replace(runtime, settings=replace(runtime.settings, second_person_above="960.00"))
    run_of(even, amount_break())
    act(even, "lin", breaks.resolve(THEIRS, "x"))
    assert one_of(even).state == "resolved"


def test_what_changed_while_it_waited_is_not_agreed_to(runtime: Runtime) -> None:
    strict = replace(runtime, settings=replace(runtime.settings, second_person_above="0.00"))
    run_of(strict, amount_break(96000, 95000))
    act(strict, "lin", breaks.resolve(THEIRS, "asked"))
    run_of(strict, amount_break(96000, 90000), day=DAY + timedelta(days=1))
    assert one_of(strict).state == "awaiting_second"
    assert refused(strict, "wang", breaks.resolve(THEIRS, "seen")).kind.code == "repair_outdated"
    act(strict, "wang", breaks.reopen("the bureau sent another file"))
    act(strict, "wang", breaks.resolve(THEIRS, "anew"))
    states = [repair["state"] for repair in view(strict)["repairs"]]
    assert states == ["withdrawn", "awaiting_second"]


def test_the_next_run_proves_a_repair(runtime: Runtime, world: World) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(THEIRS, "x"))
    world.clock.forward(days=1)
    run_of(runtime, day=DAY + timedelta(days=1))
    shown = view(runtime)
    assert (shown["state"], shown["repairs"][0]["state"]) == ("resolved", "proved")
    before = shown["history"]
    assert (before[-1]["action"], before[-1]["by"]) == ("proved", "gateway")
    world.clock.forward(days=1)
    run_of(runtime, day=DAY + timedelta(days=2))
    assert view(runtime)["history"] == before


def test_a_break_that_the_next_run_finds_again_opens_by_itself_and_can_be_repaired_anew(
    runtime: Runtime, world: World
) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(THEIRS, "they are right"))
    world.clock.forward(days=1)
    run_of(runtime, amount_break(), day=DAY + timedelta(days=1))
    shown = view(runtime)
    assert (shown["state"], shown["claimed_by"], shown["resolution"]) == ("reopened", None, None)
    assert shown["repairs"][0]["state"] == "disproved"
    act(runtime, "lin", breaks.resolve(RepairCode.ASK_BUREAU, "they are not"))
    assert [repair["state"] for repair in view(runtime)["repairs"]] == ["disproved", "entered"]


def test_one_that_stands_with_a_reason_stays_resolved_though_runs_find_it(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(RepairCode.NONE, "below what the court asks for"))
    run_of(runtime, amount_break(), day=DAY + timedelta(days=1))
    assert (one_of(runtime).state, one_of(runtime).resolution) == ("resolved", "accepted")


def test_reopened_by_a_person_before_a_run_what_was_entered_is_taken_back_in_the_books(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(THEIRS, "x"))
    act(runtime, "wang", breaks.reopen("the wrong voucher"))
    assert (one_of(runtime).state, balances(runtime)) == ("reopened", {})
    row = one_of(runtime)
    with runtime.store.reading() as tx:
        assert break_repairs.entries_in_force(tx, row.party, row.pairing) == []
    act(runtime, "wang", breaks.resolve(THEIRS, "the right one"))
    assert balances(runtime)["collected"] == -1000


def test_only_a_repair_that_fits_the_class_is_taken(runtime: Runtime) -> None:
    asked = [(kind, code) for kind in BreakClass for code in RepairCode]
    rows = [side_row("here", 1, 96000), side_row("there", 1, 95000)]
    run_of(runtime, *(found(kind, rows, f"{kind} {code}", repair=Repair.ASK_PARTY) for kind, code in asked))
    with runtime.store.reading() as tx:
        left = {kind: [row.id for row in break_repairs.page(tx, Filter(kind=kind), size=9)] for kind in BreakClass}
    taken = set()
    for kind, code in asked:
        with suppress(GatewayError):
            breaks.do(runtime, left[kind].pop(), "lin", breaks.resolve(code, "x"))
            taken.add((kind, code))
    fitting = {(kind, code) for kind in BreakClass for code in runtime.repairs.fitting[kind]}
    # A refund needs a payment of ours besides, and there is none.
    assert taken == {(kind, code) for kind, code in fitting if code is not RepairCode.REFUND}


def test_a_refund_needs_a_payment_of_ours(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    assert "no receipt of ours" in str(refused(runtime, "lin", breaks.resolve(RepairCode.REFUND, "paid twice")))
    assert (one_of(runtime).state, one_of(runtime).entries) == ("open", 1)


def test_accepting_theirs_where_we_have_nothing_enters_theirs_and_where_they_have_nothing_takes_ours_back(
    runtime: Runtime,
) -> None:
    run_of(runtime, found(BreakClass.ONLY_THERE, [side_row("there")]))
    act(runtime, "lin", breaks.resolve(THEIRS, "x"))
    assert view(runtime)["repairs"][0]["changes_ours_by"] == "960.00"
    run_of(runtime, found(BreakClass.ONLY_HERE, [side_row("here")]), day=DAY + timedelta(days=1))
    act(runtime, "lin", breaks.resolve(THEIRS, "x"))
    assert view(runtime)["repairs"][-1]["changes_ours_by"] == "-960.00"


def test_what_stands_alike_on_both_sides_is_left_alone(runtime: Runtime) -> None:
    rows = [side_row("here", 1), side_row("here", 1), side_row("there", 1)]
    run_of(runtime, found(BreakClass.DUPLICATE, rows))
    act(runtime, "lin", breaks.resolve(THEIRS, "booked twice"))
    assert [entry["total"] for entry in view(runtime)["repairs"][0]["entries"]] == ["-960.00"]


@pytest.mark.parametrize(
    ("reached", "state"),
    [
        ([], BreakState.OPEN),
        (["claim"], BreakState.CLAIMED),
        (["enter"], BreakState.RESOLVED),
        (["resolve"], BreakState.WAITING),
        (["resolve", "reopen"], BreakState.REOPENED),
    ],
)
@pytest.mark.parametrize("action", list(ALLOWED))
def test_the_table_of_states_decides_what_is_possible_and_says_what_is(
    runtime: Runtime, reached: list[str], state: BreakState, action: str
) -> None:
    acts = {
        "claim": breaks.claim(),
        "comment": breaks.comment("x"),
        "enter": breaks.resolve(THEIRS, "x"),
        "resolve": breaks.resolve(RepairCode.ASK_BUREAU, "x"),
        "reopen": breaks.reopen("x"),
    }
    run_of(runtime, amount_break())
    for each in reached:
        act(runtime, "lin", acts[each])
    assert one_of(runtime).state == state.value
    assert view(runtime)["allowed_actions"] == [each for each, states in ALLOWED.items() if state in states]
    if state in ALLOWED[action]:
        act(runtime, "lin", acts[action])
    else:
        refusal = refused(runtime, "lin", acts[action])
        assert refusal.kind.code == "break_not_allowed"
        assert "comment" in refusal.params["allowed"]


def test_what_is_at_stake_is_the_larger_side() -> None:
    row = replace(_row(), here_fen=-5, there_fen=3)
    assert breaks.at_stake(row) == 5
    assert str(Money(breaks.at_stake(replace(row, there_fen=700)))) == "7.00"


def test_the_trace_numbers_are_masked_for_accountants(runtime: Runtime) -> None:
    run_of(runtime, amount_break())
    act(runtime, "lin", breaks.resolve(THEIRS, "x"))
    shown = view(runtime, "accountant")
    traces = {row["trace"] for side in shown["rows"].values() for row in side}
    assert traces == {"[masked]"}
    assert {entry["reverses"] for entry in shown["repairs"][0]["entries"]} == {"[masked]", None}
    assert shown["rows"]["here"][0]["amount"] == "960.00"


def test_nobody_reads_the_table_of_fields_that_a_row_does_not_have(runtime: Runtime) -> None:
    from gateway.services.break_views import SEEN

    run_of(runtime, amount_break())
    assert set(view(runtime)["rows"]["here"][0]) == set(SEEN)


def _row() -> Any:
    names = kept.BreakRow.__slots__
    return kept.BreakRow(**dict.fromkeys(names))  # type: ignore[arg-type]  # only the amounts are read


def test_every_act_is_an_action_of_the_history() -> None:
    assert {"claimed", "commented", "resolved", "reopened", "proposed", "agreed"} <= set(BreakAction)
