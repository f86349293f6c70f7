"""Names of persons: the standard characters behind private-use forms, and when two names are the same.

GBK kept the two-byte codes FE50 to FEA0 in Unicode's private use area, from U+E815 on, and old systems still send 䶮 as
U+E863 (wire facts, sections 2.9 and 9). GB 18030 gave those characters places of their own: most of them in its first
edition, six ideographs of plane 2 in that of 2005, eight components in that of 2022.
"""

import re
import unicodedata

_FIRST_PRIVATE_USE = 0xE815
_TRAILING = (*range(0x50, 0x7F), *range(0x80, 0xA1))
_PLACED_LATER = {
    **{0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE},
    **{0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7},
    **{0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB},
}


def _moved() -> dict[int, str]:
    made = {private: chr(standard) for private, standard in _PLACED_LATER.items()}
    for offset, trailing in enumerate(_TRAILING):
        standard = bytes((0xFE, trailing)).decode("gb18030")
        if not "\ue000" <= standard <= "\uf8ff":
            made[_FIRST_PRIVATE_USE + offset] = standard
    return made


PRIVATE_USE = _moved()
"""Private-use code point of old systems -> the standard character (U+E863 -> 䶮)."""

_MOVED = re.compile(f"[{chr(min(PRIVATE_USE))}-{chr(max(PRIVATE_USE))}]")
_DOTS = dict.fromkeys(map(ord, "•．‧・･."), "·")
_COMPARED = PRIVATE_USE | _DOTS


def standard(name: str) -> str:
    """A name with the standard characters in the place of private-use forms; everything else as it is."""
    return name if _MOVED.search(name) is None else name.translate(PRIVATE_USE)


def compared(name: str) -> str:
    """The form in which names compare and are indexed: private use, width, dots and spaces folded, upper case."""
    folded = unicodedata.normalize("NFKC", name.translate(_COMPARED))
    return "".join(folded.translate(_DOTS).split()).upper()
