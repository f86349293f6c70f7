"""Posting: one event, one entry, in whichever order and however often; balanced whatever comes."""

import threading
from datetime import date

import pytest

from gateway.errors import GatewayError
from gateway.model.books import EventKind, Reversal
from gateway.model.codes import Insurance
from gateway.services import books
from gateway.store import books as kept
from gateway.store.casefile import CaseFile
from tests.gateway.services.booked import FUND, REGION, balances, event, posted, posted_with_a_case, sums
from tests.gateway.services.conftest import World

DAY = date(2026, 11, 9)


def test_a_levy_is_only_noted_until_its_money_is_in_the_treasury(world: World) -> None:
    runtime = world.runtime
    posted(runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
    assert balances(runtime) == {"levied": 96000, "memorandum": -96000}
    posted(runtime, event(EventKind.COLLECTED, "r1", "960.00", DAY, late_fee="4.80"))
    assert balances(runtime) == {"collected": 96480, "memorandum": -96480}
    posted(runtime, event(EventKind.TREASURY_POSTED, "r1", "960.00", DAY, late_fee="4.80"))
    assert balances(runtime) == {"treasury": 96480, "contribution_income": -96000, "late_fee_income": -480}


def test_the_same_event_is_posted_once_and_gives_the_same_entry(world: World) -> None:
    one = event(EventKind.LEVIED, "lev_1", "960.00", DAY)
    (first,) = posted(world.runtime, one)
    assert posted(world.runtime, one, one) == [first, first]
    assert balances(world.runtime)["levied"] == 96000


def test_the_same_event_with_another_amount_is_refused_and_nothing_is_booked(world: World) -> None:
    posted(world.runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
    with pytest.raises(GatewayError) as raised:
        posted(world.runtime, event(EventKind.LEVIED, "lev_1", "960.01", DAY))
    assert raised.value.kind.code == "books_event_differs"
    assert balances(world.runtime)["levied"] == 96000
    posted(world.runtime, event(EventKind.LEVIED, "lev_1", "0.01", DAY, sequence="2"))
    assert balances(world.runtime)["levied"] == 96001


def test_what_is_posted_with_a_case_is_posted_once_as_well(world: World) -> None:
    runtime, one = world.runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY)
    first, again, other = posted_with_a_case(runtime, one, one, event(EventKind.LEVIED, "lev_2", "1.00", DAY))
    assert first == again != other
    assert posted_with_a_case(runtime, one) == posted(runtime, one) == [first]
    assert balances(runtime) == {"levied": 96100, "memorandum": -96100}


def test_what_waits_to_be_written_with_a_case_differs_from_the_same_event_with_another_amount(world: World) -> None:
    runtime = world.runtime
    with pytest.raises(GatewayError) as raised:
        posted_with_a_case(runtime, *(event(EventKind.LEVIED, "lev_1", yuan, DAY) for yuan in ("1.00", "2.00")))
    assert raised.value.kind.code == "books_event_differs"
    assert balances(runtime) == {}


def test_what_waits_to_be_written_with_a_case_can_be_taken_back_in_the_same_transaction(world: World) -> None:
    runtime = world.runtime
    with runtime.store.work("test") as tx:
        file = CaseFile.of(tx, [])
        books.post(runtime, file, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
        assert len(books.reverse(runtime, file, Reversal(origin="rev_1", of="lev_1", day=DAY))) == 1
        file.write()
    assert set(balances(runtime).values()) <= {0}
    assert len(sums(runtime)) == 2


def test_what_several_post_at_one_time_is_posted_once(world: World) -> None:
    runtime, found = world.runtime, list[str | None]()
    posted(runtime, event(EventKind.LEVIED, "lev_0", "1.00", DAY))
    gate = threading.Barrier(4)

    def one() -> None:
        gate.wait()
        found.extend(posted(runtime, event(EventKind.COLLECTED, "r1", "1.00", DAY)))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (4, 1)
    assert balances(runtime) == {"collected": 100, "memorandum": -100}


def test_nothing_is_posted_for_an_amount_of_nothing(world: World) -> None:
    assert posted(world.runtime, event(EventKind.LEVIED, "lev_1", "0.00", DAY)) == [None]
    assert balances(world.runtime) == {}


def test_a_negative_amount_takes_back(world: World) -> None:
    posted(world.runtime, event(EventKind.UNIDENTIFIED_RECEIVED, "u1", "5.00", DAY))
    posted(world.runtime, event(EventKind.UNIDENTIFIED_RECEIVED, "u1", "-2.00", DAY, sequence="corrected"))
    assert balances(world.runtime) == {"treasury": 300, "unidentified": -300}


def test_a_component_without_a_place_is_refused(world: World) -> None:
    with pytest.raises(GatewayError) as raised:
        posted(world.runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY, late_fee="1.00"))
    assert raised.value.params["reason"] == "levied has no place for late_fee"


def test_insurances_of_one_fund_are_parts_of_it_and_each_fund_has_accounts_of_its_own(world: World) -> None:
    for insurance in (Insurance.MEDICAL, Insurance.MATERNITY, Insurance.OCCUPATIONAL_INJURY, Insurance.PENSION):
        posted(world.runtime, event(EventKind.LEVIED, f"lev_{insurance}", "1.00", DAY, insurance=insurance))
    found = {}
    with world.runtime.store.reading() as tx:
        for row in kept.every(tx):
            lines = kept.sums(tx, row.fund, row.region, after=None, through=DAY)
            found[row.fund, row.region] = {place.part for place in lines}
    assert found == {
        ("medical", REGION.code): {"maternity", "medical"},
        ("pension", REGION.code): {"pension"},
        ("work_injury", REGION.code): {"occupational_injury"},
    }


def test_a_reversal_mirrors_every_entry_of_an_origin_once_and_names_it(world: World) -> None:
    runtime = world.runtime
    posted(runtime, event(EventKind.LEVIED, "lev_1", "960.00", DAY))
    before = balances(runtime)
    for kind in (EventKind.COLLECTED, EventKind.TREASURY_POSTED):
        posted(runtime, event(kind, "r1", "960.00", DAY, late_fee="4.80"))
    for origin in ("cancel-1", "cancel-1", "cancel-2"):
        with runtime.store.work("test") as tx:
            handles = books.reverse(runtime, tx, Reversal(origin=origin, of="r1", day=DAY))
        assert len(handles) == (2 if origin == "cancel-1" else 0)
    assert balances(runtime) == before
    with runtime.store.reading() as tx:
        originals = {row.id for row in kept.of_origin(tx, "r1")}
        assert {row.reverses for row in kept.of_origin(tx, "cancel-1")} == originals


def test_what_is_yet_to_come_is_booked_today_and_keeps_its_day(world: World) -> None:
    (handle,) = posted(world.runtime, event(EventKind.COLLECTED, "r1", "1.00", date(2026, 12, 1)))
    with world.runtime.store.reading() as tx:
        row = kept.entry(tx, str(handle))
    assert row is not None
    assert (row.day, row.stated) == ("2026-11-10", "2026-12-01")


def test_money_on_every_way_out_and_back(world: World) -> None:
    runtime = world.runtime
    ways = [
        (EventKind.TREASURY_POSTED, "10.00"),
        (EventKind.TRANSFER_SENT, "8.00"),
        (EventKind.TRANSFER_RECEIVED, "7.00"),
        (EventKind.EXPENDITURE_FUNDED, "6.00"),
        (EventKind.INTEREST_CREDITED, "0.50"),
        (EventKind.BENEFIT_PAID, "3.00"),
        (EventKind.REFUND_DECIDED, "3.00"),
        (EventKind.REFUND_BY_TREASURY, "1.00"),
        (EventKind.REFUND_BY_AGENCY, "1.00"),
        (EventKind.REFUND_OFFSET, "1.00"),
        (EventKind.INCOME_RECEIVED, "2.00"),
        (EventKind.INCOME_MOVED, "2.00"),
    ]
    posted(runtime, *(event(kind, f"w{number}", yuan, DAY) for number, (kind, yuan) in enumerate(ways)))
    assert balances(runtime, FUND) == {
        "treasury": 100,
        "in_transit": 100,
        "fiscal_account": 350,
        "expenditure_account": 200,
        "contribution_income": -1200,
        "interest_income": -50,
        "benefit_expenditure": 300,
        "contribution_refunds": 200,
        "collected": -1000,
        "levied": -100,
        "memorandum": 1100,
    }
