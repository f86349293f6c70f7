"""The electronic card is asked in three steps wherever it is asked."""

from adapters.cards.national import party

__all__ = ["party"]
