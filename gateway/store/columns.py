"""Column types that look alike on every database, and the naming of constraints."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Index, MetaData, String, TypeDecorator, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as whole microseconds since 1970 UTC: sorts and compares alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002 - from the base
        """To whole microseconds; a naive datetime is a TypeError of Python's own."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - from the base
        """Back to an aware datetime in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


def index_where(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that meet a condition: the others cost nothing to write."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def handle(name: str, *, primary: bool = False, index: bool = False) -> Column[str]:
    """A column for one of our own handles, which are never empty."""
    return Column(name, String(40), primary_key=primary, nullable=False, index=index)


def code(name: str, length: int = 40, *, primary: bool = False) -> Column[str]:
    """A column for a word out of a closed list or of our configuration."""
    return Column(name, String(length), primary_key=primary, nullable=False)


def instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    """A column for an instant."""
    return Column(name, Instant, nullable=nullable)
