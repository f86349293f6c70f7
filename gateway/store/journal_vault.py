"""What the vault's keys have sealed in a database: whoever opens it with other keys must be told before they write."""

from pathlib import Path

from sqlalchemy import inspect, select

from gateway.store.journal_tables import journal_keys
from gateway.store.work import connect, transaction

_NEWEST = (
    select(journal_keys.c.wrapped)
    .where(journal_keys.c.wrapped.is_not(None))
    .order_by(journal_keys.c.stream.desc(), journal_keys.c.number.desc())
    .limit(1)
)


def sealed_sample(url: str) -> bytes | None:
    """The data key of a record, as the vault sealed it; None where nothing is kept. GatewayError `unavailable`."""
    engine = connect(url)
    # To connect would make the file.
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        return None
    try:
        with transaction(engine, reading=True) as connection:
            kept = inspect(connection).has_table(journal_keys.name)
            sample: bytes | None = connection.execute(_NEWEST).scalar() if kept else None
            return sample
    finally:
        engine.dispose()
