"""Cells in full width or with white space: they compare in half width, which the engine cannot fold.

They are few, so their distinct texts are folded here, by the rules of the readers, and handed back as a table.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from gateway.batch.engine import Engine
from gateway.batch.sql import literal, select, union
from gateway.model.identifiers import fold

Fold = tuple[str, str]
"""A cell (c0, c1, ...) and how it is folded."""

_TABLES = {"plain": "folded_plain", "number": "folded_number"}
_FOLDED: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: unicodedata.normalize("NFKC", text).strip(),
    "number": fold,
}
_AT_ONCE = 50_000


class Folds:
    """The folded cells among the rows at hand."""

    def __init__(self, engine: Engine, wanted: Sequence[Fold]) -> None:
        self._engine = engine
        self._odd = self._found(wanted) if wanted else ()
        for how in dict.fromkeys(how for _, how in self._odd):
            self._fill(how)

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._odd)

    @property
    def joined(self) -> str:
        """The rows with what their odd cells fold to, as a source."""
        joins = [
            f"LEFT JOIN {_TABLES[how]} AS {_alias((cell, how))} ON {_alias((cell, how))}.raw = cells.{cell}"
            for cell, how in self._odd
        ]
        return " ".join(("cells", *joins))

    def of(self, cell: str, how: str) -> str:
        """SQL of a cell as it is compared."""
        plain = f"upper({cell})" if how == "number" else cell
        return f"coalesce({_alias((cell, how))}.folded, {plain})" if (cell, how) in self._odd else plain

    def _found(self, wanted: Sequence[Fold]) -> tuple[Fold, ...]:
        odd = ", ".join(f"bool_or({_is_odd(*fold)})" for fold in wanted)
        found = next(self._engine.rows("SELECT", odd, "FROM cells"))
        return tuple(fold for fold, is_odd in zip(wanted, found, strict=True) if is_odd)

    def _fill(self, how: str) -> None:
        cells = [cell for cell, other in self._odd if other == how]
        texts = union([select({"raw": cell}, f"cells WHERE {_is_odd(cell, how)}") for cell in cells])
        self._engine.run(
            "CREATE OR REPLACE TEMP TABLE", _TABLES[how], "AS SELECT DISTINCT raw, raw AS folded FROM (", texts, ")"
        )
        raw = [text for (text,) in self._engine.rows("SELECT raw FROM", _TABLES[how])]
        self._engine.run("DELETE FROM", _TABLES[how])
        for start in range(0, len(raw), _AT_ONCE):
            some = raw[start : start + _AT_ONCE]
            folded = [_FOLDED[how](text) for text in some]
            self._engine.run("INSERT INTO", _TABLES[how], "SELECT unnest(?), unnest(?)", values=(some, folded))


def _alias(fold: Fold) -> str:
    return f"f_{fold[0]}_{fold[1]}"


def _is_odd(cell: str, how: str) -> str:
    """Whether a cell may fold to something else than it is, or than its capitals."""
    if how == "number":
        return f"NOT regexp_full_match({cell}, {literal('[0-9A-Za-z]*')})"
    return f"(strlen({cell}) <> length({cell}) OR contains({cell}, ' '))"
