"""Every party of this dialect works in cycles, as Hebei does."""

from adapters.provinces.hebei import party

__all__ = ["party"]
