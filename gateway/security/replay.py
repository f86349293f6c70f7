"""What may be used once: the port to whoever remembers it."""

from datetime import datetime
from typing import Protocol


class ReplayGuard(Protocol):
    """Remembers what was used, for all processes together."""

    def first_use(self, key: str, until: datetime) -> bool:
        """Whether `key` was not seen before; from then on it is seen, at least until `until`. Two at once: one wins."""
        ...
