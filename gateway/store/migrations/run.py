"""Bring a database to the newest shape; safe when several processes start at once."""

from pathlib import Path

from sqlalchemy import Connection, make_url, text

from gateway.errors import GatewayError
from gateway.store.work import connect, over_whole_tables, transaction

_LOCK_NUMBER = 7_242_011


def migrate(url: str) -> None:
    """Apply every migration that `url` lacks, one process at a time; nothing to do is fine.

    GatewayError `unavailable` where the database does not answer or is newer than this program, LockTimeoutError.
    """
    # Here, not above: every process imports this package, and one in many migrates.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above
    from alembic.util import CommandError  # noqa: PLC0415 - see above

    _make_folder(url)
    engine = connect(url)
    try:
        with transaction(engine) as connection:
            _one_at_a_time(connection)
            over_whole_tables(connection)
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as problem:
        reason = f"the database was brought to its shape by another version of this program; run that one ({problem})"
        raise GatewayError("unavailable", reason=reason) from problem
    finally:
        engine.dispose()


def _make_folder(url: str) -> None:
    """The folder of an SQLite file, which SQLite does not make; only its owner may look into it."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _one_at_a_time(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE already lets only one writer in.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
