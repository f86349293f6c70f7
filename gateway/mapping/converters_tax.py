"""Converters of the tax bureaus' core system (wire facts, section 3.2).

Of the moment at which a message was sent only the day is read: one client there writes its hours as 1 to 12.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.mapping.converters import BEIJING, CONVERTERS, Converter
from gateway.model.shape import Shape


def _start_of_day(value: object) -> datetime:
    """All that is believed of the instant is its day, in Beijing."""
    day = CONVERTERS["date_iso"](None).read(value)
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def _never_read(_value: object) -> datetime:
    raise ValueError("this form is only written")


def _time_of(value: datetime) -> str:
    digits: str = CONVERTERS["stamp14"](None).write(value)
    return f"{digits[8:]}{value.microsecond // 1000:03d}"


def _fixed(made: Converter) -> Callable[[Shape | None], Converter]:
    return lambda _shape: made


TAX_CONVERTERS: Mapping[str, Callable[[Shape | None], Converter]] = {
    "stamp_day": _fixed(Converter("yyyy-MM-dd", _start_of_day, CONVERTERS["stamp_date"](None).write)),
    "stamp_time9": _fixed(Converter("HHmmssSSS", _never_read, _time_of)),
}
"""By the name that tables use, beside those of every syntax."""
