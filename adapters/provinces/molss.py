"""Every party of the core-platform generation wants Hunan's login."""

from adapters.provinces.hunan import party

__all__ = ["party"]
