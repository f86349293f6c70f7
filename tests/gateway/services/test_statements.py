"""Statements are taken in once, whole or not at all, and a superseding one tells what it changes."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from gateway.errors import GatewayError
from gateway.mapping.statement_differences import Differences
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.model.statement import StatementRow
from gateway.model.values import Money
from gateway.services import statements as intake
from gateway.services.runtime import Runtime
from gateway.services.statements import faults_of, take_in
from gateway.store import statements
from gateway.store.statements import StatementRowKept
from tests.gateway.mapping.statements import KEY, LAYOUTS, chunks, layout, row, written
from tests.gateway.services.conftest import World
from tests.rules.tree import ROOT

HUNAN = layout("tax-hunan")
ROWS = [row(1), row(2), row(3)]


@pytest.fixture
def runtime(world: World, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The world two days after the statements' day; files are kept in pieces of a few hundred bytes."""
    world.clock.at = datetime(2026, 11, 22, 1, tzinfo=UTC)
    monkeypatch.setattr(intake, "PIECE", 300)
    secrets = {key_setting(party): KEY.decode() for party in LAYOUTS}
    settings = replace(world.runtime.settings, parties=secrets)
    return replace(world.runtime, settings=settings, statements=layouts(ROOT / "mappings"))


def take(runtime: Runtime, body: bytes, party: str = "tax-hunan") -> StatementRowKept:
    return take_in(runtime, party, chunks(body, 128), "upload")


def all_of(runtime: Runtime) -> list[StatementRowKept]:
    with runtime.store.reading() as tx:
        return list(statements.page(tx, party=None, day=None, state=None, before=None, size=100))


def bytes_of(runtime: Runtime, kept: StatementRowKept) -> bytes:
    return b"".join(statements.pieces(runtime.store, kept.id, kept.pieces))


def sheet(runtime: Runtime, kept: StatementRowKept) -> dict[str, object]:
    with runtime.store.reading() as tx:
        found: dict[str, object] = msgspec.json.decode(statements.differences_of(tx, kept) or b"null")
    return found


def codes(runtime: Runtime, kept: StatementRowKept) -> list[str]:
    with runtime.store.reading() as tx:
        return [fault.code for fault in faults_of(tx, kept)]


@pytest.mark.parametrize("party", LAYOUTS)
def test_a_right_file_is_kept_with_all_its_bytes_in_sealed_pieces(runtime: Runtime, party: str) -> None:
    body = written(ROWS, layout(party))
    kept = take(runtime, body, party)
    assert (kept.state, kept.party, kept.day, kept.part, kept.sequence) == ("kept", party, "2026-11-20", 1, 1)
    assert (kept.rows, kept.fen, kept.size) == (3, 3 * 96000 + 6, len(body))
    assert kept.pieces > 1
    assert bytes_of(runtime, kept) == body


def test_the_same_bytes_twice_are_one_statement(runtime: Runtime) -> None:
    body = written(ROWS, HUNAN)
    assert take(runtime, body) == take(runtime, body)
    assert len(all_of(runtime)) == 1


def test_a_file_with_faults_is_kept_and_refused_whole(runtime: Runtime) -> None:
    body = written(ROWS, HUNAN).replace(b"960.02", b"960.2")
    kept = take(runtime, body)
    assert kept.state == "refused"
    assert codes(runtime, kept) == ["statement_value", "statement_signature"]
    assert bytes_of(runtime, kept) == body


def test_what_was_refused_is_checked_anew_when_it_comes_again(runtime: Runtime) -> None:
    body = written(ROWS, HUNAN)
    other = replace(runtime, settings=replace(runtime.settings, parties={key_setting("tax-hunan"): "another"}))
    before = take(other, body)
    assert before.state == "refused"
    after = take(runtime, body)
    assert (after.id, after.state, codes(runtime, after)) == (before.id, "kept", [])
    assert bytes_of(runtime, after) == body


def test_a_superseding_file_takes_the_place_of_the_other_and_tells_what_it_changes(runtime: Runtime) -> None:
    first = take(runtime, written(ROWS, HUNAN))
    changed = [row(1), row(2, amount=Money(1), name="陈二"), row(3, voucher_number="343012611000009999")]
    second = take(runtime, written(changed, HUNAN, sequence=2))
    assert (second.state, second.supersedes) == ("kept", first.id)
    with runtime.store.reading() as tx:
        before = statements.get(tx, first.id)
    assert before is not None
    assert (before.state, before.superseded_by) == ("superseded", second.id)
    assert bytes_of(runtime, before) == written(ROWS, HUNAN), "never a rewrite"
    assert sheet(runtime, second) == {
        "only_before": 1,
        "only_after": 1,
        "changed": 1,
        "rows": [
            {"kind": "only_before", "line_before": 4, "line_after": None, "fields": []},
            {"kind": "changed", "line_before": 3, "line_after": 3, "fields": ["amount", "name"]},
            {"kind": "only_after", "line_before": None, "line_after": 4, "fields": []},
        ],
        "more": False,
    }


def test_the_superseded_file_again_changes_nothing(runtime: Runtime) -> None:
    first = take(runtime, written(ROWS, HUNAN))
    second = take(runtime, written(ROWS[:2], HUNAN, sequence=2))
    again = take(runtime, written(ROWS, HUNAN))
    assert (again.id, again.state) == (first.id, "superseded")
    assert {each.id: each.state for each in all_of(runtime)} == {second.id: "kept", first.id: "superseded"}


@pytest.mark.parametrize(
    ("party", "line", "before"),
    [("tax-hunan", 1, b"|1|1|"), ("tax-beijing", 3, b'PackNo="1" ChildPackNum="1" PackNo="')],
)
def test_another_file_with_the_same_sequence_is_refused_and_the_first_one_stands(
    runtime: Runtime, party: str, line: int, before: bytes
) -> None:
    first = take(runtime, written(ROWS, layout(party)), party)
    body = written(ROWS[:2], layout(party))
    second = take(runtime, body, party)
    with runtime.store.reading() as tx:
        (fault,) = faults_of(tx, second)
        standing = statements.standing(tx, party, "2026-11-20", 1)
    assert (second.state, fault.code, fault.line) == ("refused", "statement_sequence", line)
    assert fault.byte == body.index(before) + len(before)
    assert standing is not None
    assert standing.id == first.id


def test_parts_and_parties_are_none_of_one_anothers_business(runtime: Runtime) -> None:
    for party in LAYOUTS:
        for part in (1, 2):
            assert take(runtime, written(ROWS, layout(party), part=part, parts=2), party).state == "kept"
    assert len(all_of(runtime)) == 2 * len(LAYOUTS)


def test_a_file_that_breaks_off_leaves_nothing(runtime: Runtime) -> None:
    def half() -> Iterator[bytes]:
        yield written(ROWS, HUNAN)[:600]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        take_in(runtime, "tax-hunan", half(), "upload")
    with runtime.store.reading() as tx:
        assert statements.abandoned(tx, datetime(2027, 1, 1, tzinfo=UTC)) == []
    assert all_of(runtime) == []


def test_a_party_without_statements_and_a_key_that_is_not_set_are_named_before_a_byte_is_read(runtime: Runtime) -> None:
    asked: list[bytes] = []

    def nothing() -> Iterator[bytes]:
        asked.append(b"")
        yield b""

    with pytest.raises(GatewayError, match="there are agency-hunan"):
        take_in(runtime, "zhejiang", nothing(), "upload")
    bare = replace(runtime, settings=replace(runtime.settings, parties={}))
    with pytest.raises(GatewayError, match="PARTY_TAX_HUNAN_STATEMENT_SECRET"):
        take_in(bare, "tax-hunan", nothing(), "upload")
    assert asked == []


def test_a_large_file_is_compared_in_runs_on_disk() -> None:
    before: list[StatementRow] = [row(number) for number in range(1, 41)]
    found = Differences(run=7)
    for line, each in enumerate(before):
        found.before(line, each)
    for line, each in enumerate(reversed(before[1:])):
        found.after(line, each)
    made = found.sheet()
    assert (made["only_before"], made["only_after"], made["changed"]) == (1, 0, 0)


def together(runtime: Runtime, *bodies: bytes) -> list[StatementRowKept]:
    """Take in several files at the same moment."""
    begin = threading.Barrier(len(bodies))

    def taken(body: bytes) -> StatementRowKept:
        begin.wait()
        return take(runtime, body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(taken, bodies))


def test_the_same_bytes_at_the_same_moment_are_one_statement(runtime: Runtime) -> None:
    assert len({each.id for each in together(runtime, *[written(ROWS, HUNAN)] * 4)}) == 1
    assert [each.state for each in all_of(runtime)] == ["kept"]


def test_of_two_files_for_one_part_at_the_same_moment_one_is_kept_and_one_refused(runtime: Runtime) -> None:
    made = together(runtime, written(ROWS, HUNAN), written(ROWS[:2], HUNAN))
    assert sorted(each.state for each in made) == ["kept", "refused"]
    (refused,) = (each for each in made if each.state == "refused")
    assert codes(runtime, refused) == ["statement_sequence"]
