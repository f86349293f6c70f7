"""What is kept: tables, units of work, and one module of verbs per noun. The only package that knows SQLAlchemy."""

from gateway.store.migrations.run import migrate

__all__ = ["migrate"]
