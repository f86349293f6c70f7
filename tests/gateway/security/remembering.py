"""A replay guard that remembers in memory, and the instants that the tests of this folder stand at."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Remembering:
    def __init__(self) -> None:
        self.used: dict[str, datetime] = {}

    def first_use(self, key: str, until: datetime) -> bool:
        return self.used.setdefault(key, until) is until
