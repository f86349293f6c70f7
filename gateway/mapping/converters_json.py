"""Converters of systems that write days, months and counts as JSON numbers (wire facts, section 2 D6).

A text of the same digits is taken too: the same system writes both.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gateway.mapping.converters import CONVERTERS, Converter
from gateway.model.shape import Shape
from gateway.model.values import Month, Region

_STREET = re.compile(r"[1-9][0-9]{8}")
_WHOLE_COUNTY = "000"
_MOST = 10**15

Maker = Callable[[Shape | None], Converter]


def _digits(value: object) -> object:
    """The digits of a whole number; anything else as it came."""
    return str(value) if type(value) is int and 0 <= value < _MOST else value


def _as_number(name: str) -> Maker:
    """The form `name`, with its digits as a number."""

    def make(shape: Shape | None) -> Converter:
        plain = CONVERTERS[name](shape)
        return Converter(
            f"{plain.shown} as a number",
            lambda value: plain.read(_digits(value)),
            lambda value: int(plain.write(value)),
        )

    return make


def _plain(name: str) -> Converter:
    return CONVERTERS[name](None)


def _day(value: object) -> date:
    found: date = _plain("date8").read(_digits(value))
    return found


def _first_day(value: object) -> Month:
    day = _day(value)
    if day.day != 1:
        raise ValueError("it is not the first day of a month")
    return Month.of(day)


def _first_day_of(month: Month) -> int:
    return int(_plain("month6").write(month)) * 100 + 1


def _street(value: object) -> Region:
    text = _digits(value)
    if type(text) is not str or _STREET.fullmatch(text) is None:
        raise ValueError("it is not a region of nine digits")
    return Region(text[:6])


def _fixed(shown: str, read: Callable[[Any], Any], write: Callable[[Any], Any]) -> Maker:
    made = Converter(shown, read, write)
    return lambda _shape: made


JSON_CONVERTERS: Mapping[str, Maker] = {
    "whole_number": _as_number("number"),
    "month_number": _as_number("month6"),
    "date_number": _as_number("date8"),
    "region_number": _as_number("region"),
    "stamp_date8_number": _as_number("stamp_date8"),
    "first_day_number": _fixed("yyyyMM01 as a number", _first_day, _first_day_of),
    "within_month_number": _fixed("yyyyMMdd as a number", lambda value: Month.of(_day(value)), _first_day_of),
    "region9": _fixed("999999999", _street, lambda value: f"{value}{_WHOLE_COUNTY}"),
}
"""By the name that tables use, beside those of every syntax."""
