"""Documents are noted as they are journalled and tied to their case with what they led to."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from gateway.ports import Crossing
from gateway.services import evidence
from gateway.services.evidence import Evidence
from gateway.store.journal_reader import linked
from tests.gateway.services.conftest import World
from tests.gateway.services.scripted import Remembered

NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)


def crossing(about: str) -> Crossing:
    return Crossing("out", "zhejiang", "FindCover", "text/xml", b"<FindCover/>", NOON, about=about)


@pytest.fixture
def kept() -> Evidence:
    return Evidence(Remembered())


def tie(world: World, kept: Evidence, about: str, case: str, leg: str = "") -> None:
    with world.runtime.store.work("test") as tx:
        kept.tie(tx, about, case=case, person="wrk_1", leg=leg)


def tied(world: World, case: str) -> list[tuple[str, str]]:
    with world.runtime.store.reading() as tx:
        return sorted(linked(tx.connection, case))


def test_every_document_about_a_leg_is_tied_to_its_case_and_no_other(world: World, kept: Evidence) -> None:
    request, _, answer = (kept.record(crossing(about)) for about in ("leg_1", "leg_2", "leg_1"))
    tie(world, kept, "leg_1", "case_1", "leg_1")
    assert tied(world, "case_1") == [(request, "leg_1"), (answer, "leg_1")]
    assert tied(world, "case_2") == []


def test_what_is_rolled_back_is_tied_at_the_next_try(world: World, kept: Evidence) -> None:
    record = kept.record(crossing("leg_1"))
    with suppress(ZeroDivisionError), world.runtime.store.work("test") as tx:
        kept.tie(tx, "leg_1", case="case_1", person="wrk_1")
        raise ZeroDivisionError
    assert tied(world, "case_1") == []
    tie(world, kept, "leg_1", "case_1")
    assert tied(world, "case_1") == [(record, "")]


def test_what_is_tied_for_good_is_not_tied_again_elsewhere(world: World, kept: Evidence) -> None:
    kept.record(crossing("leg_1"))
    tie(world, kept, "leg_1", "case_1")
    kept.tied("leg_1")
    tie(world, kept, "leg_1", "case_2")
    assert tied(world, "case_2") == []


def test_tying_twice_is_tying_once(world: World, kept: Evidence) -> None:
    record = kept.record(crossing("leg_1"))
    for _ in range(2):
        tie(world, kept, "leg_1", "case_1", "leg_1")
    assert tied(world, "case_1") == [(record, "leg_1")]


def test_a_document_about_nothing_in_particular_is_kept_and_tied_to_nothing(world: World, kept: Evidence) -> None:
    assert kept.record(crossing(""))
    tie(world, kept, "", "case_1")
    assert tied(world, "case_1") == []


def test_nothing_noted_is_nothing_tied(world: World, kept: Evidence) -> None:
    tie(world, kept, "leg_unknown", "case_1")
    kept.tied("leg_unknown")
    assert tied(world, "case_1") == []


def test_what_nobody_comes_for_is_forgotten_the_oldest_first(
    world: World, kept: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_NOTED", 3)
    records = {about: kept.record(crossing(about)) for about in ("a", "b", "c", "d")}
    for about in records:
        tie(world, kept, about, f"case_{about}")
    assert [tied(world, f"case_{about}") for about in ("a", "d")] == [[], [(records["d"], "")]]


def test_many_threads_may_record_at_once(world: World, kept: Evidence) -> None:
    with ThreadPoolExecutor(8) as pool:
        records = set(pool.map(lambda _: kept.record(crossing("leg_1")), range(64)))
    tie(world, kept, "leg_1", "case_1")
    assert {record for record, _ in tied(world, "case_1")} == records
