"""Names of persons: the standard characters behind private-use forms, and when two names are the same.

GBK kept the two-byte codes FE50 to FEA0 in Unicode's private use area, from U+E815 on, and old systems still send 䶮 as
U+E863 (wire facts, sections 2.9 and 9). GB 18030 gave those characters places of their own: most of them in its first
edition, six ideographs of plane 2 in that of 2005, eight components in that of 2022.
"""

import re
import unicodedata

_FIRST_PRIVATE_USE = 0xE815
_TRAILING = (*range(0x50, 0x7F), *range(0x80, 0xA1))
_PLACED_LATER = dict(zip("\ue816\ue817\ue818\ue831\ue83b\ue855", "𠂇𠂉𠃌𡗗𢦏𤇾", strict=True)) | dict(
    zip("\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864", "龴龵龶龷龸龹龺龻", strict=True)
)


def _moved() -> dict[int, str]:
    made = {ord(private): standard for private, standard in _PLACED_LATER.items()}
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
