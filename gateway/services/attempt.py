"""The memory of one leg across its tries, each thing committed before the next byte goes out."""

from dataclasses import dataclass, field

from gateway.store import legs
from gateway.store.work import Store


@dataclass(slots=True)
class StoredAttempt:
    """ports.Attempt over the store: `id` is the leg's handle, so it is the same on every try."""

    store: Store
    id: str
    number: int
    kept: dict[str, str] = field(default_factory=dict)

    def remember(self, key: str, value: str) -> None:
        """Keep `value` under `key`, committed when this returns."""
        with self.store.work("remember") as tx:
            legs.remember(tx, self.id, key, value)
        self.kept[key] = value

    def recall(self, key: str) -> str | None:
        """What an earlier try kept under `key`."""
        return self.kept.get(key)
