"""Every card centre as it is shipped, over HTTP, against the server that plays it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.directory import load
from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects
from gateway.model.card import CardFound, FindCard
from gateway.model.codes import CardState, IdType
from gateway.model.person import Identity
from gateway.ports import Party
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import NOW, MemoryJournal, now
from tests.adapters.people import WORKER
from tests.sandbox.started import Sandbox, standing

PATHS = {
    "card-hubei": "/card/hubei/CardService",
    "card-jilin": "/card/jilin/CardService",
    "card-hebei": "/card/hebei/csb",
    "card-national": "/card/national/essc",
}
DEADLINE = NOW + timedelta(seconds=20)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with standing() as made:
        yield made


@pytest.fixture(scope="module")
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture(scope="module")
def centres(sandbox: Sandbox, journal: MemoryJournal) -> dict[str, Party]:
    given: dict[str, str] = {}
    for party, path in PATHS.items():
        setting = f"PARTY_{party.upper().replace('-', '_')}"
        given |= {f"{setting}_URL": f"http://127.0.0.1:{sandbox.port}{path}", f"{setting}_SECRET": f"sandbox-{party}"}
    return load(MAPPINGS, given, dialects(MAPPINGS, given.__getitem__), journal, now)


@pytest.fixture(params=PATHS)
def centre(request: pytest.FixtureRequest, centres: dict[str, Party], sandbox: Sandbox) -> Party:
    sandbox.control("reset")
    return centres[request.param]


def asked(centre: Party, id_number: str = WORKER.id_number) -> CardFound:
    found = centre.ask(FindCard(Identity(IdType.RESIDENT_ID, id_number, "周远航")), DEADLINE)
    assert isinstance(found, CardFound)
    return found


def test_a_card_is_found_with_its_state_and_its_region(centre: Party) -> None:
    found = asked(centre)
    assert (found.found, found.state) == (True, CardState.ACTIVE)
    assert (found.region and found.region.code, len(found.card_number or "")) == (f"{WORKER.id_number[:4]}00", 9)
    told = (found.bank, found.account is not None, found.valid_to is not None)
    assert told == ((None, False, False) if centre.id == "card-national" else ("中国示例银行", True, True))


def test_the_card_number_is_told_by_its_shape_where_the_two_have_changed_places(centre: Party) -> None:
    ordinary, swapped = asked(centre, "430102198105069958"), asked(centre, "430102198105069966")
    assert {len(ordinary.card_number or ""), len(swapped.card_number or "")} == {9}


def test_a_card_that_was_lost_is_lost(centre: Party) -> None:
    assert asked(centre, "430102199204059987").state is CardState.LOST


def test_who_has_no_card_has_none(centre: Party) -> None:
    assert asked(centre, "430102199102039993") == CardFound(found=False)


def test_an_error_is_no_answer_and_least_of_all_that_there_is_no_card(centre: Party, sandbox: Sandbox) -> None:
    sandbox.fault(centre.id, "FindCard", "error_200")
    with pytest.raises(GatewayError) as raised:
        asked(centre)
    assert raised.value.kind.code == "party_fault"
    assert asked(centre).found, "the next one is answered"


@pytest.mark.parametrize("fault", ["garbled", "status", "down"])
def test_what_cannot_be_read_is_no_answer_either(centre: Party, sandbox: Sandbox, fault: str) -> None:
    sandbox.fault(centre.id, "FindCard", fault)
    with pytest.raises(GatewayError) as raised:
        asked(centre)
    assert raised.value.kind.code in ("unreadable", "unavailable")


def test_the_journal_has_every_step_and_no_secret(centre: Party, journal: MemoryJournal) -> None:
    journal.crossings.clear()
    asked(centre)
    steps = ["Sign", "Auth", "FindCard"] if centre.id == "card-national" else ["FindCard"]
    assert [crossing.message for crossing in journal.crossings if crossing.direction == "out"] == steps
    assert not any(b"sandbox-card" in crossing.body for crossing in journal.crossings)
