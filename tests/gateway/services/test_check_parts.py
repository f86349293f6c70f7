"""Checks of the treasury that come in parts: totals first, then parts, then rows; a missing part is asked for."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from gateway.model.codes import CheckKind, TransactionState
from gateway.model.values import Money
from gateway.services.check_again import ask_again
from gateway.services.check_parts import settle_whole
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import expected
from gateway.services.statements import faults_of
from gateway.store import statements
from tests.gateway.services.checks import DAY, Treasury, kept, package, parts, row, runtime, take, taken, treasury
from tests.gateway.services.conftest import World

__all__ = ["runtime", "treasury"]


def test_a_package_becomes_a_statement_when_its_last_part_is_here_and_not_before(runtime: Runtime) -> None:
    first, second, third = parts([row(1), row(2)], [row(3)], [row(4)])
    assert taken(runtime, second, first)
    assert (settle_whole(runtime), kept(runtime)) == (0, [])
    assert taken(runtime, third)
    assert settle_whole(runtime) == 1
    (statement,) = kept(runtime)
    assert (statement.state, statement.way, statement.day, statement.part) == ("kept", "message", "2026-11-20", 1)
    assert (statement.rows, statement.fen, statement.sequence) == (4, 4 * 96240, 1)
    assert (package(runtime).state, package(runtime).statement) == ("kept", statement.id)


def test_the_rows_come_out_as_those_of_any_statement(runtime: Runtime) -> None:
    booked: dict[str, Any] = {"entrusted_on": date(2025, 12, 30), "booked_on": date(2026, 1, 5), "adjustment": True}
    (part,) = parts([row(1, package_number="00000003", **booked)])
    take(runtime, part)
    settle_whole(runtime)
    (statement,) = kept(runtime)
    body = b"".join(statements.pieces(runtime.store, statement.id, statement.pieces)).decode("gb18030")
    columns = body.splitlines()[1].split("|")
    assert columns[2:9] == ["343016261100000001", "10201", "202611", "1", "pension", "430102", "202512"]
    assert columns[9:11] == ["20251230", "20260105"]
    assert "00000003" in columns
    assert columns[-1] == "周远航"


def test_the_same_part_again_is_one_also_after_all_of_it_is_kept(runtime: Runtime) -> None:
    first, second = parts([row(1)], [row(2)])
    assert taken(runtime, first, first, second, second)
    settle_whole(runtime)
    assert taken(runtime, first, second)
    assert settle_whole(runtime) == 0
    assert len(kept(runtime)) == 1


def test_a_part_with_other_content_under_its_number_is_not_taken(runtime: Runtime) -> None:
    first, second = parts([row(1)], [row(2)])
    other = replace(first, rows=(row(9),))
    take(runtime, first)
    (answer,) = take(runtime, other)
    assert not answer.done
    assert "other content" in str(answer.reason)
    assert taken(runtime, second)
    settle_whole(runtime)
    (answer,) = take(runtime, other)
    assert not answer.done


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"part_count": 3}, "statement_count"), ({"part_amount": Money(1)}, "statement_total")],
)
def test_a_part_with_a_wrong_count_or_total_is_refused_whole_shown_and_asked_for(
    runtime: Runtime, world: World, treasury: Treasury, wrong: dict[str, Any], code: str
) -> None:
    first, second = parts([row(1)], [row(2)])
    (answer,) = take(runtime, replace(first, **wrong))
    assert not answer.done
    (shown,) = kept(runtime)
    with runtime.store.reading() as tx:
        assert [fault.code for fault in faults_of(tx, shown)] == [code]
    assert shown.state == "refused"
    assert "part 1" in str(package(runtime).reason)
    take(runtime, second)
    world.clock.forward(minutes=11)
    assert (ask_again(runtime), [each.part for each in treasury.asked]) == (1, [1])
    assert taken(runtime, first)
    settle_whole(runtime)
    assert [each.state for each in kept(runtime)] == ["kept", "refused"]


def test_parts_that_do_not_come_to_the_totals_of_their_package_are_refused_whole(runtime: Runtime) -> None:
    take(runtime, *parts([row(1)], [row(2)], count=3))
    settle_whole(runtime)
    (statement,) = kept(runtime)
    assert (statement.state, package(runtime).state) == ("refused", "refused")
    with runtime.store.reading() as tx:
        assert [fault.code for fault in faults_of(tx, statement)] == ["statement_count"]


@pytest.mark.parametrize(
    "changes",
    [{"part": 3}, {"day": date(2026, 11, 22)}, {"rows": (row(1, state=TransactionState.FAILED),)}],
    ids=["beyond the last", "a day to come", "a row that is not posted"],
)
def test_a_part_that_cannot_be_is_not_taken(runtime: Runtime, changes: dict[str, Any]) -> None:
    first, _ = parts([row(1)], [row(2)])
    (answer,) = take(runtime, replace(first, **changes))
    assert not answer.done
    assert kept(runtime) == []


def test_a_part_that_tells_other_totals_than_the_first_is_not_taken(runtime: Runtime) -> None:
    first, second = parts([row(1)], [row(2)])
    take(runtime, first)
    (answer,) = take(runtime, replace(second, amount=Money(7)))
    assert "totals" in str(answer.reason)


def test_a_package_with_a_new_number_supersedes_and_tells_the_differences(runtime: Runtime, world: World) -> None:
    take(runtime, *parts([row(1)], [row(2)]))
    settle_whole(runtime)
    world.clock.forward(minutes=1)
    take(runtime, *parts([row(1), row(2, 96241), row(3)], package="00000018"))
    settle_whole(runtime)
    newer, older = kept(runtime)
    assert (older.state, newer.state, newer.sequence, newer.supersedes) == ("superseded", "kept", 2, older.id)
    with runtime.store.reading() as tx:
        sheet = msgspec.json.decode(statements.differences_of(tx, newer) or b"null")
    assert (sheet["only_after"], sheet["changed"], sheet["only_before"]) == (1, 1, 0)


def test_a_day_is_there_when_vouchers_refunds_and_corrections_are(runtime: Runtime) -> None:
    back = row(4, -96240, reverses="00000001")
    take(runtime, *parts([row(1)]), *parts([back], kind=CheckKind.REFUNDS, package="00000021"))
    settle_whole(runtime)
    assert [(each.parts, each.missing, each.state) for each in expected(runtime, DAY)] == [(3, (3,), "expected")]
    take(runtime, *parts([], kind=CheckKind.CORRECTIONS, package="00000022"))
    settle_whole(runtime)
    assert [(each.missing, each.state) for each in expected(runtime, DAY)] == [((), "there")]


def test_a_process_that_dies_over_a_whole_package_leaves_it_for_the_next(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(runtime, *parts([row(1)], [row(2)]))
    with monkeypatch.context() as dying:
        dying.setattr("gateway.services.check_parts.check_packages.forget_content", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            settle_whole(runtime)
    assert settle_whole(runtime) == 1
    assert [each.state for each in kept(runtime)] == ["kept"]
