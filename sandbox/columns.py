"""What database columns keep of a text: lengths in bytes, and in GBK not every character (wire facts 2.9, 9)."""

import re

# The user-defined area that CP936 shows for the two-byte codes FE50 to FEA0: no 7F, and none of it in strict GBK.
_LEAD, _TRAILS, _GAP, _FIRST_PRIVATE = 0xFE, range(0x50, 0xA1), 0x7F, 0xE815
_NOT_ASCII = re.compile("[^\x00-\x7f]")


def kept(text: str) -> str:
    """A text as GBK columns keep it: what is not in GBK is a private-use twin, or a question mark."""
    return _NOT_ASCII.sub(_one_kept, text)


def gbk(text: str, size: int) -> str | None:
    """A text as a VARCHAR2 column of `size` GBK bytes keeps it; None where it does not fit."""
    found = kept(text)
    return found if len(found) + len(_NOT_ASCII.findall(found)) <= size else None


def utf8(text: str, size: int) -> str | None:
    """A text as a VARCHAR2 column of `size` UTF-8 bytes keeps it; None where it does not fit."""
    return text if len(text.encode()) <= size else None


def _one_kept(match: re.Match[str]) -> str:
    char = match.group()
    if "\ue000" <= char <= "\uf8ff":
        return char
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        code = char.encode("gb18030", "replace")
    else:
        return char
    if len(code) == 2 and code[0] == _LEAD and code[1] in _TRAILS:  # noqa: PLR2004 - a two-byte code
        return chr(_FIRST_PRIVATE + code[1] - _TRAILS[0] - (code[1] > _GAP))
    return "?"
