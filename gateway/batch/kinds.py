"""How each kind of value is read in SQL: NULL where a cell is not in its form. Nothing here raises on any input.

The forms are those of the converters of the same names; a property test holds both to one another.
"""

from collections.abc import Callable, Mapping

from gateway.batch.sql import either, literal
from gateway.model.column_plan import Value

_FORBIDDEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]"
_BEIJING_US = 8 * 3600 * 1_000_000  # Beijing is eight hours ahead, in microseconds
_DAY = "[1-9][0-9]{7}"
_ISO = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"


def fits(cell: str, pattern: str) -> str:
    """Whether the whole of a text has the form `pattern`."""
    return f"regexp_full_match({cell}, {literal(pattern)})"


def _when(condition: str, value: str) -> str:
    return f"CASE WHEN {condition} THEN {value} END"


def _part(cell: str, start: int, length: int) -> str:
    return f"substr({cell}, {start}, {length})"


def day_of(digits: str) -> str:
    """The day in eight digits, NULL where the calendar has none such."""
    return f"CAST(try_strptime({digits}, '%Y%m%d') AS DATE)"


def _month_of(day: str) -> str:
    return f"CAST(year({day}) * 12 + month({day}) - 1 AS INTEGER)"


def text(cell: str, value: Value, shown: str = "") -> str:
    """A text within its bounds; `shown`: what comes out instead of it."""
    bounds = (
        f"NOT regexp_matches({cell}, {literal(_FORBIDDEN)}) AND length({cell}) BETWEEN {value.least} AND {value.most}"
    )
    return _when(f"{bounds} AND {fits(cell, value.pattern)}" if value.pattern else bounds, shown or cell)


def standard(cell: str, folds: tuple[tuple[str, str], ...]) -> str:
    """A name with every character that stands for another as that one; few names have any, and looking is cheap."""
    if not folds:
        return cell
    old, new = ("".join(part) for part in zip(*folds, strict=True))
    has = f"regexp_matches({cell}, {literal(f'[{old}]')})"
    return either([(has, f"translate({cell}, {literal(old)}, {literal(new)})")], cell)


def _number(cell: str, value: Value) -> str:
    whole = f"TRY_CAST({cell} AS BIGINT)"
    within = f"{whole} BETWEEN {value.least} AND {value.most}"
    return _when(f"{fits(cell, '-?(0|[1-9][0-9]{0,17})')} AND {within}", whole)


def _yuan(cell: str, _value: Value) -> str:
    """Whole fen: the digits without the point, and the places that are not written."""
    digits = f"TRY_CAST(replace({cell}, '.', '') AS BIGINT)"
    point = f"position('.' IN {cell})"
    scale = f"CASE WHEN {point} = 0 THEN 100 WHEN length({cell}) - {point} = 1 THEN 10 ELSE 1 END"
    return _when(fits(cell, r"-?[0-9]{1,15}(\.[0-9]{1,2})?"), f"{digits} * {scale}")


def _month6(cell: str, _value: Value) -> str:
    digits = f"TRY_CAST({cell} AS INTEGER)"
    return _when(fits(cell, "[1-9][0-9]{3}(0[1-9]|1[0-2])"), f"{digits} // 100 * 12 + {digits} % 100 - 1")


def _first_day(cell: str, _value: Value) -> str:
    day = f"TRY_CAST({cell} AS DATE)"
    return _when(f"{fits(cell, _ISO)} AND day({day}) = 1", _month_of(day))


def _last_day(cell: str, _value: Value) -> str:
    day = f"TRY_CAST({cell} AS DATE)"
    return _when(f"{fits(cell, _ISO)} AND last_day({day}) = {day}", _month_of(day))


def _start_of(day: str, seconds: str) -> str:
    """The instant in microseconds since 1970 UTC (decision 0009)."""
    return f"epoch_us(CAST({day} AS TIMESTAMP)) + ({seconds}) * 1000000 - {_BEIJING_US}"


def _stamp14(cell: str, _value: Value) -> str:
    hour, minute, second = (f"TRY_CAST({_part(cell, start, 2)} AS BIGINT)" for start in (9, 11, 13))
    instant = _start_of(day_of(_part(cell, 1, 8)), f"{hour} * 3600 + {minute} * 60 + {second}")
    return _when(fits(cell, _DAY + "([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"), instant)


READ: Mapping[str, Callable[[str, Value], str]] = {
    "text": text,
    "number": _number,
    "digits": lambda cell, _: _when(fits(cell, "[1-9][0-9]{0,14}"), cell),
    "id_number": lambda cell, _: cell,
    "yuan": _yuan,
    "month6": _month6,
    "first_day": _first_day,
    "last_day": _last_day,
    "date8": lambda cell, _: _when(fits(cell, _DAY), day_of(cell)),
    "date_iso": lambda cell, _: _when(fits(cell, _ISO), f"TRY_CAST({cell} AS DATE)"),
    "date14": lambda cell, _: _when(fits(cell, _DAY + "([0-9]{6})?"), day_of(_part(cell, 1, 8))),
    "stamp14": _stamp14,
    "stamp_date8": lambda cell, _: _when(fits(cell, _DAY), _start_of(day_of(cell), "0")),
    "region": lambda cell, _: _when(fits(cell, "[1-9][0-9]{5}"), cell),
}
"""SQL of the value in a cell by kind; of plain kinds, the cell is already in half width. Names: `text`, `standard`."""
