"""Identity numbers in SQL: form, check digit and birth date as `gateway.model.identifiers` has them (GB 11643-1999)."""

from gateway.batch.kinds import day_of, fits
from gateway.batch.sql import either

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EARLIEST_BIRTH = "DATE '1880-01-01'"
_OLD_PERMANENT = "[A-Z]{3}[0-9]{12}"


def lengthened(number: str, id_type: str) -> str:
    """The number with the century and check digit that one of 15 digits does without."""
    body = f"(substr({number}, 1, 6) || '19' || substr({number}, 7))"
    short = f"{id_type} = 'resident_id' AND {fits(number, '[1-9][0-9]{14}')}"
    return either([(short, f"{body} || {_check_digit(body)}")], number)


def canonical(number: str, id_type: str) -> str:
    """The lengthened number where it is right for its kind, else NULL."""
    old = f"{id_type} = 'permanent_residence' AND {fits(number, _OLD_PERMANENT)}"
    born = f"coalesce({day_of(_digits(number, '19'))}, {day_of(_digits(number, '20'))})"
    return either(
        [
            (old, either([(f"{born} IS NOT NULL", number)], "NULL")),
            (f"NOT {fits(number, '[1-9][0-9]{16}[0-9X]')} OR NOT {_led(number, id_type)}", "NULL"),
            (f"{_check_digit(number)} <> substr({number}, 18, 1)", "NULL"),
            (f"{day_of(f'substr({number}, 7, 8)')} >= {_EARLIEST_BIRTH}", number),
        ],
        "NULL",
    )


def _digits(number: str, century: str) -> str:
    return f"('{century}' || substr({number}, 8, 6))"


def _led(number: str, id_type: str) -> str:
    """Whether its first digits are those of its kind."""
    return either(
        [
            (f"{id_type} = 'hmt_permit'", f"left({number}, 2) IN ('81', '82', '83')"),
            (f"{id_type} = 'permanent_residence'", f"left({number}, 1) = '9'"),
        ],
        f"left({number}, 1) NOT IN ('8', '9')",
    )


def _check_digit(number: str) -> str:
    digits = " + ".join(
        f"{weight} * (ascii(substr({number}, {at}, 1)) - 48)" for at, weight in enumerate(_WEIGHTS, start=1)
    )
    return f"substr('10X98765432', CAST(({digits}) % 11 AS INTEGER) + 1, 1)"
