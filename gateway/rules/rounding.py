"""Named ways of rounding an amount; which one applies is part of the dated data."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum

_FEN, _JIAO, _YUAN = Decimal("0.01"), Decimal("0.1"), Decimal(1)


class Rounding(StrEnum):
    """How an amount in yuan becomes one that can be paid."""

    HALF_UP_FEN = "half_up_fen"
    HALF_EVEN_FEN = "half_even_fen"
    DOWN_FEN = "down_fen"
    UP_FEN = "up_fen"
    HALF_UP_JIAO = "half_up_jiao"
    DOWN_JIAO = "down_jiao"
    HALF_UP_YUAN = "half_up_yuan"
    DOWN_YUAN = "down_yuan"
    UP_YUAN = "up_yuan"


_WAYS = {
    Rounding.HALF_UP_FEN: (_FEN, ROUND_HALF_UP),
    Rounding.HALF_EVEN_FEN: (_FEN, ROUND_HALF_EVEN),
    Rounding.DOWN_FEN: (_FEN, ROUND_DOWN),
    Rounding.UP_FEN: (_FEN, ROUND_UP),
    Rounding.HALF_UP_JIAO: (_JIAO, ROUND_HALF_UP),
    Rounding.DOWN_JIAO: (_JIAO, ROUND_DOWN),
    Rounding.HALF_UP_YUAN: (_YUAN, ROUND_HALF_UP),
    Rounding.DOWN_YUAN: (_YUAN, ROUND_DOWN),
    Rounding.UP_YUAN: (_YUAN, ROUND_UP),
}


def rounded(yuan: Decimal, how: Rounding) -> Decimal:
    """`yuan` rounded the named way, always a whole number of fen."""
    unit, mode = _WAYS[how]
    return yuan.quantize(unit, rounding=mode)
