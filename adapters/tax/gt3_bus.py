"""Tax bureaus on the bus of the core system."""

from adapters.tax.gt3 import party

__all__ = ["party"]
