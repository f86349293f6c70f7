"""Fetch statements from where parties leave them, into their drop folders: broken off, it goes on where it stopped.

A fetched file appears in the drop folder by a rename, whole and on disk, before it is moved aside at the party; what
dies in between is fetched once more, and the same bytes are the same statement.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from gateway.errors import GatewayError
from gateway.ports import RemoteFile, RemoteFiles
from gateway.services.runtime import Runtime
from gateway.services.statement_folder import FOLDER

_FETCHING = ".fetching"
_MARKED = ".fetched.json"

log = logging.getLogger(__name__)


def pull_statements(runtime: Runtime, only: str = "") -> Mapping[str, int]:
    """Fetch what waits at every party that has a place for it (or `only` one); how many files, by party.

    A party that cannot be reached, or whose server has another key, holds up no other: -1.
    """
    found: dict[str, int] = {}
    for party, opened in runtime.sources.items():
        if only in ("", party):
            try:
                with opened() as files:
                    found[party] = _from(runtime, party, files)
            except GatewayError as error:
                found[party] = -1
                log.warning("statements of %s were not fetched: %s", party, error)
    return found


def _from(runtime: Runtime, party: str, files: RemoteFiles) -> int:
    waiting = files.waiting()
    begun = {_begun(runtime, party, file) for file in waiting}
    for left in (runtime.settings.var / FOLDER / party).glob(f".*{_FETCHING}"):
        if left not in begun:  # of a file that is another one by now
            left.unlink()
    return sum(_fetched(runtime, party, files, file) for file in waiting)


def _fetched(runtime: Runtime, party: str, files: RemoteFiles, file: RemoteFile) -> int:
    """Fetch one file; 1, or 0 where it was fetched before and could not be moved, or is too large."""
    folder = runtime.settings.var / FOLDER / party
    folder.mkdir(parents=True, exist_ok=True)
    if _mark(file) in _marked(folder):
        return 0
    if file.size > runtime.settings.statement_limit:
        log.error("a statement of %s has %s bytes, more than STATEMENT_LIMIT; it stays where it is", party, file.size)
        return 0
    begun = _begun(runtime, party, file)
    _go_on(files, file, begun)
    begun.rename(_free(folder, file))
    _sync(folder)
    if not files.put_away(file):
        _remember(folder, file)
    return 1


def _begun(runtime: Runtime, party: str, file: RemoteFile) -> Path:
    """Where a file lies while it is fetched: named by what it is, so that only the same one is gone on with."""
    name = hashlib.sha256(_mark(file).encode()).hexdigest()[:24]
    return runtime.settings.var / FOLDER / party / f".{name}{_FETCHING}"


def _go_on(files: RemoteFiles, file: RemoteFile, begun: Path) -> None:
    """Fetch what is not here yet of a file; GatewayError `unavailable` where it ends too early."""
    have = begun.stat().st_size if begun.exists() else 0
    if have > file.size:
        begun.unlink()
        have = 0
    with begun.open("ab") as to:
        for chunk in files.read(file, have):
            to.write(chunk)
        to.flush()
        os.fsync(to.fileno())
        if to.tell() != file.size:
            raise GatewayError("unavailable", reason="the file ended before it was whole")


def _free(folder: Path, file: RemoteFile) -> Path:
    """A name in the drop folder that nothing has."""
    to = folder / file.name
    return folder / f"{to.stem}-{file.modified}{to.suffix}" if to.exists() else to


def _mark(file: RemoteFile) -> str:
    return f"{file.name}|{file.size}|{file.modified}"


def _marked(folder: Path) -> list[str]:
    path = folder / _MARKED
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def _remember(folder: Path, file: RemoteFile) -> None:
    """A server that lets nothing be moved: what was fetched is known here."""
    being = folder / f"{_MARKED}.tmp"
    being.write_text(json.dumps([*_marked(folder), _mark(file)], ensure_ascii=False), encoding="utf-8")
    being.rename(folder / _MARKED)


def _sync(folder: Path) -> None:
    """The rename is on disk before the party is told to put its file away."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
