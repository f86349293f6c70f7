import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.store import journal_sealer
from gateway.store.journal_outside import OutsideSeals
from gateway.store.journal_sealer import JournalSetBackError, Sealer
from gateway.store.journal_seals import Head, Seal, heads_hash, seal_after
from gateway.store.journal_tables import journal_seal_heads, journal_seals
from tests.gateway.store.journals import JournalUnderTest, crossing, journal_at


@pytest.fixture
def journal(empty_database_url: str, tmp_path: Path) -> Iterator[JournalUnderTest]:
    with journal_at(empty_database_url, tmp_path) as made:
        yield made


def seal_numbered(number: int) -> Seal:
    return Seal(number, number * 1_000_000, bytes(32), bytes(32), bytes(64))


def test_a_seal_ties_in_the_streams_that_grew_since_the_last_one(journal: JournalUnderTest) -> None:
    first, second = journal.writer(), journal.writer("worker")
    first.record(crossing())
    second.record_many([crossing()] * 3)
    assert journal.seal() == 1
    second.record(crossing())
    assert journal.seal() == 2
    heads = {(row["seal"], row["stream"], row["number"]) for row in journal.rows(journal_seal_heads)}
    assert heads == {(1, first.stream, 1), (1, second.stream, 3), (2, second.stream, 4)}
    first.close()
    second.close()
    report = journal.verify()
    assert (report.seals, report.streams, report.unsealed, report.problems) == (2, 2, 0, ())


def test_nothing_new_makes_no_seal_until_a_minute_has_passed(journal: JournalUnderTest) -> None:
    journal.write(b"a")
    assert journal.seal() == 1
    journal.clock.move(seconds=59)
    assert journal.seal() is None
    journal.clock.move(seconds=1)
    assert journal.seal() == 2
    assert journal.verify().problems == ()


def test_an_empty_journal_is_sealed_from_the_beginning(journal: JournalUnderTest) -> None:
    assert [journal.seal(), journal.seal()] == [1, None]
    journal.write(b"a")
    assert journal.seal() == 2
    assert journal.verify().problems == ()


def test_records_behind_the_last_seal_are_counted_and_in_order(journal: JournalUnderTest) -> None:
    journal.write(b"a", b"b")
    journal.seal()
    journal.write(b"c", b"d", b"e")
    report = journal.verify()
    assert (report.ok, report.records, report.unsealed) == (True, 5, 3)


def test_of_two_workers_that_seal_at_once_one_leaves_it_to_the_other(
    journal: JournalUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.write(b"a")
    slow, quick = journal.sealer(), journal.sealer()
    ordinary = Sealer._next

    def overtaken(self: Sealer, last: Seal | None, heads: list[Head]) -> Seal | None:
        seal = ordinary(self, last, heads)
        if self is slow:
            assert quick.seal() == 1
        return seal

    monkeypatch.setattr(Sealer, "_next", overtaken)
    assert slow.seal() is None
    assert journal.verify().problems == ()


def test_many_workers_sealing_a_growing_journal_make_one_chain(journal: JournalUnderTest, tmp_path: Path) -> None:
    writer = journal.writer()
    together = threading.Barrier(4)

    def work(number: int) -> list[int | None]:
        sealer = journal.sealer(tmp_path / f"seals-{number % 2}.log")
        made = []
        for _ in range(10):
            writer.record(crossing())
            together.wait()
            made.append(sealer.seal())
        return made

    with ThreadPoolExecutor(4) as workers:
        made = [seal for seals in workers.map(work, range(4)) for seal in seals if seal is not None]
    writer.close()
    journal.seal()
    numbers = [row["number"] for row in journal.rows(journal_seals)]
    assert sorted(made) == numbers[: len(made)]
    assert len(set(made)) == len(made) >= 10
    report = journal.verify()
    assert (report.records, report.unsealed, report.problems) == (40, 0, ())
    for name in ("seals-0.log", "seals-1.log"):
        assert OutsideSeals(tmp_path / name).last() is not None


def test_every_commit_of_a_seal_passes_its_points(journal: JournalUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []
    monkeypatch.setattr(journal_sealer, "passing", passed.append)
    journal.seal()
    assert passed == ["journal.seal.before", "journal.seal.after"]


def test_a_seal_that_a_crash_kept_from_the_file_gets_there_with_the_next_call(
    journal: JournalUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(name: str) -> None:
        if name == "journal.seal.after":
            raise KeyboardInterrupt

    journal.seal()
    journal.write(b"a")
    with monkeypatch.context() as crashing:
        crashing.setattr(journal_sealer, "passing", crash)
        with pytest.raises(KeyboardInterrupt):
            journal.seal()
    assert last_number(journal.outside) == 1
    assert journal.verify().problems == ()
    assert journal.seal() is None
    assert last_number(journal.outside) == 2


def last_number(path: Path) -> int:
    last = OutsideSeals(path).last()
    assert last is not None
    return last.number


def test_an_older_copy_of_the_database_is_not_sealed_over(journal: JournalUnderTest) -> None:
    journal.write(b"a")
    journal.seal()
    older = journal.copy()
    journal.write(b"b")
    journal.seal()
    journal.put_back(older)
    for _ in range(2):
        with pytest.raises(JournalSetBackError, match="seal 2"):
            journal.seal()
    journal.outside.unlink()
    assert journal.seal() is None
    assert last_number(journal.outside) == 1


def test_a_journal_rewritten_since_the_seal_outside_is_not_sealed_over(journal: JournalUnderTest) -> None:
    journal.write(b"a")
    journal.seal()
    row = journal.rows(journal_seals)[0]
    forged = seal_after(None, row["at"] + 1, []).signed(journal.signing_key)
    journal.change(journal_seals, row, at=forged.at, signature=forged.signature)
    with pytest.raises(JournalSetBackError, match="seal 1"):
        journal.seal()


def test_the_file_outside_stays_small_and_keeps_the_last_seal(tmp_path: Path) -> None:
    outside = OutsideSeals(tmp_path / "seals.log", rotate_bytes=2000)
    for number in range(1, 101):
        outside.keep(seal_numbered(number))
        assert outside.last() == seal_numbered(number)
        assert (tmp_path / "seals.log").stat().st_size <= 2000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seals.log", "seals.log.lock"]


def test_the_file_outside_never_goes_back(tmp_path: Path) -> None:
    mine, theirs = OutsideSeals(tmp_path / "seals.log"), OutsideSeals(tmp_path / "seals.log")
    mine.keep(seal_numbered(2))
    theirs.keep(seal_numbered(1))
    theirs.keep(seal_numbered(2))
    assert mine.last() == seal_numbered(2)
    assert (tmp_path / "seals.log").read_bytes() == seal_numbered(2).line()


@pytest.mark.parametrize("whole", [0, 1, 3])
def test_a_line_cut_short_by_a_crash_does_not_count_and_is_cleared_away(tmp_path: Path, whole: int) -> None:
    path = tmp_path / "seals.log"
    lines = b"".join(seal_numbered(number).line() for number in range(1, whole + 1))
    path.write_bytes(lines + seal_numbered(whole + 1).line()[:100])
    outside = OutsideSeals(path)
    assert outside.last() == (seal_numbered(whole) if whole else None)
    outside.keep(seal_numbered(whole + 2))
    assert path.read_bytes() == lines + seal_numbered(whole + 2).line()


def test_a_file_that_holds_something_else_is_not_taken_for_a_seal(tmp_path: Path) -> None:
    for content in (b"garbage\n", b"{}\n", b"[1]\n", b'{"number": 1, "at": 2, "previous": 3}\n', b"\xff\xfe\n"):
        (tmp_path / "seals.log").write_bytes(content)
        with pytest.raises(ValueError, match="not a seal"):
            OutsideSeals(tmp_path / "seals.log").last()


def test_the_order_of_heads_does_not_matter_and_their_content_does() -> None:
    one, two = Head("a", 1, bytes(32)), Head("b", 2, bytes(32))
    assert heads_hash([one, two]) == heads_hash([two, one])
    assert heads_hash([one]) != heads_hash([one, two]) != heads_hash([one, Head("b", 3, bytes(32))])
