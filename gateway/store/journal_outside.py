"""The last seal, kept in a file outside the database: what shows that the whole database is an older copy."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gateway.store.journal_seals import Seal

_ROTATE_BYTES = 256 * 1024
_TAIL_BYTES = 4096


class OutsideSeals:
    """An append-only file of seals, one a line; `path` should lie where who can write the database cannot write.

    Several processes may share the file. Beyond `rotate_bytes` it is replaced by its last line.
    """

    def __init__(self, path: Path, rotate_bytes: int = _ROTATE_BYTES) -> None:
        self._path = path
        self._rotate_bytes = rotate_bytes

    def last(self) -> Seal | None:
        """The newest seal kept; None where none ever was. ValueError where the file holds something else.

        A last line without its end is a write that a crash cut short, and does not count.
        """
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return None
        with file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            whole_lines = file.read().split(b"\n")[:-1]
        return Seal.from_line(whole_lines[-1]) if whole_lines else None

    def keep(self, seal: Seal) -> None:
        """Add `seal`, durably, unless it or a newer one is there already."""
        with self._alone():
            kept = self.last()
            if kept is None or kept.number < seal.number:
                self._append(seal.line())

    def _append(self, line: bytes) -> None:
        with self._path.open("a+b") as file:
            _drop_cut_line(file)
            _write_to_disk(file, line)
            size = file.tell()
        if size > self._rotate_bytes:
            self._replace_by(line)
        if size > self._rotate_bytes or size == len(line):
            self._directory_to_disk()

    def _replace_by(self, line: bytes) -> None:
        new = self._path.with_name(self._path.name + ".new")
        with new.open("wb") as file:
            _write_to_disk(file, line)
        new.replace(self._path)

    def _directory_to_disk(self) -> None:
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._path.with_name(self._path.name + ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _drop_cut_line(file: BinaryIO) -> None:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TAIL_BYTES))
    file.truncate(end - len(file.read().rpartition(b"\n")[2]))
    file.seek(0, os.SEEK_END)


def _write_to_disk(file: BinaryIO, line: bytes) -> None:
    file.write(line)
    file.flush()
    os.fsync(file.fileno())
