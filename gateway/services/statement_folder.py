"""Statements by drop folder: VAR_DIR/statements/<party>/, where whoever brings a file renames it when it is whole."""

import json
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError
from gateway.services.runtime import Runtime
from gateway.services.statement_views import statement_view
from gateway.services.statements import take_in
from gateway.store import statements

FOLDER, TAKEN, REFUSED = "statements", "taken", "refused"
FAULTS = ".faults.json"
_NOT_WHOLE = (".part", ".tmp", ".filepart")
_CHUNK = 1 << 18
_ABANDONED = timedelta(days=1)
_TOO_LARGE = "statement_too_large"

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
        _put_away(path, *_read(runtime, party, path))
    except FileNotFoundError:
        return 0  # another worker had it in hand too
    except Exception:
        log.exception("a statement of %s stays in its folder; it is tried again", party)
        return 0
    return 1


def _read(runtime: Runtime, party: str, path: Path) -> tuple[str, str | None]:
    """What tells a file from another of its name, and what is wrong with it; None where nothing is."""
    try:
        row = take_in(runtime, party, _chunks(path, runtime.settings.statement_limit), "folder")
    except GatewayError as error:
        if error.kind.code != _TOO_LARGE:
            raise
        log.error("a statement of %s is put aside: %s", party, error)  # noqa: TRY400 - the error says it all
        told = {"code": _TOO_LARGE, "side": error.kind.side, "detail": error.text("zh")}
        return str(path.stat().st_mtime_ns), _shown({"party": party, "state": statements.REFUSED, "errors": [told]})
    with runtime.store.reading() as tx:
        return row.id, _shown(statement_view(tx, row, "zh")) if row.state == statements.REFUSED else None


def _chunks(path: Path, limit: int) -> Iterator[bytes]:
    """The bytes of a file; GatewayError `statement_too_large`, before anything of it is read."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            # Who still writes to it all the same does not get beyond the limit either.
            if os.fstat(file.fileno()).st_size > limit:
                raise GatewayError(_TOO_LARGE, max=str(limit))
            yield chunk


def _put_away(path: Path, mark: str, faults: str | None) -> None:
    """Move a file that is done with; its faults first, so that no refused file lies there without them.

    `mark`: what tells it from another of its name that lies there already.
    """
    folder = path.parent / (TAKEN if faults is None else REFUSED)
    folder.mkdir(exist_ok=True)
    # A name may come again with other content; what lies there already is never written over.
    to = folder / path.name
    if to.exists():
        to = folder / f"{path.stem}-{mark}{path.suffix}"
    if faults is not None:
        to.with_name(to.name + FAULTS).write_text(faults, encoding="utf-8")
    path.rename(to)


def _shown(shown: dict[str, Any]) -> str:
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
