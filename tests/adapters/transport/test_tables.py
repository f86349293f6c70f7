"""A party that reads and writes rows, played by a thread that moves them along as it would; on both databases."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, update

from adapters.transport.exchange import Call, UnansweredError, UnsentError
from adapters.transport.tables import Columns, TableTransport, table_of
from gateway.ports import Document

NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
DOCUMENT = Document("<申请/>".encode("gb18030"), "text/xml;charset=GBK")
COLUMNS = Columns(table="si_exchange", id="msgid", status="zt", written="0", answered="2", withdrawn="9")

Line = Callable[[str], TableTransport]


@pytest.fixture
def url(database_url: str) -> str:
    engine = create_engine(database_url)
    table_of(COLUMNS).metadata.create_all(engine)
    engine.dispose()
    return database_url


def call(seconds: float = 20, about: str = "leg_1") -> Call:
    return Call("EnrolWorker", NOW + timedelta(seconds=seconds), about)


@pytest.fixture
def line() -> Iterator[Line]:
    made: list[TableTransport] = []

    def opened(url: str) -> TableTransport:
        made.append(TableTransport("hebei", url, lambda: NOW, COLUMNS, "gb18030"))
        return made[-1]

    yield opened
    for each in made:
        each.close()


@contextmanager
def party(url: str, answer: Callable[[str], str | None]) -> Iterator[list[str]]:
    """A party that takes what was written; it answers unless `answer` gives nothing."""
    engine, table, taken, stop = create_engine(url), table_of(COLUMNS), list[str](), threading.Event()

    def work() -> None:
        while not stop.wait(0.01):
            with engine.begin() as connection:
                rows = connection.execute(select(table.c.msgid, table.c.content).where(table.c.zt == "0")).all()
                for name, content in rows:
                    taken.append(content)
                    given = answer(content)
                    state = {"zt": "1"} if given is None else {"zt": "2", "answer": given}
                    connection.execute(update(table).where(table.c.msgid == name).values(state))

    thread = threading.Thread(target=work)
    thread.start()
    yield taken
    stop.set()
    thread.join()
    engine.dispose()


def states(url: str) -> list[str]:
    engine, table = create_engine(url), table_of(COLUMNS)
    with engine.connect() as connection:
        found = [row[0] for row in connection.execute(select(table.c.zt))]
    engine.dispose()
    return found


def test_the_document_arrives_as_text_and_the_answer_comes_back_in_the_partys_bytes(url: str, line: Line) -> None:
    with party(url, lambda content: f"<答>{content}</答>") as taken:
        answer = line(url).post(DOCUMENT, call())
    assert taken == ["<申请/>"]
    assert answer.document.body == "<答><申请/></答>".encode("gb18030")


def test_a_row_that_nobody_takes_is_taken_back_and_nothing_was_sent(url: str, line: Line) -> None:
    with pytest.raises(UnsentError, match="taken back"):
        line(url).post(DOCUMENT, call(0.2))
    assert states(url) == ["9"]


def test_the_same_document_is_put_there_anew_once_the_party_is_back(url: str, line: Line) -> None:
    with pytest.raises(UnsentError):
        line(url).post(DOCUMENT, call(0.2))
    with party(url, lambda _: "done"):
        assert line(url).post(DOCUMENT, call()).body == b"done"
    assert states(url) == ["2"]


def test_a_row_that_was_taken_and_not_answered_leaves_doubt(url: str, line: Line) -> None:
    with party(url, lambda _: None), pytest.raises(UnansweredError) as doubt:
        line(url).post(DOCUMENT, call(1))
    assert doubt.value.timed_out
    assert states(url) == ["1"]


def test_a_document_that_is_not_text_of_the_party_is_unsent(url: str, line: Line) -> None:
    with pytest.raises(UnsentError, match="UnicodeDecodeError"):
        line(url).post(Document(b"\xff\xff\xff", "text/xml"), call())
    assert states(url) == []


def test_a_database_that_is_not_there_is_unsent_and_cannot_be_reached(line: Line) -> None:
    away = line("sqlite:////nowhere/at/all.db")
    with pytest.raises(UnsentError, match="could not be written"):
        away.post(DOCUMENT, call())
    with pytest.raises(UnsentError, match="cannot be read"):
        away.reach(NOW)


def test_a_table_that_is_there_can_be_reached(url: str, line: Line) -> None:
    line(url).reach(NOW)


def test_a_deadline_that_has_passed_is_unsent_and_nothing_is_written(url: str, line: Line) -> None:
    with pytest.raises(UnsentError, match="deadline"):
        line(url).post(DOCUMENT, call(0))
    assert states(url) == []
