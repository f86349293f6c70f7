"""Identity numbers (GB 11643 and its relatives): normalised, checked, and what they say of their holder.

Forms: resident identity 18 characters (15-digit ones of before 1999 are lengthened); residence permit for Hong Kong,
Macau and Taiwan residents (address code 81, 82 or 83); permanent residence card for foreigners, 18 characters with a
leading 9, or the older one of 3 letters and 12 digits, both in use.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

from stdnum.iso7064 import mod_11_2

from gateway.model.codes import IdType

_DIGITS_18 = re.compile(r"[1-9][0-9]{16}[0-9X]")
_DIGITS_15 = re.compile(r"[1-9][0-9]{14}")
_OLD_PERMANENT = re.compile(r"[A-Z]{3}[0-9]{12}")
_OLD_LENGTH = 15
_EARLIEST_BIRTH = date(1880, 1, 1)
_LENGTH = 18
_LEADING = {IdType.HMT_PERMIT: ("81", "82", "83"), IdType.PERMANENT_RESIDENCE: ("9",)}
# GB 11643-1999, ISO 7064 MOD 11-2: the weights of the first seventeen digits, and the eighteenth by what is left over.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_ZEROS = ord("0") * sum(_WEIGHTS)


class IdNumberError(ValueError):
    """Why an identity number is refused; `code` is its entry in the error catalogue. Never holds the number."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Holder:
    """What an identity number says of its holder; None where the form does not say it."""

    birth: date | None
    male: bool | None
    address_region: str | None


def fold(text: str) -> str:
    """Half width, upper case, no white space: the form in which numbers are compared and indexed."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


@lru_cache(maxsize=512)
def normalise(id_type: IdType, text: str) -> str:
    """The canonical form of an identity number; IdNumberError where it cannot be one (GB 11643-1999)."""
    number = fold(text)
    if id_type is IdType.PERMANENT_RESIDENCE and _OLD_PERMANENT.fullmatch(number):
        if _short_birth(number[7:13]) is None:
            raise IdNumberError("bad_birth_date")
        return number
    if id_type is IdType.RESIDENT_ID and _DIGITS_15.fullmatch(number):
        number = lengthen(number)
    _check_form(id_type, number)
    if _CHECK_DIGITS[(sum(map(mul, number.encode(), _WEIGHTS)) - _ZEROS) % 11] != number[-1]:
        raise IdNumberError("bad_check_digit")
    if _birth(number) is None:
        raise IdNumberError("bad_birth_date")
    return number


def lengthen(number: str) -> str:
    """Turn a 15-digit number into its 18-character form: century 19 after digit 6, check digit behind."""
    body = number[:6] + "19" + number[6:]
    return body + mod_11_2.calc_check_digit(body)


def holder(number: str) -> Holder:
    """What a canonical number says of its holder."""
    if _OLD_PERMANENT.fullmatch(number):
        return Holder(birth=_short_birth(number[7:13]), male=None, address_region=None)
    address = None if number.startswith("9") else number[:6]
    return Holder(birth=_birth(number), male=int(number[16]) % 2 == 1, address_region=address)


def _check_form(id_type: IdType, number: str) -> None:
    if len(number) != _LENGTH:
        raise IdNumberError("bad_id_length")
    leading = _LEADING.get(id_type)
    wrong_lead = number.startswith(("8", "9")) if leading is None else not number.startswith(leading)
    if wrong_lead or not _DIGITS_18.fullmatch(number):
        raise IdNumberError("bad_id_form")


def _birth(number: str) -> date | None:
    return _date_or_none(number[6:14])


def _short_birth(digits: str) -> date | None:
    # The old card has two digits of the year and no century: the 20th, unless the day exists in the 21st only.
    return _date_or_none("19" + digits) or _date_or_none("20" + digits)


def _date_or_none(digits: str) -> date | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return born if born >= _EARLIEST_BIRTH else None
