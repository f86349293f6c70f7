"""Folders that are there only when all is done."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PARTIAL = "partial"


@contextmanager
def unfinished(into: Path) -> Iterator[Path]:
    """A folder beside `into` that only its owner can open; it is gone when the run ends without having renamed it."""
    _remove_left_over(into)
    folder = into.with_name(f".{into.name}.{os.getpid()}.{_PARTIAL}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_over(into: Path) -> None:
    """What a run left that was killed: its process is not there any more."""
    for folder in into.parent.glob(f".{into.name}.*.{_PARTIAL}"):
        number = folder.name.split(".")[-2]
        if number.isdecimal() and not _is_running(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # it is somebody else's, and it is there
    return True
