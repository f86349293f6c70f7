"""Converters of the types that XML Schema has (XSD 1.0 part 2): months and instants as typed WSDLs write them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.mapping.converters import BEIJING, Converter
from gateway.model.shape import Shape
from gateway.model.values import Month


def _month(value: object) -> Month:
    if type(value) is not str:
        raise ValueError("it is not a text")
    return Month.parse(value.strip())


def _instant(value: object) -> datetime:
    """An instant without an offset is Beijing's: such systems know no other time."""
    if type(value) is not str or "T" not in value:
        raise ValueError("it does not have the form")
    found = datetime.fromisoformat(value.strip())
    return found.replace(tzinfo=BEIJING) if found.tzinfo is None else found


def _as_instant(value: datetime) -> str:
    try:
        return value.astimezone(BEIJING).isoformat()
    except OverflowError:
        raise ValueError("the instant lies outside the calendar") from None


def _fixed(made: Converter) -> Callable[[Shape | None], Converter]:
    return lambda _shape: made


XSD_CONVERTERS: Mapping[str, Callable[[Shape | None], Converter]] = {
    "month_iso": _fixed(Converter("yyyy-MM", _month, str)),
    "stamp_iso": _fixed(Converter("yyyy-MM-ddTHH:mm:ss+08:00", _instant, _as_instant)),
}
"""By the name that tables use, beside those of every syntax."""
