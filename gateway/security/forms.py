"""Personal numbers told by their form alone: identity numbers, mobile numbers, bank cards.

Identity numbers: GB 11643 with 18 or 15 digits, residence permits, both permanent residence cards. Full-width signs,
lower case, and spaces or dashes inside are seen through. A number with a wrong check digit is somebody's number with a
slip in it, so form, province and date of birth decide; bank cards have no such parts and must pass their check
(ISO/IEC 7812-1).
"""

import re
from collections.abc import Callable, Iterator, Sequence

from gateway.model.codes import IdType
from gateway.model.identifiers import IdNumberError, normalise

# One ASCII character for each full-width sign and each kind of dash and space, so that positions stay the same.
_FOLD = str.maketrans(
    dict(zip(map(chr, range(0xFF01, 0xFF5F)), map(chr, range(0x21, 0x7F)), strict=True))
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00a0\u3000\u2009\u202f\t", " ")
)
# Fewer digits than a mobile number has cannot be any of the forms; most lines end here.
_ENOUGH = re.compile(r"(?:\d\D{0,2}){11}")
# Behind no other digit (or letter), except those of an escape such as %20 or \u0020.
_ESCAPED = r"(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})"
_START, _WORD = f"(?:(?<![0-9])|{_ESCAPED})", f"(?:(?<![A-Za-z0-9])|{_ESCAPED})"
_END = r"(?![0-9])"
_PROVINCE = "(?:1~[1-5]|2~[1-3]|3~[1-7]|4~[1-6]|5~[0-4]|6~[1-5]|7~1|8~[1-3]|9~D)"
_MONTH_DAY = "(?:0~[1-9]|1~[0-2])~(?:0~[1-9]|[12]~D|3~[01])"


def _form(pattern: str) -> re.Pattern[str]:
    """Compile a form, in which `~` is a possible gap and `D` a digit."""
    return re.compile(pattern.replace("D", "[0-9]").replace("~", "[ -]{0,2}") + _END)


def _eighteen(found: str) -> bool:
    """Whether 18 characters around a date are an identity number: a province in front, or the right check digit."""
    number = found.upper().replace(" ", "").replace("-", "")
    try:
        return bool(_IN_PROVINCE.match(number) or normalise(IdType.RESIDENT_ID, number))
    except IdNumberError:
        return False


def _luhn(found: str) -> bool:
    digits = [int(sign) for sign in reversed(found) if sign.isdigit()]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


_IN_PROVINCE = re.compile(_PROVINCE.replace("D", "[0-9]").replace("~", ""))
_FORMS: Sequence[tuple[re.Pattern[str], str, Callable[[str], bool]]] = (
    (_form(f"{_START}[1-9]~D~D~D~D~D~(?:1~[89]|2~0)~D~D~{_MONTH_DAY}~D~D~D~[0-9Xx]"), "[id]", _eighteen),
    (_form(f"{_START}{_PROVINCE}~D~D~D~D~D~D~{_MONTH_DAY}~D~D~D"), "[id]", bool),
    (_form(f"{_WORD}[A-Za-z]{{3}}~D~D~D~D~D~D~{_MONTH_DAY}~D~D"), "[id]", bool),
    (
        _form(f"{_START}(?:62D{{14,17}}|[45]D{{15}}|(?:62|4D|5D)DD(?:[ -]DDDD){{3}}(?:[ -]D{{1,3}})?)"),
        "[account]",
        _luhn,
    ),
    (_form(rf"{_START}(?:(?:00|\+)?86~)?1[3-9]D~D{{4}}~D{{4}}"), "[mobile]", bool),
)


def mask_forms(text: str) -> str:
    """`text` with every number of such a form replaced by the name of its kind."""
    if not _ENOUGH.search(text):
        return text
    for pattern, label, accepted in _FORMS:
        text = "".join(_pieces(text, pattern, label, accepted))
    return text


def _pieces(text: str, pattern: re.Pattern[str], label: str, accepted: Callable[[str], bool]) -> Iterator[str]:
    end = 0
    for found in pattern.finditer(text.translate(_FOLD)):
        if accepted(found[0]):
            yield text[end : found.start()]
            yield label
            end = found.end()
    yield text[end:]
