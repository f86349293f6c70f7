"""Whatever repair by entries fits a break: the next run, over the real files of both sides, proves it."""

from dataclasses import replace
from datetime import timedelta

from gateway.model.repair import REPAIRS
from gateway.model.statement import StatementRow
from gateway.services import breaks as people
from gateway.services.break_views import Viewer, break_view
from gateway.services.runtime import Runtime
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import owe, pay, receipt, state, stated, take_back
from tests.gateway.services.reconciled import MONDAY, kept, run
from tests.gateway.services.test_reconcile import runtime

__all__ = ["runtime"]

FOUND = {
    1: "amount",
    2: "duplicate",
    3: "wrong_region",
    4: "wrong_person",
    5: "date",
    6: "reversed_after_booking",
    7: "reversed_after_booking",
    8: "only_here",
    9: "only_there",
}


def as_stated() -> list[StatementRow]:
    """What the bureau says of the payments 1 to 9."""
    back = stated(6, MONDAY, -90006, sequence=2, reverses="00000006", trace_number="00000106")
    elsewhere = replace(stated(3, MONDAY).agency, code="330200")
    return [
        stated(1, MONDAY, 80000),
        *(stated(2, MONDAY), stated(2, MONDAY, sequence=2)),
        stated(3, MONDAY, agency=elsewhere),
        stated(4, MONDAY, tax_person_number="T99999999"),
        stated(5, MONDAY, adjustment=True),
        *(stated(6, MONDAY), back),
        stated(7, MONDAY),
        stated(9, MONDAY),
    ]


def reconciled(world: World, runtime: Runtime, after: int) -> None:
    """Another day on which the bureau collected nothing."""
    day = MONDAY + timedelta(days=after)
    state(world, runtime, day, [])
    run(world, runtime, day)


def test_a_repair_by_entries_is_proved_by_the_next_run_and_by_no_other(world: World, runtime: Runtime) -> None:
    for number in range(1, 9):
        pay(world, runtime, receipt(number, MONDAY), owe(runtime, number))
    take_back(world, runtime, receipt(7, MONDAY), MONDAY)
    state(world, runtime, MONDAY, as_stated())
    run(world, runtime, MONDAY)
    for after in (1, 2):  # what one side alone has is in transit for a day
        reconciled(world, runtime, after)
    found = kept(runtime)
    assert sorted(row.kind for row in found) == sorted(FOUND.values())
    for row in found:
        code = next(code for code in runtime.repairs.fitting[row.kind] if REPAIRS[code].enters)
        people.do(runtime, row.id, "accountant", people.resolve(code, "looked at"))
    for after in (3, 4):
        reconciled(world, runtime, after)
    for row in kept(runtime):
        with runtime.store.reading() as tx:
            shown = break_view(runtime, tx, row, Viewer("lin", "operator", "en"))
        assert (row.kind, row.state, row.resolution) == (row.kind, "resolved", "proved"), shown["history"]
        assert [repair["state"] for repair in shown["repairs"]] == ["proved"]
        assert [entry["action"] for entry in shown["history"]].count("proved") == 1
