from pathlib import Path

from sqlalchemy import insert

from gateway.store.journal_tables import journal_keys
from gateway.store.journal_vault import sealed_sample
from gateway.store.work import connect


def test_the_newest_key_that_is_kept_is_the_sample(database_url: str) -> None:
    assert sealed_sample(database_url) is None
    engine = connect(database_url)
    rows = [("gateway_1", 1, b"old"), ("gateway_1", 2, b"newer"), ("gateway_2", 1, b"newest"), ("gateway_2", 2, None)]
    with engine.begin() as connection:
        for stream, number, wrapped in rows:
            connection.execute(insert(journal_keys).values(stream=stream, number=number, person=None, wrapped=wrapped))
    engine.dispose()
    assert sealed_sample(database_url) == b"newest", "what was destroyed with its person is passed over"


def test_a_database_that_is_not_there_yet_holds_nothing_and_is_not_made(tmp_path: Path) -> None:
    assert sealed_sample(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert sealed_sample("sqlite://") is None
    assert list(tmp_path.iterdir()) == []
    connect(f"sqlite:///{tmp_path / 'empty.db'}").connect().close()
    assert sealed_sample(f"sqlite:///{tmp_path / 'empty.db'}") is None
