"""Values by their text: what was read once is looked up afterwards, for the same few come in every message."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

from gateway.mapping.schema import FORMS, codes, whole_bounds
from gateway.model.shape import SCALARS, Shape
from gateway.model.values import FEN_PER_YUAN, Money, Month

_REMEMBERED = 4096
_BOOLEANS = {"true": True, "false": False}


class Remembered(dict[Any, Any]):
    """Looks up what was made before, and makes what is new with the errors of its maker; None stays None."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        value = None if key is None else self._make(key)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[key] = value
        return value


class _EachAnew:
    """Looks up what nobody says twice, such as an instant."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._make = make

    def __getitem__(self, key: str | None) -> Any:
        return None if key is None else self._make(key)


def yuan(fen: int) -> str:
    """The text form of an amount in fen; there are too many of them to be remembered."""
    return f"{fen // FEN_PER_YUAN}{CENTS[fen % FEN_PER_YUAN]}" if fen >= 0 else str(Money(fen))


# What stands behind the yuan of an amount, by its fen.
CENTS = tuple(f".{fen:02d}" for fen in range(FEN_PER_YUAN))
# The text forms of months by their ordinals, and of days.
MONTHS = Remembered(lambda ordinal: str(Month(ordinal)))
DAYS = Remembered(date.isoformat)


@cache
def reading(item: Shape) -> Remembered | _EachAnew:
    """The values of a field that is neither a text nor a record, checked as strictly as the published schema does."""
    if item.kind is datetime:
        return _EachAnew(FORMS[datetime].read)
    if item.kind in FORMS:
        return Remembered(SCALARS[item.kind])  # the values' own forms are those of the schema
    if item.kind is int:
        return Remembered(_whole(item))
    return Remembered((_BOOLEANS if item.kind is bool else codes(item.kind)).__getitem__)


def _whole(item: Shape) -> Callable[[str], int]:
    bounds = whole_bounds(item)

    def read(text: str) -> int:
        value = int(text)
        if not (text.isascii() and text.lstrip("-").isdigit() and bounds.min <= value <= bounds.max):
            raise ValueError(f"a whole number from {bounds.min} to {bounds.max}")
        return value

    return read
