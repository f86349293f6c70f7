"""Tax bureaus that take `tiripPackage` over SOAP."""

from adapters.tax.gt3 import party

__all__ = ["party"]
