import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, text

from gateway.errors import GatewayError
from gateway.store import journal as journal_module
from gateway.store import journal_queue
from gateway.store.journal_chain import draft_of, place_of
from gateway.store.journal_queue import Request, RequestQueue
from gateway.store.journal_reader import read
from gateway.store.journal_tables import journal_keys, journal_records
from tests.gateway.store.journals import START, JournalUnderTest, crossing, journal_at
from tests.harness.network import child_environment

ROOT = Path(__file__).parents[3]


@pytest.fixture
def journal(empty_database_url: str, tmp_path: Path) -> Iterator[JournalUnderTest]:
    with journal_at(empty_database_url, tmp_path) as made:
        yield made


def started(journal: JournalUnderTest, deed: str, count: int, **environment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.gateway.store.journal_process"]
    return subprocess.Popen(
        [*command, journal.url, str(journal.key_file), deed, str(count)],
        cwd=ROOT,
        env=child_environment(**environment),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process: "subprocess.Popen[str]") -> list[str]:
    output, _ = process.communicate()
    assert process.returncode == 0
    return output.split()


def test_a_record_is_read_back_byte_for_byte(journal: JournalUnderTest) -> None:
    bodies = [b"", b"\x00\xff" * 7, "<姓名>张三</姓名>".encode("gbk"), b"x" * 300_000]
    assert [read(journal.engine, journal.keys, record) for record in journal.write(*bodies)] == bodies


def test_records_of_a_stream_are_numbered_from_one_and_a_new_writer_opens_a_new_stream(
    journal: JournalUnderTest,
) -> None:
    first, second = journal.write(b"a", b"b"), journal.write(b"c", process="worker")
    assert [place_of(record)[1] for record in (*first, *second)] == [1, 2, 1]
    assert place_of(second[0])[0].startswith("worker_")
    assert len({place_of(record)[0] for record in (*first, *second)}) == 2


def test_what_is_kept_beside_the_body_is_what_crossed(journal: JournalUnderTest) -> None:
    journal.write(b"a")
    row = journal.rows(journal_records)[0]
    kept = {name: row[name] for name in ("direction", "party", "message", "media_type", "about", "at")}
    assert kept == {
        "direction": "out",
        "party": "zhejiang",
        "message": "EnrolWorker",
        "media_type": "text/xml; charset=utf-8",
        "about": "leg_1",
        "at": int(START.timestamp()) * 1_000_000,
    }
    assert journal.rows(journal_keys)[0]["person"] == "wrk_1"


def test_many_threads_share_one_stream_without_a_gap(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    with ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(lambda number: writer.record(crossing(b"%d" % number)), range(320)))
    writer.close()
    assert [read(journal.engine, journal.keys, record) for record in ids] == [b"%d" % number for number in range(320)]
    assert sorted(place_of(record)[1] for record in ids) == list(range(1, 321))
    assert journal.verify().problems == ()


def test_several_records_handed_in_together_stand_together(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    with ThreadPoolExecutor(8) as threads:
        groups = list(threads.map(lambda _: writer.record_many([crossing()] * 5), range(20)))
    writer.close()
    for group in groups:
        numbers = [place_of(record)[1] for record in group]
        assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert writer.record_many([]) == ()


def test_what_is_handed_in_is_durable_once_it_was_waited_for_and_in_order(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    kept = [writer.hand_in(crossing(b"%d" % number)) for number in range(50)]
    writer.flush()
    assert len(journal.rows(journal_records)) == 50
    ids = [record for each in kept for record in each.wait()]
    assert [read(journal.engine, journal.keys, record) for record in ids] == [b"%d" % number for number in range(50)]
    assert [each.wait() for each in kept] == [(record,) for record in ids], "whoever asks later is told the same"
    writer.close()


def test_what_is_handed_in_and_cannot_be_kept_is_told_to_whoever_waits(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    writer.record(crossing())
    rename(journal, "journal_keys", "elsewhere")
    lost = writer.hand_in(crossing())
    for wait in (lost.wait, writer.flush):
        with pytest.raises(GatewayError, match="journal"):
            wait()
    rename(journal, "elsewhere", "journal_keys")
    writer.record(crossing())
    writer.flush()
    writer.close()


def test_nothing_handed_in_is_waited_for_by_nobody(journal: JournalUnderTest) -> None:
    journal.writer().flush()


def test_every_commit_passes_its_points(journal: JournalUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[tuple[str, int]] = []
    monkeypatch.setattr(journal_module, "passing", lambda name: passed.append((name, 0)))
    journal.write(b"a")
    assert [name for name, _ in passed] == ["journal.commit.before", "journal.commit.after"]


def test_a_failing_database_is_told_to_each_waiting_caller_and_the_chain_goes_on(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    writer.record(crossing())
    rename(journal, "journal_keys", "elsewhere")
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(writer.record, crossing()) for _ in range(8)]
        errors = [future.exception() for future in waiting]
    assert [isinstance(error, GatewayError) and error.kind.code for error in errors] == ["unavailable"] * 8
    assert len({id(error) for error in errors}) == 8
    rename(journal, "elsewhere", "journal_keys")
    assert place_of(writer.record(crossing()))[1] == 2
    writer.close()
    report = journal.verify()
    assert (report.records, report.problems) == (2, ())


def rename(journal: JournalUnderTest, old: str, new: str) -> None:
    with journal.engine.connect() as connection, connection.begin():
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_the_chain_goes_on_behind_a_commit_that_was_reported_lost(
    journal: JournalUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_answer(name: str) -> None:
        if name == "journal.commit.after":
            monkeypatch.undo()
            raise ConnectionResetError

    writer = journal.writer()
    monkeypatch.setattr(journal_module, "passing", lose_the_answer)
    with pytest.raises(GatewayError, match="journal"):
        writer.record(crossing())
    assert place_of(writer.record(crossing()))[1] == 2
    writer.close()
    assert journal.verify().problems == ()


def test_a_database_locked_by_somebody_else_is_told_to_the_caller_and_the_chain_goes_on(
    empty_sqlite_url: str, tmp_path: Path
) -> None:
    with journal_at(empty_sqlite_url, tmp_path) as journal:
        journal.engine.dispose()
        event.listen(journal.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"))
        writer = journal.writer()
        with journal.engine.connect() as other, other.begin(), pytest.raises(GatewayError, match="journal"):
            writer.record(crossing())
        assert place_of(writer.record(crossing()))[1] == 1
        writer.close()


def test_a_connection_gone_stale_costs_no_record(empty_postgresql_url: str, tmp_path: Path) -> None:
    with journal_at(empty_postgresql_url, tmp_path) as journal:
        writer = journal.writer()
        writer.record(crossing())
        with journal.engine.connect() as connection, connection.begin():
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            connection.execute(text(f"{others} WHERE datname = current_database() AND pid <> pg_backend_pid()"))
        assert place_of(writer.record(crossing()))[1] == 2
        writer.close()


def test_a_request_that_cannot_be_kept_does_not_harm_those_beside_it(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    drafts = [draft_of(crossing(about=about), writer.stream, journal.keys) for about in ("leg_1", "\ud800", "leg_3")]
    requests = [Request([draft]) for draft in drafts]
    journal_module._keep(writer._stream, requests)
    assert [place_of(request.wait()[0])[1] for request in (requests[0], requests[2])] == [1, 2]
    with pytest.raises(GatewayError, match="journal"):
        requests[1].wait()
    writer._stream.close()
    assert journal.verify().problems == ()


def test_a_media_type_that_no_database_takes_is_kept_as_far_as_it_can_be_shown(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    writer.record(crossing(media_type="text/xml\x00\ud800" + "; x" * 300))
    writer.close()
    assert journal.rows(journal_records)[0]["media_type"] == ("text/xml" + "; x" * 300)[:128]


def test_a_naive_time_is_refused_before_anything_is_kept(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    with pytest.raises(TypeError):
        writer.record(crossing(at=START.replace(tzinfo=None)))
    writer.close()
    assert journal.rows(journal_records) == []


def test_closing_keeps_what_was_handed_in_and_takes_no_more(journal: JournalUnderTest) -> None:
    writer = journal.writer()
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(writer.record, crossing()) for _ in range(40)]
        waiting[0].result()
        writer.close()
    kept = [future.result() for future in waiting if future.exception() is None]
    assert len(journal.rows(journal_records)) == len(kept) > 0
    with pytest.raises(GatewayError, match="closed"):
        writer.record(crossing())


def test_a_full_queue_refuses_and_a_caller_that_waits_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = RequestQueue(limit=1)
    queue.put(Request([]))
    with monkeypatch.context() as impatient:
        impatient.setattr(journal_queue, "_PATIENCE_SECONDS", 0)
        with pytest.raises(GatewayError, match="keep up"):
            queue.put(Request([]))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(queue.put, Request([]))
        taken = len(queue.take())
        waiting.result()
    assert (taken, len(queue.take())) == (1, 1)


def test_two_processes_write_one_journal(journal: JournalUnderTest) -> None:
    processes = [started(journal, "write", 40) for _ in range(2)]
    ids = [record for process in processes for record in finished(process)]
    report = journal.verify()
    assert (len(set(ids)), report.records, report.streams, report.problems) == (80, 80, 2, ())


def test_after_a_fork_the_child_writes_a_stream_of_its_own(journal: JournalUnderTest) -> None:
    ids = finished(started(journal, "fork", 5))
    streams = {place_of(record)[0] for record in ids}
    report = journal.verify()
    assert (len(set(ids)), len(streams), report.records, report.problems) == (15, 2, 15, ())


def test_a_process_killed_while_writing_leaves_all_that_it_was_told_is_kept(journal: JournalUnderTest) -> None:
    process = started(journal, "write", 100_000)
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(50)]
    os.killpg(process.pid, signal.SIGKILL)
    told += process.communicate()[0].split()
    whole = [record for record in told if record.rpartition(".")[2].isdecimal()]
    bodies = [read(journal.engine, journal.keys, record) for record in whole[:50]]
    assert bodies == [b"document %d" % number for number in range(50)]
    report = journal.verify()
    assert report.problems == ()
    assert report.records >= 50


@pytest.mark.parametrize(("point", "kept"), [("journal.commit.before:3", 2), ("journal.commit.after:3", 3)])
def test_a_kill_at_a_commit_keeps_all_or_nothing_of_it(journal: JournalUnderTest, point: str, kept: int) -> None:
    process = started(journal, "write", 10, KILL_POINT=point)
    told = process.communicate()[0].split()
    assert (process.returncode, len(told)) == (-signal.SIGKILL, 2)
    report = journal.verify()
    assert (report.records, report.problems) == (kept, ())
