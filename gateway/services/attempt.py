"""The memory of one leg across its tries, each thing committed before the next byte goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from gateway.services.gather import Gathering
from gateway.services.runtime import Runtime
from gateway.store import legs

_Note = tuple[str, str, str]


@dataclass(slots=True)
class StoredAttempt:
    """ports.Attempt over the store: `id` is the leg's handle, so it is the same on every try."""

    runtime: Runtime
    id: str
    number: int
    kept: dict[str, str] = field(default_factory=dict)

    def remember(self, key: str, value: str) -> None:
        """Keep `value` under `key`, committed when this returns; notes that are made together share the commit."""
        together: Gathering[_Note, bool] = self.runtime.notes
        together((self.id, key, value), partial(_keep, self.runtime))
        self.kept[key] = value

    def recall(self, key: str) -> str | None:
        """What an earlier try kept under `key`."""
        return self.kept.get(key)


def _keep(runtime: Runtime, notes: Sequence[_Note]) -> Sequence[bool]:
    with runtime.store.work("remember") as tx:
        for leg, key, value in notes:
            legs.remember(tx, leg, key, value)
    return [True] * len(notes)
