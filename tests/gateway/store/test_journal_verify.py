import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, text

from gateway.store.journal_chain import record_hash, sha256
from gateway.store.journal_findings import Findings
from gateway.store.journal_seals import Seal, seal_after
from gateway.store.journal_tables import journal_records, journal_seal_heads, journal_seals
from gateway.store.journal_verify import verify
from tests.gateway.store.journals import (
    JournalUnderTest,
    crossing,
    journal_at,
    put_back,
    remove_seals,
    sealed_journal_at,
)

Row = dict[str, Any]


@pytest.fixture
def journal(empty_database_url: str, tmp_path: Path) -> Iterator[JournalUnderTest]:
    with sealed_journal_at(empty_database_url, tmp_path) as made:
        assert made.verify().problems == ()
        yield made


def records_of(journal: JournalUnderTest, process: str = "gateway") -> list[Row]:
    return [row for row in journal.rows(journal_records) if row["stream"].startswith(process)]


def other(value: Any) -> Any:
    """A value of the same type that is not the same."""
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    return value + 1000 if isinstance(value, int) else "x" + value[1:]


def rechained(rows: list[Row], previous: bytes) -> list[Row]:
    """The rows with hashes that follow from `previous`: what somebody who knows the chain would write."""
    made = []
    for row in rows:
        draft = crossing(**{name: row[name] for name in ("direction", "party", "message", "media_type", "at", "about")})
        previous = record_hash(previous, (row["stream"], row["number"]), draft, sha256(row["ciphertext"]))  # type: ignore[arg-type]  # `at` is a number here
        made.append(row | {"hash": previous})
    return made


def test_a_change_of_any_column_of_a_record_is_found(journal: JournalUnderTest) -> None:
    row = records_of(journal)[2]
    for column in row:
        with put_back(journal):
            journal.change(journal_records, row, **{column: other(row[column])})
            assert journal.kinds() & {"changed", "removed"}, column


def test_a_change_of_any_column_of_a_seal_is_found(journal: JournalUnderTest) -> None:
    row = journal.rows(journal_seals)[1]
    for column in ("at", "previous", "heads", "signature"):
        with put_back(journal):
            journal.change(journal_seals, row, **{column: other(row[column])})
            assert journal.kinds() == {"seal_forged"}, column


def test_a_change_of_any_column_of_a_sealed_head_is_found(journal: JournalUnderTest) -> None:
    row = journal.rows(journal_seal_heads)[1]
    for column in ("stream", "number", "hash"):
        with put_back(journal):
            journal.change(journal_seal_heads, row, **{column: other(row[column])})
            assert "seal_forged" in journal.kinds(), column


def test_the_report_names_the_record_that_was_changed(journal: JournalUnderTest) -> None:
    row = records_of(journal)[2]
    journal.change(journal_records, row, party="tianjin")
    (problem,) = journal.verify().problems
    assert (problem.kind, problem.stream, problem.number) == ("changed", row["stream"], 3)


def test_removal_is_found_at_either_end_and_in_the_middle(journal: JournalUnderTest) -> None:
    rows = records_of(journal)
    for numbers in ([1], [3], [2, 3, 4], [5], [3, 4, 5]):
        with put_back(journal):
            journal.delete(journal_records, *(rows[number - 1] for number in numbers))
            (problem,) = journal.verify().problems
            assert (problem.kind, problem.stream, problem.number) == ("removed", rows[0]["stream"], numbers[0])


def test_a_tail_is_protected_from_the_moment_at_which_it_is_sealed(journal: JournalUnderTest) -> None:
    journal.write(b"a", b"b", process="late")
    *_, tail = records_of(journal, "late")
    with put_back(journal):
        journal.delete(journal_records, tail)
        assert (journal.verify().ok, journal.verify().unsealed) == (True, 1)
    journal.seal()
    journal.delete(journal_records, tail)
    assert [(problem.kind, problem.number) for problem in journal.verify().problems] == [("removed", 2)]


def test_a_stream_that_was_removed_whole_is_found(journal: JournalUnderTest) -> None:
    rows = records_of(journal)
    journal.delete(journal_records, *rows)
    report = journal.verify()
    assert [(problem.kind, problem.stream, problem.number) for problem in report.problems] == [
        ("removed", rows[0]["stream"], 1)
    ]
    assert (report.records, report.streams) == (5, 2)


def test_a_stream_that_was_removed_with_its_sealed_heads_is_found(journal: JournalUnderTest) -> None:
    journal.delete(journal_records, *records_of(journal))
    journal.delete(
        journal_seal_heads, *(row for row in journal.rows(journal_seal_heads) if row["stream"].startswith("gateway"))
    )
    assert journal.kinds() == {"seal_forged"}


def test_insertion_in_the_middle_is_found(journal: JournalUnderTest) -> None:
    rows = records_of(journal)
    for row in reversed(rows[2:]):
        journal.change(journal_records, row, number=row["number"] + 1)
    journal.insert(journal_records, rows[1] | {"number": 3})
    assert "changed" in journal.kinds()


def test_insertion_in_the_middle_with_all_hashes_made_anew_is_found_through_the_seals(
    journal: JournalUnderTest,
) -> None:
    rows = records_of(journal)
    journal.delete(journal_records, *rows)
    longer = [*rows[:2], rows[1], *rows[2:]]
    numbered = [row | {"number": number} for number, row in enumerate(longer, start=1)]
    journal.insert(journal_records, *rechained(numbered, bytes(32)))
    assert journal.kinds() == {"changed"}


def test_insertion_at_either_end_is_found(journal: JournalUnderTest) -> None:
    row = records_of(journal)[1]
    for number, kind in ((0, "inserted"), (-5, "inserted"), (6, "changed")):
        with put_back(journal):
            journal.insert(journal_records, row | {"number": number})
            assert [(problem.kind, problem.number) for problem in journal.verify().problems] == [(kind, number)]


def test_reordering_is_found(journal: JournalUnderTest) -> None:
    rows = records_of(journal)
    journal.delete(journal_records, rows[1], rows[2])
    journal.insert(journal_records, rows[1] | {"number": 3}, rows[2] | {"number": 2})
    assert journal.kinds() == {"changed"}


def test_a_change_with_all_later_hashes_made_anew_is_found_through_the_seals(journal: JournalUnderTest) -> None:
    rows = records_of(journal)
    forged = rechained([rows[1] | {"party": "tianjin"}, *rows[2:]], rows[0]["hash"])
    for row in forged:
        journal.change(journal_records, row, party=row["party"], hash=row["hash"])
    assert [(problem.kind, problem.number) for problem in journal.verify().problems] == [("changed", 3), ("changed", 5)]


def test_seals_signed_by_somebody_else_are_found(journal: JournalUnderTest) -> None:
    report = verify(journal.engine, Ed25519PrivateKey.generate().public_key(), journal.outside)
    assert [(problem.kind, problem.number) for problem in report.problems] == [
        ("seal_forged", number) for number in (3, 1, 2, 3)
    ]


def test_a_seal_put_behind_the_last_one_is_found(journal: JournalUnderTest) -> None:
    forged = seal_after(None, 0, []).signed(Ed25519PrivateKey.generate())
    row = {"at": forged.at, "previous": forged.previous, "heads": forged.heads, "signature": forged.signature}
    journal.insert(journal_seals, row | {"number": 4})
    assert journal.kinds() == {"seal_forged"}


def test_a_seal_of_our_own_from_another_course_of_events_is_found(journal: JournalUnderTest) -> None:
    row = journal.rows(journal_seals)[1]
    stranger = Seal(2, row["at"] + 1, row["previous"], row["heads"]).signed(journal.signing_key)
    journal.change(journal_seals, row, at=stranger.at, signature=stranger.signature)
    assert [(problem.kind, problem.number) for problem in journal.verify().problems] == [("seal_forged", 3)]


def test_a_seal_missing_in_the_middle_is_found(journal: JournalUnderTest) -> None:
    remove_seals(journal, lambda number: number != 2)
    assert [(problem.kind, problem.number) for problem in journal.verify().problems] == [("seal_removed", 2)]


def test_the_last_seal_missing_is_found_through_the_one_outside(journal: JournalUnderTest) -> None:
    remove_seals(journal, lambda number: number != 3)
    assert [(problem.kind, problem.number) for problem in journal.verify().problems] == [("set_back", 3)]


def test_a_truncated_table_of_seals_is_found_through_the_one_outside(journal: JournalUnderTest) -> None:
    remove_seals(journal, lambda _: False)
    report = journal.verify()
    assert ([problem.kind for problem in report.problems], report.unsealed) == (["set_back"], 10)


def test_an_older_copy_of_the_whole_database_is_found_through_the_seal_outside(journal: JournalUnderTest) -> None:
    older = journal.copy()
    journal.write(b"later")
    journal.seal()
    journal.put_back(older)
    (problem,) = journal.verify().problems
    assert (problem.kind, problem.number) == ("set_back", 4)


def test_an_older_copy_that_was_written_and_sealed_on_is_found_through_the_seal_outside(
    journal: JournalUnderTest, tmp_path: Path
) -> None:
    older = journal.copy()
    journal.write(b"later")
    journal.seal()
    journal.put_back(older)
    journal.write(b"otherwise")
    journal.sealer(tmp_path / "elsewhere.log").seal()
    assert journal.kinds() == {"seal_forged"}


def test_heads_without_their_seal_are_found(empty_sqlite_url: str, tmp_path: Path) -> None:
    with journal_at(empty_sqlite_url, tmp_path) as journal:
        journal.write(b"a")
        journal.seal()
        stray = {"seal": 7, "stream": "gateway_x", "number": 1, "hash": bytes(32)}
        with journal.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # SQLite's own
            connection.execute(journal_seal_heads.insert(), stray)
            connection.commit()
        assert journal.kinds() == {"seal_removed", "removed"}


def test_a_missing_file_outside_is_said_to_be_missing(journal: JournalUnderTest) -> None:
    journal.outside.unlink()
    assert journal.kinds() == {"outside_missing"}


def test_a_forged_seal_outside_is_found(journal: JournalUnderTest) -> None:
    seal = json.loads(journal.outside.read_bytes().splitlines()[-1])
    for name, value in seal.items():
        changed = value - 1 if isinstance(value, int) else value[:-1] + "g"
        for content in (seal | {name: changed}, seal | {name: "00"}, {name: value}):
            journal.outside.write_text(json.dumps(content) + "\n", encoding="ascii")
            assert journal.kinds() == {"seal_forged"}, content


def test_a_journal_never_used_is_in_order(empty_database_url: str, tmp_path: Path) -> None:
    with journal_at(empty_database_url, tmp_path) as journal:
        report = journal.verify()
        assert (report.ok, report.records, report.streams, report.seals) == (True, 0, 0, 0)


@pytest.mark.parametrize("value", ["'text'", "x'00ff'", "1e300", "x'80'"])
@pytest.mark.parametrize("table", [journal_records, journal_seals, journal_seal_heads], ids=lambda table: table.name)
def test_values_of_a_wrong_type_are_found_and_do_not_end_verification(
    empty_sqlite_url: str, tmp_path: Path, table: Table, value: str
) -> None:
    with journal_at(empty_sqlite_url, tmp_path) as journal:
        journal.write(b"a", b"b")
        journal.seal()
        before = journal.copy()
        for column in table.columns:
            with journal.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # SQLite's own
                first = f"(SELECT min(rowid) FROM {table.name})"  # noqa: S608 - names out of our own tables
                connection.execute(text(f"UPDATE {table.name} SET {column.name} = {value} WHERE rowid = {first}"))  # noqa: S608 - as above
                connection.commit()
            assert not journal.verify().ok, column.name
            journal.put_back(before)
            assert journal.verify().ok


def test_a_list_of_problems_has_an_end() -> None:
    findings = Findings()
    for number in range(2000):
        findings.add("changed", "stream", number, "")
    problems = findings.report().problems
    assert (len(problems), problems[-1].kind) == (1001, "more")
