"""The memory of one leg across its tries, each thing committed before the next byte goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from gateway.services.gather import Gathering
from gateway.services.runtime import Runtime
from gateway.store import leg_memory

_Notes = Sequence[tuple["StoredAttempt", str, str]]


@dataclass(slots=True)
class StoredAttempt:
    """ports.Attempt over the store: `id` is the leg's handle, so it is the same on every try."""

    runtime: Runtime
    id: str
    number: int
    kept: dict[str, str] = field(default_factory=dict)

    def remember(self, key: str, value: str) -> None:
        """Keep `value` under `key`, committed when this returns; notes that are made together share the commit."""
        remember(self.runtime, [(self, key, value)])

    def recall(self, key: str) -> str | None:
        """What an earlier try kept under `key`."""
        return self.kept.get(key)


def remember(runtime: Runtime, notes: _Notes) -> None:
    """Keep notes of several attempts, all committed when this returns."""
    together: Gathering[_Notes, bool] = runtime.notes
    together(notes, partial(_keep, runtime))
    for attempt, key, value in notes:
        attempt.kept[key] = value


def _keep(runtime: Runtime, asked: Sequence[_Notes]) -> Sequence[bool]:
    given = [note for notes in asked for note in notes]
    with runtime.store.work("remember") as tx:
        leg_memory.remember_new(tx, [(each.id, key, value) for each, key, value in given if _is_new(each, key)])
        for attempt, key, value in given:
            if not _is_new(attempt, key):
                leg_memory.remember(tx, attempt.id, key, value)
    return [True] * len(asked)


def _is_new(attempt: StoredAttempt, key: str) -> bool:
    """Whether nothing can be kept under `key`: a first try finds no notes of others."""
    return attempt.number == 1 and key not in attempt.kept
