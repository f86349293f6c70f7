"""What most rows of a block say: where a column has few values, each is held to its pattern once, not in every row."""

import re
from collections.abc import Mapping

from gateway.model.statement_plan import StatementPlan

Usual = Mapping[str, tuple[str, ...]]
"""Some values that a column may have, each of which matches its pattern."""

_SAMPLE = 1 << 15
_FEW = 8


def usual(plan: StatementPlan, text: bytes | bytearray) -> Usual:
    """The values of the columns that have few of them in the first lines of a block, as far as these fit."""
    lines = text[:_SAMPLE].decode("latin-1").split("\n")[:-1]
    rows = [
        cells[1:] for cells in (line.split(plan.separator) for line in lines) if len(cells) == len(plan.columns) + 1
    ]
    found = {}
    for column, pattern, cells in zip(plan.columns, plan.patterns, zip(*rows, strict=False), strict=False):
        values = set(cells) - {""}
        if len(values) <= _FEW:
            fits = re.compile(pattern, re.ASCII).fullmatch
            found[column] = tuple(sorted(value for value in values if value.isascii() and fits(value)))
    return found
