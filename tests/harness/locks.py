"""Locks between processes on files; the operating system frees them when a process dies, however it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[IO[bytes]]:
    """Hold the lock of `path` for the length of the block, waiting for it first."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            yield file
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def wait_until_free(path: Path) -> None:
    """Wait until nobody holds the lock of `path`: until its holder let go or died."""
    with held(path, shared=True):
        pass


def try_hold(path: Path) -> IO[bytes] | None:
    """Take the lock of `path` if it is free; closing the returned file gives it back."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
