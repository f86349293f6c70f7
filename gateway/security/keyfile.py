"""Files that hold keys: made once however many try at the same time, complete from the first byte, their owner's."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import GatewayError

_OWNER_ONLY = 0o600
_TOO_OPEN = stat.S_IWGRP | stat.S_IRWXO


def create_once(path: Path, content: bytes) -> bool:
    """Put `content` at `path` with mode 0600 unless a file is there; whether this call was the one that made it.

    A reader sees the whole file or none, and of two processes that race the second keeps the first one's file.
    """
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _draft(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
    _settle(path.parent)
    return True


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace a file by what `change` makes of it; writers take turns, readers see the old file or the new one."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with _draft(path, change(read(path))) as draft:
            draft.replace(path)
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> bytes:
    """The content; GatewayError `data_invalid` where it is missing or others than its owner and group may touch it."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise unusable(path, f"the file cannot be read ({error.strerror})") from None
    if mode & _TOO_OPEN:
        raise unusable(path, "others may read or change the key file; set its mode to 600")
    return content


def unusable(path: Path, reason: str) -> GatewayError:
    """The error that names a key file and what is wrong with it."""
    return GatewayError("data_invalid", file=str(path), line="1", reason=reason)


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
