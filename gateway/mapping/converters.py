"""Named converters: how one kind of value is written in the systems of others.

`read` takes what a syntax gave (text; from JSON also numbers) and raises ValueError, and nothing else, where it is not
in the form; `write` raises ValueError where the form cannot say the value. Neither quotes the value: it may be
personal.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from gateway.mapping.converters_names import without_private_use
from gateway.mapping.schema import FORBIDDEN
from gateway.model.codes import IdType
from gateway.model.identifiers import fold
from gateway.model.shape import Shape, Text, Whole
from gateway.model.values import FEN_PER_YUAN, MONTHS_PER_YEAR, Money, Month, Region

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
UNSAID = datetime(1, 1, 1, tzinfo=UTC)
"""`sent_at` of a document that does not say when it was sent."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_STAMP = 253_402_300_799_000  # the end of the year 9999 in milliseconds
_YUAN = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?")
_MONTH = re.compile(r"[1-9][0-9]{3}(0[1-9]|1[0-2])")
_DIGITS_8 = re.compile(r"[1-9][0-9]{7}")
_DIGITS_8_OR_14 = re.compile(r"[1-9][0-9]{7}(?:[0-9]{6})?")
_DIGITS_14 = re.compile(r"[1-9][0-9]{13}")
_ISO = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_FIRST_YEAR, _LAST_YEAR = 1000, 9999  # four digits without a leading zero
_LOGIN = "F00.00.00.00|"  # the function id of a login, followed by ip, host name and MAC (wire facts, section 2 D1)
_MAX_YUAN_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Converter:
    """Both directions of one form; `shown`: the form as people write it."""

    shown: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def _plain(value: object) -> str:
    """A text without white space around it, in half width: what codes, numbers and days are compared as."""
    if type(value) is not str:
        raise ValueError("it is not a text")
    return value if value.isascii() and " " not in value else unicodedata.normalize("NFKC", value).strip()


def _matched(pattern: re.Pattern[str], value: object) -> str:
    text = _plain(value)
    if pattern.fullmatch(text) is None:
        raise ValueError("it does not have the form")
    return text


def _yuan(value: object) -> Money:
    sign, whole, part = _split_yuan(value)
    return Money(int(f"{sign}{whole}{part.ljust(2, '0')}"))


def _split_yuan(value: object) -> tuple[str, str, str]:
    found = _YUAN.fullmatch(_plain(value))
    if found is None:
        raise ValueError("it does not have the form")
    return found[1], found[2], found[3] or ""


def _yuan_number(value: object) -> Money:
    """JSON numbers come as int or Decimal; a text is taken too."""
    if type(value) is int and abs(value) < 10**_MAX_YUAN_DIGITS:
        return Money(value * FEN_PER_YUAN)
    if type(value) is Decimal and value.is_finite() and value.adjusted() < _MAX_YUAN_DIGITS:
        return Money.from_yuan(value)
    return _yuan(value)


def _yuan_as_number(value: Money) -> int | Decimal:
    _check_yuan(value)
    whole, part = divmod(value.fen, FEN_PER_YUAN)
    return whole if not part else value.yuan.normalize()


def _yuan_as_text(value: Money) -> str:
    _check_yuan(value)
    return str(value)


def _check_yuan(value: Money) -> None:
    if abs(value.fen) >= 10 ** (_MAX_YUAN_DIGITS + 2):
        raise ValueError("the amount is too large")


def _month(value: object) -> Month:
    text = _matched(_MONTH, value)
    return Month(int(text[:4]) * MONTHS_PER_YEAR + int(text[4:]) - 1)


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _digits_of(day: date) -> str:
    return day.isoformat().replace("-", "")


def _in_years(month: Month) -> Month:
    if not _FIRST_YEAR <= month.year <= _LAST_YEAR:
        raise ValueError("the year does not have four digits")
    return month


def _first_day(value: object) -> Month:
    day = date.fromisoformat(_matched(_ISO, value))
    if day.day != 1:
        raise ValueError("it is not the first day of a month")
    return Month.of(day)


def _last_day(value: object) -> Month:
    day = date.fromisoformat(_matched(_ISO, value))
    if day.day != monthrange(day.year, day.month)[1]:
        raise ValueError("it is not the last day of a month")
    return Month.of(day)


def _last_day_of(month: Month) -> str:
    # Not by the month after it: the last one of the calendar has none.
    return _in_years(month).first_day.replace(day=monthrange(month.year, month.number)[1]).isoformat()


def _beijing(value: datetime) -> datetime:
    try:
        return value.astimezone(BEIJING)
    except OverflowError:
        raise ValueError("the instant lies outside the calendar") from None


def _stamp(value: object) -> datetime:
    text = _matched(_DIGITS_14, value)
    day = _day(text)
    return datetime(day.year, day.month, day.day, int(text[8:10]), int(text[10:12]), int(text[12:]), tzinfo=BEIJING)


def _start_of_day(value: object) -> datetime:
    """All that is known of the instant is its day, in Beijing."""
    day = _day(_matched(_DIGITS_8, value))
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def _milliseconds(value: object) -> datetime:
    if type(value) is not int or not 0 <= value <= _LAST_STAMP:
        raise ValueError("it is not a number of milliseconds")
    return _beijing(_EPOCH + timedelta(milliseconds=value))


def _as_milliseconds(value: datetime) -> int:
    found = (value - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= found <= _LAST_STAMP:
        raise ValueError("the instant lies outside the calendar")
    return found


def _digits(value: object) -> str:
    """A JSON number; a text is taken too."""
    return _matched(_NUMBER, str(value) if type(value) is int and 0 < value < 10**15 else value)


def _as_digits(value: str) -> int:
    """No leading zero may be lost, nor a digit to the precision of a double."""
    return int(_matched(_NUMBER, value)) if _NUMBER.fullmatch(value) else _refuse("it is not a number of 15 digits")


def _id_type(value: object) -> IdType:
    """Told by the form of the number (GB 11643 and its relatives): no two kinds share one."""
    number = fold(_plain(value))
    if number.startswith(("81", "82", "83")):
        return IdType.HMT_PERMIT
    return IdType.PERMANENT_RESIDENCE if number[:1] == "9" or number[:1].isalpha() else IdType.RESIDENT_ID


def _machine(value: object) -> str:
    text = _plain(value)
    if not text.startswith(_LOGIN):
        raise ValueError("it is not the function of a login")
    return text.removeprefix(_LOGIN)


def _written_only(_value: object) -> Any:
    _refuse("this form is only written")


def _refuse(reason: str) -> Any:
    raise ValueError(reason)


def _texts(shape: Shape | None) -> Callable[[Any], str]:
    bounds = shape.bounds if shape is not None and isinstance(shape.bounds, Text) else Text(max=4000)
    fits = re.compile(bounds.pattern).fullmatch if bounds.pattern else None

    def read(value: object) -> str:
        if type(value) is not str:
            raise ValueError("it is not a text")
        if FORBIDDEN.search(value):
            raise ValueError("it holds a character that no text may hold")
        if not bounds.min <= len(value) <= bounds.max or (fits and not fits(value)):
            raise ValueError(f"it is not {bounds.form or f'a text of {bounds.min} to {bounds.max} characters'}")
        return value

    return read


def _whole(shape: Shape | None) -> Callable[[Any], int]:
    bounds = shape.bounds if shape is not None and isinstance(shape.bounds, Whole) else Whole(0, 10**9)

    def read(value: object) -> int:
        found = int(_matched(_WHOLE, str(value) if type(value) is int and abs(value) < 10**17 else value))
        if not bounds.min <= found <= bounds.max:
            raise ValueError(f"it does not lie between {bounds.min} and {bounds.max}")
        return found

    return read


def _same(value: str) -> str:
    if FORBIDDEN.search(value):
        raise ValueError("it holds a character that no text may hold")
    return value


def _text(shape: Shape | None) -> Converter:
    return Converter("text", _texts(shape), _same)


def _name(shape: Shape | None) -> Converter:
    read = _texts(shape)
    return Converter("name", lambda value: without_private_use(read(value)), _same)


def _number(shape: Shape | None) -> Converter:
    return Converter("99", _whole(shape), str)


def _fixed(shown: str, read: Callable[[Any], Any], write: Callable[[Any], Any]) -> Callable[[Shape | None], Converter]:
    made = Converter(shown, read, write)
    return lambda _shape: made


def _dated(pattern: str) -> Callable[[datetime], str]:
    """Beijing time; `Y` is the year in four digits, which strftime does not promise."""

    def write(value: datetime) -> str:
        local = _beijing(value)
        return local.strftime(pattern.replace("Y", f"{local.year:04d}"))

    return write


CONVERTERS: Mapping[str, Callable[[Shape | None], Converter]] = {
    "text": _text,
    "name": _name,
    "number": _number,
    "id_number": _fixed("99999999999999999X", _plain, str),
    "id_type_by_form": _fixed("kind of document", _id_type, lambda _: _refuse("this form is only read")),
    "yuan": _fixed("0.00", _yuan, _yuan_as_text),
    "yuan_number": _fixed("0.00 as a number", _yuan_number, _yuan_as_number),
    "month6": _fixed("yyyyMM", _month, lambda value: f"{_in_years(value).year}{value.number:02d}"),
    "first_day": _fixed("yyyy-MM-01", _first_day, lambda value: _in_years(value).first_day.isoformat()),
    "last_day": _fixed("yyyy-MM-31", _last_day, _last_day_of),
    "date8": _fixed("yyyyMMdd", lambda value: _day(_matched(_DIGITS_8, value)), _digits_of),
    "date_iso": _fixed(
        "yyyy-MM-dd", lambda value: date.fromisoformat(_matched(_ISO, value)), lambda value: value.isoformat()
    ),
    "date14": _fixed(
        "yyyyMMddHHmmss",
        lambda value: _day(_matched(_DIGITS_8_OR_14, value)),
        lambda value: _digits_of(value) + "000000",
    ),
    "stamp14": _fixed("yyyyMMddHHmmss", _stamp, _dated("Y%m%d%H%M%S")),
    "stamp_ms": _fixed("milliseconds since 1970", _milliseconds, _as_milliseconds),
    "stamp_text": _fixed("yyyy-MM-dd HH:mm:ss", _written_only, _dated("Y-%m-%d %H:%M:%S")),
    "stamp_date8": _fixed("yyyyMMdd", _start_of_day, _dated("Y%m%d")),
    "stamp_date": _fixed("yyyy-MM-dd", _written_only, _dated("Y-%m-%d")),
    "stamp_month6": _fixed("yyyyMM", _written_only, _dated("Y%m")),
    "login_function": _fixed("F00.00.00.00|ip|host|mac", _machine, lambda value: _LOGIN + value),
    "digits": _fixed("a number of at most 15 digits", _digits, _as_digits),
    "region": _fixed("999999", lambda value: Region(_plain(value)), str),
}
"""Every converter by the name that tables use; each is made for one field and keeps its bounds."""
