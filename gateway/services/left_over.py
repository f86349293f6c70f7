"""What processes leave behind that are killed while they write: hidden, beside what was to be there in the end.

Everything under VAR_DIR appears whole, by a rename, out of a hidden file or folder beside it. Where the process ends in
between, that stays; nobody reads it, and it would lie there for ever.
"""

import logging
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.services.reconcile_ledger import FOLDER as RECONCILIATION
from gateway.services.runtime import Runtime

AGE = timedelta(days=1)
"""How long nothing was written to it before it counts as left: longer than any engine works without writing."""
PLACES = ((RECONCILIATION, "**/.*"), ("differences", "*/out/.*.part"), ("statements", "*/.*.tmp"))
"""Folders of VAR_DIR, and what in them was to be renamed. A statement that is being fetched is gone on with."""

log = logging.getLogger(__name__)


def sweep(runtime: Runtime) -> int:
    """Remove what was left behind longer than AGE ago; how many files and folders."""
    return sum(_removed(path) for path in list(_left(runtime.settings.var, runtime.now() - AGE)))


def _left(var: Path, before: datetime) -> Iterator[Path]:
    for folder, pattern in PLACES:
        for path in sorted((var / folder).glob(pattern)):
            hidden_above = any(part.startswith(".") for part in path.parent.relative_to(var).parts)
            if not hidden_above and _written(path) < before:
                yield path


def _written(path: Path) -> datetime:
    """When something in it was written last; now, so to say, where it has just gone."""
    try:
        inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
        seconds = max(each.lstat().st_mtime for each in (path, *inside))
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp(seconds, UTC)


def _removed(path: Path) -> int:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        log.warning("%s was left behind and could not be removed: %s", path.name, error.strerror)
        return 0
    log.info("%s was left behind by a process that ended while it wrote, and is removed", path.name)
    return 1
