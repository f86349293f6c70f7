"""Statements by drop folder: whole files are taken, wrong ones put aside with their faults, the others go on."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.mapping.statement_layout import key_setting, layouts
from gateway.services.runtime import Runtime
from gateway.services.statement_folder import take_statements
from gateway.store import statements
from tests.gateway.mapping.statements import KEY, LAYOUTS, layout, row, written
from tests.gateway.services.conftest import World
from tests.rules.tree import ROOT

RIGHT = written([row(1), row(2)], layout("tax-hunan"))


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    world.clock.at = datetime(2026, 11, 22, 1, tzinfo=UTC)
    secrets = {key_setting(party): KEY.decode() for party in LAYOUTS}
    settings = replace(world.runtime.settings, parties=secrets, var_dir=str(tmp_path))
    return replace(world.runtime, settings=settings, statements=layouts(ROOT / "mappings"))


def drop(runtime: Runtime, name: str, body: bytes, party: str = "tax-hunan") -> Path:
    folder = runtime.settings.var / "statements" / party
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(body)
    return folder


def states(runtime: Runtime) -> dict[str, str]:
    with runtime.store.reading() as tx:
        rows = statements.page(tx, party=None, day=None, state=None, before=None, size=100)
    return {each.party: each.state for each in rows}


def lying(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_where_there_is_no_folder_there_is_nothing_to_do(runtime: Runtime) -> None:
    assert take_statements(runtime) == 0


def test_a_whole_file_is_taken_and_one_that_is_still_coming_is_left(runtime: Runtime) -> None:
    folder = drop(runtime, "20261120.txt", RIGHT)
    drop(runtime, ".20261121.txt", RIGHT)
    drop(runtime, "20261121.txt.part", RIGHT)
    assert take_statements(runtime) == 1
    assert lying(folder) == [".20261121.txt", "20261121.txt.part", "taken/20261120.txt"]
    assert states(runtime) == {"tax-hunan": "kept"}


def test_a_wrong_file_is_put_aside_with_its_faults_and_the_other_bureaus_go_on(runtime: Runtime) -> None:
    folder = drop(runtime, "20261120.txt", RIGHT.replace(b"|960.02|", b"|1e3|"), "tax-hunan")
    other = drop(runtime, "20261120.dat", written([row(1)], layout("tax-zhejiang")), "tax-zhejiang")
    assert take_statements(runtime) == 2
    assert lying(folder) == ["refused/20261120.txt", "refused/20261120.txt.faults.json"]
    assert lying(other) == ["taken/20261120.dat"]
    assert states(runtime) == {"tax-hunan": "refused", "tax-zhejiang": "kept"}
    told = json.loads((folder / "refused" / "20261120.txt.faults.json").read_text("utf-8"))
    assert (told["errors"][0]["line"], told["errors"][0]["field"]) == (3, "amount")
    assert told["errors"][0]["byte"] == RIGHT.index(b"960.02")


def test_a_file_that_is_too_large_is_put_aside_unread_and_the_others_go_on(runtime: Runtime) -> None:
    small = replace(runtime, settings=replace(runtime.settings, statement_limit=len(RIGHT) - 1))
    folder = drop(runtime, "20261120.txt", RIGHT)
    other = drop(runtime, "20261120.txt", written([], layout("tax-tianjin")), "tax-tianjin")
    assert take_statements(small) == 2
    assert lying(folder) == ["refused/20261120.txt", "refused/20261120.txt.faults.json"]
    assert lying(other) == ["taken/20261120.txt"]
    assert states(runtime) == {"tax-tianjin": "kept"}
    (told,) = json.loads((folder / "refused" / "20261120.txt.faults.json").read_text("utf-8"))["errors"]
    assert told["code"] == "statement_too_large"
    assert str(len(RIGHT) - 1) in told["detail"]
    drop(runtime, "20261120.txt", RIGHT)
    assert take_statements(small) == 1
    assert len(lying(folder)) == 4


def test_a_file_that_cannot_be_taken_in_now_stays_and_the_others_go_on(runtime: Runtime) -> None:
    secrets = {key_setting("tax-zhejiang"): KEY.decode()}
    keyless = replace(runtime, settings=replace(runtime.settings, parties=secrets))
    folder = drop(runtime, "20261120.txt", RIGHT)
    drop(runtime, "20261120.dat", written([row(1)], layout("tax-zhejiang")), "tax-zhejiang")
    assert take_statements(keyless) == 1
    assert lying(folder) == ["20261120.txt"]
    assert take_statements(runtime) == 1
    assert states(runtime) == {"tax-hunan": "kept", "tax-zhejiang": "kept"}


def test_the_same_file_again_is_put_away_beside_the_first_and_is_one_statement(runtime: Runtime) -> None:
    folder = drop(runtime, "a.txt", RIGHT)
    take_statements(runtime)
    drop(runtime, "a.txt", RIGHT)
    assert take_statements(runtime) == 1
    assert len(lying(folder)) == 2
    assert states(runtime) == {"tax-hunan": "kept"}


def test_a_link_out_of_the_folder_is_not_followed(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(RIGHT)
    folder = drop(runtime, ".keep", b"")
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere")
    assert take_statements(runtime) == 0


def test_what_never_came_to_its_end_is_forgotten_after_a_day(runtime: Runtime, world: World) -> None:
    with runtime.store.work("begin") as tx:
        begun = statements.begin(tx, "tax-hunan", "upload")
        statements.keep_piece(tx, begun, 0, b"half")
    world.clock.forward(hours=23)
    take_statements(runtime)
    with runtime.store.reading() as tx:
        assert b"".join(statements.pieces(runtime.store, begun, 1)) == b"half"
    world.clock.forward(hours=2)
    take_statements(runtime)
    with runtime.store.reading() as tx:
        assert statements.abandoned(tx, tx.now) == []
