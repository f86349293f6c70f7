"""The clock of a run: the system's, or the instant in NOW_FILE for all processes at once."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def clock(now_file: str) -> Callable[[], datetime]:
    """A clock; with `now_file` it shows the instant in that file (ISO 8601 with offset) while the file exists."""
    if not now_file:
        return _system
    path = Path(now_file)

    def moved() -> datetime:
        try:
            return datetime.fromisoformat(path.read_text(encoding="ascii").strip()).astimezone(UTC)
        except FileNotFoundError:
            return _system()

    return moved


def _system() -> datetime:
    return datetime.now(UTC)
