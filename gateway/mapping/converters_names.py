"""Names as they come from systems that store GBK (wire facts, sections 2.9 and 9)."""

from gateway.model.names import PRIVATE_USE

# The dots in names that GBK has no two bytes for; they can reach us as references only, and stand for the one it has.
FOREIGN_DOTS = {ord("•"): "·", ord("‧"): "·"}
"""Dots that GBK lacks -> the one that it has."""
_FOLDS = PRIVATE_USE | FOREIGN_DOTS


def without_private_use(name: str) -> str:
    """A name read from an old system, with private-use forms and foreign dots as the standard characters."""
    return name if name.isascii() else name.translate(_FOLDS)
