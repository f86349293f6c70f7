"""A party that takes and gives files, played by a thread that moves them as the party would."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.transport.exchange import Call, UnansweredError, UnsentError
from adapters.transport.folder import FolderTransport
from gateway.ports import Document

NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
DOCUMENT = Document("<申请/>".encode("gb18030"), "text/xml;charset=GBK")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("out", "in", "theirs"):
        (tmp_path / name).mkdir()
    return tmp_path


def call(seconds: float = 20, about: str = "leg_1") -> Call:
    return Call("EnrolWorker", NOW + timedelta(seconds=seconds), about)


def line(folder: Path, limit: int = 1 << 20) -> FolderTransport:
    return FolderTransport("hebei", folder, lambda: NOW, limit)


@contextmanager
def party(folder: Path, answer: Callable[[bytes], bytes | None]) -> Iterator[list[bytes]]:
    """A party that takes what it finds; it answers unless `answer` gives nothing."""
    taken: list[bytes] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.005):
            for path in sorted((folder / "out").glob("[!.]*")):
                path.rename(folder / "theirs" / path.name)
                taken.append((folder / "theirs" / path.name).read_bytes())
                if (given := answer(taken[-1])) is not None:
                    hidden = folder / "in" / f".{path.name}"
                    hidden.write_bytes(given)
                    hidden.rename(folder / "in" / path.name)

    thread = threading.Thread(target=work)
    thread.start()
    yield taken
    stop.set()
    thread.join()


def test_the_document_arrives_whole_and_the_answer_comes_back_raw(folder: Path) -> None:
    with party(folder, lambda body: b"<a>" + body + b"</a>") as taken:
        answer = line(folder).post(DOCUMENT, call())
    assert taken == [DOCUMENT.body]
    assert answer.document.body == b"<a>" + DOCUMENT.body + b"</a>"
    assert answer.document.media_type == "text/xml;charset=GBK"
    assert not list((folder / "in").iterdir())
    assert not list((folder / "out").iterdir())


def test_a_file_that_nobody_takes_is_taken_back_and_nothing_was_sent(folder: Path) -> None:
    with pytest.raises(UnsentError, match="taken back"):
        line(folder).post(DOCUMENT, call(0.2))
    assert not list((folder / "out").iterdir())


def test_a_file_that_was_taken_and_not_answered_leaves_doubt(folder: Path) -> None:
    with party(folder, lambda _: None), pytest.raises(UnansweredError) as doubt:
        line(folder).post(DOCUMENT, call(1))
    assert doubt.value.timed_out


def test_the_same_document_about_the_same_leg_finds_the_answer_that_came_late(folder: Path) -> None:
    with party(folder, lambda _: None) as taken, pytest.raises(UnansweredError):
        line(folder).post(DOCUMENT, call(1))
    (late,) = (folder / "theirs").iterdir()
    (folder / "in" / late.name).write_bytes(b"late")
    assert line(folder).post(DOCUMENT, call(1)).body == b"late"
    assert len(taken) == 1


def test_an_answer_about_another_leg_is_not_ours(folder: Path) -> None:
    with party(folder, lambda _: None), pytest.raises(UnansweredError):
        line(folder).post(DOCUMENT, call(1))
    (other,) = (folder / "theirs").iterdir()
    (folder / "in" / other.name).write_bytes(b"for leg_1")
    with party(folder, lambda _: b"for leg_2"):
        assert line(folder).post(DOCUMENT, call(about="leg_2")).body == b"for leg_2"


def test_a_half_written_answer_is_not_read(folder: Path) -> None:
    written = threading.Event()

    def half(body: bytes) -> None:
        (path,) = (folder / "theirs").iterdir()
        (folder / "in" / f".{path.name}").write_bytes(body[:3])
        written.set()

    with party(folder, half), pytest.raises(UnansweredError):
        line(folder).post(DOCUMENT, call(1))
    assert written.is_set()


def test_an_answer_over_the_limit_is_not_read_into_memory(folder: Path) -> None:
    with party(folder, lambda _: b"x" * 101), pytest.raises(UnansweredError, match="longer than 100 bytes"):
        line(folder, limit=100).post(DOCUMENT, call())


def test_a_folder_that_is_not_there_is_unsent_and_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(UnsentError, match="could not be put"):
        line(tmp_path).post(DOCUMENT, call())
    with pytest.raises(UnsentError, match="not there"):
        line(tmp_path).reach(NOW)


def test_a_deadline_that_has_passed_is_unsent_and_nothing_is_written(folder: Path) -> None:
    with pytest.raises(UnsentError, match="deadline"):
        line(folder).post(DOCUMENT, call(0))
    assert not list((folder / "out").iterdir())


def test_folders_that_are_there_can_be_reached(folder: Path) -> None:
    line(folder).reach(NOW)
