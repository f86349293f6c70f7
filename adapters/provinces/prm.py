"""Every party of this dialect takes trades in two phases, as Guizhou does."""

from adapters.provinces.guizhou import party

__all__ = ["party"]
