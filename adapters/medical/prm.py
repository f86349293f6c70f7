"""Every party of this dialect takes trades in two phases; it comes from the medical side (wire facts, D3)."""

from adapters.provinces.guizhou import party

__all__ = ["party"]
