"""One engine that stands for several pieces of work: each is by itself, and all keep within its folder."""

from pathlib import Path

import pytest

from gateway.batch.engine import Engine, EngineError, Limits, engine, standing
from gateway.batch.sql import literal

KEPT = ("CREATE TABLE kept AS SELECT 1 AS one",)


def relations(running: Engine) -> list[str]:
    return [name for (name,) in running.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name <> 'temp'")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work"


def test_what_one_piece_of_work_keeps_is_not_there_for_the_next(folder: Path) -> None:
    with standing(folder):
        for _ in range(2):
            with engine(folder, Limits()) as running:
                running.run(*KEPT)
                assert list(running.another().rows("SELECT one FROM kept")) == [(1,)]
        with engine(folder, Limits()) as running:
            assert relations(running) == []


def test_it_is_started_for_the_first_piece_of_work_and_not_before(folder: Path) -> None:
    with standing(folder):
        assert list(folder.iterdir()) == []
        for _ in range(2):
            with engine(folder, Limits()):
                assert len(list(folder.iterdir())) == 1


def test_pieces_that_go_on_at_once_may_use_the_same_names(folder: Path) -> None:
    with standing(folder), engine(folder, Limits()) as one, engine(folder / "inside", Limits(1 << 20, 1)) as other:
        one.run(*KEPT)
        other.run("CREATE TABLE kept AS SELECT 2 AS one")
        assert list(one.rows("SELECT one FROM kept")) == [(1,)]
        assert sorted(relations(other)) == ["kept", "kept"]


@pytest.mark.parametrize(
    ("inside", "limits", "ordered"), [("..", Limits(), True), ("", Limits(2 << 30), True), ("", Limits(), False)]
)
def test_work_elsewhere_or_within_other_bounds_has_an_engine_of_its_own(
    folder: Path, inside: str, limits: Limits, *, ordered: bool
) -> None:
    with standing(folder), engine(folder, Limits()) as one:
        one.run(*KEPT)
        with engine((folder / inside).resolve(), limits, ordered=ordered) as own:
            assert relations(own) == []


def test_nothing_outside_its_folder_can_be_read_or_written(folder: Path) -> None:
    (folder.parent / "outside.csv").write_text("a\n1\n")
    with standing(folder), engine(folder, Limits()) as running:
        read, written = (literal(str(folder.parent / name)) for name in ("outside.csv", "written.csv"))
        for words in (
            ("FROM read_csv(", read, ")"),
            ("COPY (SELECT 1) TO", written),
            ("SET enable_external_access = TRUE",),
        ):
            with pytest.raises(EngineError):
                running.run(*words)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["outside.csv", "work"]


def test_nothing_of_it_is_left_in_its_folder(folder: Path) -> None:
    with standing(folder), engine(folder, Limits()):
        assert [path.name[: len(".standing-")] for path in folder.iterdir()] == [".standing-"]
    assert list(folder.iterdir()) == []
    with engine(folder, Limits()) as running:
        assert relations(running) == []
