"""Bringing a database to the newest shape."""

from pathlib import Path

from sqlalchemy import inspect

from gateway.store import migrate
from gateway.store.work import connect


def test_the_folder_of_an_sqlite_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    url = f"sqlite:///{folder / 'gateway.db'}"
    migrate(url)
    migrate(url)
    assert folder.stat().st_mode & 0o777 == 0o700
    engine = connect(url)
    try:
        assert "cases" in inspect(engine).get_table_names()
    finally:
        engine.dispose()
