"""Names as they arrive, and when two of them are the same (wire facts, sections 2.9 and 9)."""

import unicodedata

_FIRST_PRIVATE_USE = 0xE815
_TRAILING = (*range(0x50, 0x7F), *range(0x80, 0xA1))


def _moved() -> dict[int, str]:
    """GBK kept FE50 to FEA0 in Unicode's private use area, from U+E815 on; GB18030 found a place for most of them."""
    made = {}
    for offset, trailing in enumerate(_TRAILING):
        private, standard = _FIRST_PRIVATE_USE + offset, bytes((0xFE, trailing)).decode("gb18030")
        if ord(standard) != private:
            made[private] = standard
    return made


PRIVATE_USE = _moved()
"""Private-use code point of old systems -> the standard character (U+E863 -> 䶮)."""

# The dots in names that GBK has no two bytes for; they can reach us as references only, and stand for the one it has.
_FOREIGN_DOTS = {ord("•"): "·", ord("‧"): "·"}
_FOLDS = PRIVATE_USE | _FOREIGN_DOTS
_COMPARED = _FOLDS | {ord("."): "·", ord("．"): "·", ord("・"): "·", ord("･"): "·"}


def without_private_use(name: str) -> str:
    """A name read from an old system, with private-use forms and foreign dots as the standard characters."""
    return name if name.isascii() else name.translate(_FOLDS)


def compared(name: str) -> str:
    """The form in which names compare: private use, width, dots and spaces folded, upper case."""
    folded = unicodedata.normalize("NFKC", name.translate(_COMPARED))
    return "".join(folded.translate(_COMPARED).split()).upper()
