"""A party that moved to a newer version: a case keeps the one it began with."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.directory import load
from adapters.party import read_profile
from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.model.handles import new_handle
from gateway.model.person import Warrant
from gateway.model.province import FindWorker
from gateway.ports import OutcomeKind, Party, Work
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import MemoryAttempt, MemoryJournal, work
from tests.adapters.people import ENROL, FIND_COVER, WORKER
from tests.adapters.test_contract_versions import CHANGES
from tests.sandbox.started import NS, Sandbox, standing

MOVED = datetime(2026, 6, 1, tzinfo=UTC)
OLD, NEW = MOVED - timedelta(milliseconds=1), MOVED
BEFORE = '    - {version: "1.1", until: 2026-06-01T00:00:00+00:00}'


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A deployment whose Zhejiang moved to 1.2 in June."""
    for part in ("dialects/gateway", "provinces/zhejiang"):
        shutil.copytree(MAPPINGS / part, tmp_path / part)
    path = tmp_path / "provinces" / "zhejiang" / "party.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    moved = [BEFORE if line.startswith("    - {version:") else line for line in lines]
    assert moved != lines
    path.write_text("\n".join(moved), encoding="utf-8")
    return tmp_path


@pytest.fixture
def started() -> Iterator[tuple[Sandbox, MemoryJournal]]:
    with standing() as sandbox:
        yield sandbox, MemoryJournal()


def zhejiang(mappings: Path, started: tuple[Sandbox, MemoryJournal]) -> Party:
    sandbox, journal = started
    given = {
        "PARTY_ZHEJIANG_URL": f"http://127.0.0.1:{sandbox.port}/zhejiang/soap",
        "PARTY_ZHEJIANG_SECRET": "sandbox-zhejiang",
    }
    return load(mappings, given, gateway_dialects(), journal, now)["zhejiang"]


def leg(message: object, began: datetime, name: str = "leg_1") -> Work:
    deadline = now() + timedelta(seconds=20)
    attempt = MemoryAttempt(id=name)
    return replace(work(message, attempt), case=new_handle("case", began), deadline=deadline)


def spoken(journal: MemoryJournal) -> list[str]:
    """The version of each document, in the order in which they crossed the border."""
    return ["1.1" if NS.encode() in each.body else "1.2" for each in journal.crossings]


@pytest.mark.parametrize(("began", "version"), [(OLD, "1.1"), (NEW, "1.2")])
def test_a_case_is_told_and_asked_about_in_the_version_in_which_it_began(
    mappings: Path, started: tuple[Sandbox, MemoryJournal], began: datetime, version: str
) -> None:
    party, (_, journal) = zhejiang(mappings, started), started
    one = leg(ENROL, began)
    assert party.deliver([one])[0].kind is OutcomeKind.ACCEPTED
    assert party.inquire(one).kind is OutcomeKind.ACCEPTED
    assert spoken(journal) == [version] * 4


def test_works_of_old_and_new_cases_come_back_in_their_order(
    mappings: Path, started: tuple[Sandbox, MemoryJournal]
) -> None:
    party, (sandbox, journal) = zhejiang(mappings, started), started
    messages = [replace(ENROL, reference=f"r-{number}") for number in range(4)]
    works = [leg(each, OLD if at % 2 else NEW, f"leg_{at}") for at, each in enumerate(messages)]
    outcomes = party.deliver(works)
    told = [outcome.reply.reference for outcome in outcomes if outcome.reply is not None]
    assert told == ["r-0", "r-1", "r-2", "r-3"]
    assert sorted(spoken(journal)) == ["1.1"] * 4 + ["1.2"] * 4
    assert sandbox.count("zhejiang", "registered", "r-0") == 1


def test_what_the_old_version_does_not_carry_is_said_in_the_new_one(
    mappings: Path, started: tuple[Sandbox, MemoryJournal]
) -> None:
    party, (_, journal) = zhejiang(mappings, started), started
    party.deliver([leg(ENROL, OLD)])
    assert party.deliver([leg(CHANGES["suspended"], OLD, "leg_2")])[0].kind is OutcomeKind.ACCEPTED
    assert spoken(journal) == ["1.1", "1.1", "1.2", "1.2"]


def test_questions_belong_to_no_case_and_are_asked_in_the_newest(
    mappings: Path, started: tuple[Sandbox, MemoryJournal]
) -> None:
    party, (_, journal) = zhejiang(mappings, started), started
    party.ask(FindWorker(WORKER, Warrant(FIND_COVER.warrant.purpose, "c")), now() + timedelta(seconds=20))
    assert spoken(journal) == ["1.2", "1.2"]
    assert (party.dialect.version, "GetRights" in party.supports, party.check()) == ("1.2", True, "")


def test_a_date_without_an_offset_is_refused_at_its_line(mappings: Path) -> None:
    path = mappings / "provinces" / "zhejiang" / "party.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("T00:00:00+00:00", "T00:00:00"), encoding="utf-8")
    with pytest.raises(GatewayError, match="offset"):
        read_profile(path)


def test_a_version_that_is_not_there_leaves_the_party_out(
    mappings: Path, started: tuple[Sandbox, MemoryJournal], caplog: pytest.LogCaptureFixture
) -> None:
    path = mappings / "provinces" / "zhejiang" / "party.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('version: "1.1"', 'version: "1.0"'), encoding="utf-8")
    with pytest.raises(KeyError):
        zhejiang(mappings, started)
    assert "no dialect gateway/1.0" in caplog.text
