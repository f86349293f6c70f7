"""Statements become sides: the bulk reader and the strict one give the same rows, and no number of a person is left."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from operator import itemgetter
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from gateway.batch.engine import EngineError
from gateway.batch.statement import BulkStatement, read_statement
from gateway.errors import GatewayError
from gateway.mapping.statement_layout import Layout, key_setting
from gateway.mapping.statement_writer import write_statement
from gateway.model.reconciliation import Book
from gateway.model.statement import StatementRow
from gateway.services import reconcile_statements
from gateway.services.reconcile_statements import books_of, statement_rows
from gateway.services.runtime import Runtime
from gateway.services.statements import take_in
from gateway.store.statements import StatementRowKept
from tests.gateway.batch.stated import stated_rows
from tests.gateway.mapping.statements import KEY, head, row
from tests.gateway.services.conftest import World
from tests.gateway.services.ledgers import owe, pay, receipt, state, stated
from tests.gateway.services.reconciled import MONDAY, kept, kinds, reconciling, run

pytestmark = pytest.mark.usefixtures("one_engine")
HUNAN = "tax-hunan"
SEQUENCES = count(1)
BOTH_WAYS = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    made = reconciling(world, tmp_path)
    world.clock.at = datetime(2026, 11, 22, 1, tzinfo=UTC)
    return replace(
        made,
        settings=replace(made.settings, parties={**made.settings.parties, key_setting("tax-sichuan"): KEY.decode()}),
    )


@pytest.fixture
def bulk(monkeypatch: pytest.MonkeyPatch) -> list[BulkStatement | None]:
    """What the bulk reader gave, file by file."""
    given_back: list[BulkStatement | None] = []

    def reading(*asked: object) -> BulkStatement | None:
        given_back.append(read_statement(*asked))  # type: ignore[arg-type]  # passed on as they come
        return given_back[-1]

    monkeypatch.setattr(reconcile_statements, "read_statement", reading)
    return given_back


def taken_in(runtime: Runtime, rows: list[StatementRow], layout: Layout, sequence: int = 1) -> StatementRowKept:
    body = write_statement(head(layout.party, sequence=sequence), rows, layout, KEY)
    found = take_in(runtime, layout.party, body, "upload")
    assert found.state == "kept", found
    return found


def folder_of(runtime: Runtime, layout: Layout) -> Path:
    return runtime.settings.var / "reconciliation" / "statements" / layout.party


def all_rows(runtime: Runtime, layout: Layout, found: StatementRowKept) -> dict[Book, list[tuple[object, ...]]]:
    """The rows of every book in the order of their lines, with the types of their columns before them."""
    tables = {book: duckdb.read_parquet(str(statement_rows(runtime, layout, found, book))) for book in books_of(layout)}
    return {
        book: [(table.columns, table.types), *sorted(table.fetchall(), key=itemgetter(0))]
        for book, table in tables.items()
    }


@pytest.mark.parametrize(
    ("party", "side"),
    [
        (HUNAN, Book.RECEIPT),
        (HUNAN, Book.AGENCY),
        ("tax-sichuan", Book.RECEIPT),
        ("tax-guangdong", Book.RECEIPT),
        ("treasury-hunan", Book.TREASURY),
    ],
)
@BOTH_WAYS
@given(rows=stated_rows("张三湘骑億㛃·A b'"))
def test_both_readers_give_the_same_rows_of_every_book(
    runtime: Runtime, bulk: list[BulkStatement | None], party: str, side: Book, rows: list[StatementRow]
) -> None:
    layout = replace(runtime.statements[party], side=side)
    number = next(SEQUENCES)
    found = taken_in(runtime, rows, layout, number)
    in_bulk = all_rows(runtime, layout, found)
    assert bulk.pop() is not None
    elsewhere = replace(runtime, settings=replace(runtime.settings, var_dir=f"{runtime.settings.var}-{number}"))
    with pytest.MonkeyPatch.context() as strictly:
        strictly.setattr(reconcile_statements, "read_statement", lambda *_: None)
        assert all_rows(elsewhere, layout, found) == in_bulk


def test_what_the_bulk_reader_does_not_take_is_read_strictly(
    runtime: Runtime, bulk: list[BulkStatement | None]
) -> None:
    layout = runtime.statements["tax-guangdong"]
    found = taken_in(runtime, [row(1, name="张,三"), row(2)], layout)
    assert [each[0] for each in all_rows(runtime, layout, found)[Book.TREASURY][1:]] == [1, 2]
    assert bulk == [None]


def test_the_bytes_lie_in_a_file_without_a_name_while_they_are_read_and_nothing_of_them_is_left(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = runtime.statements[HUNAN]
    folder = folder_of(runtime, layout)
    found = taken_in(runtime, [row(1), row(2)], layout)
    number = row(1).tax_person_number.encode()

    def reading(*asked: object) -> BulkStatement | None:
        source = asked[1]
        assert isinstance(source, Path)
        assert number in source.read_bytes()
        assert (source.stat().st_mode & 0o777, source.stat().st_nlink) == (0o600, 0)
        made = read_statement(*asked)  # type: ignore[arg-type]  # passed on as they come
        assert [file for file in folder.rglob("*") if file.is_file() and number in file.read_bytes()] == []
        return made

    monkeypatch.setattr(reconcile_statements, "read_statement", reading)
    all_rows(runtime, layout, found)
    assert sorted(file.name for file in folder.iterdir()) == [
        f"{found.id}.{book}.parquet" for book in ("receipt", "treasury")
    ]


def test_a_reading_that_fails_leaves_nothing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = runtime.statements[HUNAN]
    found = taken_in(runtime, [row(1)], layout)

    def full(*_: object) -> None:
        raise EngineError("the disk is full")

    monkeypatch.setattr(reconcile_statements, "put_together", full)
    with pytest.raises(EngineError, match="full"):
        statement_rows(runtime, layout, found, Book.RECEIPT)
    assert list(folder_of(runtime, layout).iterdir()) == []


@pytest.mark.parametrize("changed", ["key", "hash"])
def test_a_statement_that_does_not_read_as_it_did_is_refused(runtime: Runtime, changed: str) -> None:
    layout = runtime.statements[HUNAN]
    found = taken_in(runtime, [row(1)], layout)
    other = replace(runtime, settings=replace(runtime.settings, parties={key_setting(HUNAN): "another"}))
    values = {name: getattr(found, name) for name in StatementRowKept.__slots__}
    unlike = StatementRowKept(**{**values, "sha256": "0" * 64})
    with pytest.raises(GatewayError) as told:
        statement_rows(*((other, layout, found) if changed == "key" else (runtime, layout, unlike)), Book.RECEIPT)
    assert told.value.kind.code == "reconciliation_source_changed"
    assert list(folder_of(runtime, layout).iterdir()) == []


def test_a_book_that_is_missing_is_written_again_beside_the_other(runtime: Runtime) -> None:
    layout = runtime.statements[HUNAN]
    found = taken_in(runtime, [row(1)], layout)
    before = all_rows(runtime, layout, found)
    statement_rows(runtime, layout, found, Book.TREASURY).unlink()
    assert all_rows(runtime, layout, found) == before


def test_ledger_and_a_statement_read_in_bulk_name_the_same_person_the_same(
    world: World, runtime: Runtime, bulk: list[BulkStatement | None]
) -> None:
    for number in (1, 2):
        levy = owe(runtime, number, HUNAN, "430100")
        pay(world, runtime, receipt(number, MONDAY), levy, HUNAN)
    agency = row().agency
    other = stated(2, MONDAY, agency=agency, tax_person_number="T00000009")
    state(world, runtime, MONDAY, [stated(1, MONDAY, agency=agency), other], HUNAN)
    run(world, runtime, MONDAY, party=HUNAN)
    (read,) = bulk
    assert read is not None
    assert kinds(kept(runtime)) == {"wrong_person": "open"}
