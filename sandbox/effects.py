"""What took effect, counted per reference: the only witness of "exactly once"."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.clock import Clock


class Effects:
    """Every effect in order, and how often each happened per party, kind and reference."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._list: list[dict[str, Any]] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def note(self, party: str, kind: str, reference: str, **details: str) -> None:
        """Something took effect under `reference` (our caller's, or the party's own where there is none)."""
        entry = {"party": party, "kind": kind, "reference": reference, "at": self._clock.now().isoformat(), **details}
        with self._lock:
            self._list.append(entry)
            self._counts[party, kind, reference] += 1

    def count(self, party: str, kind: str, reference: str = "") -> None:
        """Something was asked: counted, not listed."""
        with self._lock:
            self._counts[party, kind, reference] += 1

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._list.clear()
            self._counts.clear()

    def view(self, party: str | None = None, reference: str | None = None) -> Mapping[str, Any]:
        """The effects and `counts[party][kind][reference]`, narrowed where asked."""
        with self._lock:
            effects, counts = list(self._list), dict(self._counts)

        def wanted(of: str, under: str) -> bool:
            return (party is None or of == party) and (reference is None or under == reference)

        tree: dict[str, dict[str, dict[str, int]]] = {}
        for (of, kind, under), number in counts.items():
            if wanted(of, under):
                tree.setdefault(of, {}).setdefault(kind, {})[under] = number
        return {"effects": [entry for entry in effects if wanted(entry["party"], entry["reference"])], "counts": tree}
