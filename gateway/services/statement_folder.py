"""Statements by drop folder: VAR_DIR/statements/<party>/, where whoever brings a file renames it when it is whole."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.services.runtime import Runtime
from gateway.services.statement_views import statement_view
from gateway.services.statements import take_in
from gateway.store import statements
from gateway.store.statements import StatementRowKept

FOLDER, TAKEN, REFUSED = "statements", "taken", "refused"
FAULTS = ".faults.json"
_NOT_WHOLE = (".part", ".tmp", ".filepart")
_CHUNK = 1 << 18
_ABANDONED = timedelta(days=1)

log = logging.getLogger(__name__)


def take_statements(runtime: Runtime) -> int:
    """Take in what lies in the drop folders and forget what never came to its end; how many files were taken.

    A file with faults, or one that cannot be taken in now, holds up no other.
    """
    _forget_abandoned(runtime)
    return sum(_taken(runtime, party, path) for party, path in _waiting(runtime))


def _forget_abandoned(runtime: Runtime) -> None:
    with runtime.store.reading() as tx:
        found = statements.abandoned(tx, tx.now - _ABANDONED)
    for statement in found:
        with runtime.store.work("statement_dropped") as tx:
            statements.drop(tx, statement)


def _waiting(runtime: Runtime) -> Iterator[tuple[str, Path]]:
    for party in runtime.statements:
        folder = runtime.settings.var / FOLDER / party
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _is_whole(path):
                yield party, path


def _is_whole(path: Path) -> bool:
    hidden = path.name.startswith(".") or path.name.lower().endswith(_NOT_WHOLE)
    return not hidden and not path.is_symlink() and path.is_file()


def _taken(runtime: Runtime, party: str, path: Path) -> int:
    try:
        row = take_in(runtime, party, _chunks(path), "folder")
        _put_away(runtime, path, row)
    except FileNotFoundError:
        return 0  # another worker had it in hand too
    except Exception:
        log.exception("a statement of %s stays in its folder; it is tried again", party)
        return 0
    return 1


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _put_away(runtime: Runtime, path: Path, row: StatementRowKept) -> None:
    """Move a file that is kept; its faults first, so that no refused file lies there without them."""
    refused = row.state == statements.REFUSED
    folder = path.parent / (REFUSED if refused else TAKEN)
    folder.mkdir(exist_ok=True)
    # A name may come again with other content; what lies there already is never written over.
    to = folder / path.name
    if to.exists():
        to = folder / f"{path.stem}-{row.id}{path.suffix}"
    if refused:
        to.with_name(to.name + FAULTS).write_text(_told(runtime, row), encoding="utf-8")
    path.rename(to)


def _told(runtime: Runtime, row: StatementRowKept) -> str:
    with runtime.store.reading() as tx:
        shown: dict[str, Any] = statement_view(tx, row, "zh")
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
