"""A migrated database beside what the code says of it, and the way back."""

from collections.abc import Collection
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from gateway.store.columns import metadata
from gateway.store.migrations import run
from gateway.store.work import connect


def differences(url: str, tables: Collection[str]) -> list[Any]:
    """Where these tables of the code differ from what stands in the database."""
    engine = connect(url)
    with engine.connect() as connection, connection.begin():
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return [each for each in found if any(f"'{name}'" in repr(each) for name in tables)]


def back(url: str, before: str) -> None:
    """Take migrations away again, down to the revision `before`."""
    engine, config = connect(url), Config()
    config.set_main_option("script_location", run.__file__.removesuffix("/run.py"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, before)
    engine.dispose()
