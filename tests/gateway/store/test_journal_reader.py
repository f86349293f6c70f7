from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.store.journal_reader import destroy_keys, link, linked, read
from gateway.store.journal_tables import JOURNAL_TABLES, journal_keys, journal_records
from gateway.store.work import Tx
from tests.gateway.store.journals import START, JournalUnderTest, journal_at


@pytest.fixture
def journal(empty_database_url: str, tmp_path: Path) -> Iterator[JournalUnderTest]:
    with journal_at(empty_database_url, tmp_path) as made:
        yield made


def test_nothing_personal_stands_in_the_database_in_the_clear(journal: JournalUnderTest, tmp_path: Path) -> None:
    personal = [b"11010519900307881X", "张晓明".encode(), b"13800138000"]
    journal.write(*personal, b"".join(personal))
    journal.seal()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    values = b"".join(repr(journal.rows(table)).encode() for table in JOURNAL_TABLES)
    raw = b"".join(row["ciphertext"] for row in journal.rows(journal_records))
    assert [
        secret for secret in personal if secret in files + values + raw or repr(secret)[2:-1].encode() in values
    ] == []


def test_a_destroyed_key_ends_reading_and_leaves_the_chain_whole(journal: JournalUnderTest) -> None:
    kept_as_theirs, tied_later, other = journal.write(b"a", b"b", b"c", person=("wrk_1", "", ""))
    with journal.engine.connect() as connection, connection.begin():
        tx = Tx(connection, journal.keys, START)
        link(tx, tied_later, case="case_1", person="wrk_1")
        link(tx, other, case="case_1", person="wrk_2")
        assert destroy_keys(tx, "wrk_1") == 2
        assert destroy_keys(tx, "wrk_1") == 0
    with pytest.raises(GatewayError, match="key"):
        read(journal.engine, journal.keys, kept_as_theirs)
    with pytest.raises(GatewayError, match="key"):
        read(journal.engine, journal.keys, tied_later)
    assert read(journal.engine, journal.keys, other) == b"c"
    assert journal.verify().problems == ()


def test_a_key_wrapped_anew_still_opens_its_record(journal: JournalUnderTest) -> None:
    (record,) = journal.write(b"a")
    row = journal.rows(journal_keys)[0]
    journal.change(journal_keys, row, wrapped=journal.keys.rewrap(row["wrapped"]))
    assert read(journal.engine, journal.keys, record) == b"a"


def test_a_changed_record_cannot_be_read(journal: JournalUnderTest) -> None:
    (record,) = journal.write(b"a")
    row = journal.rows(journal_records)[0]
    journal.change(journal_records, row, ciphertext=bytes(len(row["ciphertext"])))
    with pytest.raises(GatewayError) as caught:
        read(journal.engine, journal.keys, record)
    assert caught.value.kind.code == "sealed_unreadable"


@pytest.mark.parametrize("record", ["gateway_unknown.1", "no number", "", "a.b"])
def test_an_unknown_record_is_said_to_be_so(journal: JournalUnderTest, record: str) -> None:
    with pytest.raises(GatewayError) as caught:
        read(journal.engine, journal.keys, record)
    assert caught.value.kind.code == "not_found"


def test_records_are_found_by_the_case_that_they_were_linked_to(journal: JournalUnderTest) -> None:
    first, second, _ = journal.write(b"a", b"b", b"c")
    with journal.engine.connect() as connection, connection.begin():
        tx = Tx(connection, journal.keys, START)
        link(tx, second, case="case_1", leg="leg_1")
        link(tx, first, case="case_1")
        link(tx, first, case="case_1")
        link(tx, first, case="case_2")
    with journal.engine.connect() as connection:
        assert linked(connection, "case_1") == ((first, ""), (second, "leg_1"))
