"""Statements are fetched from an SFTP server: the agreed server only, whole files only, each once, resumed."""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import paramiko
import pytest

from adapters.transport.sftp import opened, place_of, sources
from gateway.errors import GatewayError
from gateway.mapping.statement_layout import key_setting, layouts
from gateway.services.runtime import Runtime
from gateway.services.statement_folder import take_statements
from gateway.services.statement_pull import pull_statements
from gateway.store import statements
from tests.adapters.transport.sftp_server import PASSWORD, USER, Terms, sftp_serving
from tests.gateway.mapping.statements import KEY, layout, row, written
from tests.gateway.services.conftest import World
from tests.rules.tree import ROOT

PARTY = "tax-hunan"
BODY = written([row(number) for number in range(1, 400)], layout(PARTY))
NAME = "20261120-01.txt"
LARGE = 200_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Terms]:
    folder = tmp_path / "there"
    folder.mkdir()
    with sftp_serving(Terms(folder)) as made:
        yield made


def given(server: Terms, **changes: str) -> dict[str, str]:
    made = {"URL": f"sftp://{USER}@127.0.0.1:{server.port}/", "HOST_KEY": server.shown, "SECRET": PASSWORD}
    return made | changes


def fetching(world: World, server: Terms, tmp_path: Path, limit: int = 1 << 24, **changes: str) -> Runtime:
    """A gateway that fetches from the server; nothing has to settle there."""
    place = place_of(PARTY, lambda name: given(server, **changes).get(name, ""))
    assert place is not None
    at = replace(place, settles=0)
    settings = replace(
        world.runtime.settings,
        var_dir=str(tmp_path / "var"),
        parties={key_setting(PARTY): KEY.decode()},
        statement_limit=limit,
    )
    mine = {PARTY: layouts(ROOT / "mappings")[PARTY]}
    world.clock.forward(days=12)
    return replace(world.runtime, settings=settings, statements=mine, sources={PARTY: lambda: opened(at)})


def lay(server: Terms, name: str = NAME, body: bytes = BODY) -> Path:
    path = server.folder / name
    path.write_bytes(body)
    return path


def states(runtime: Runtime) -> list[str]:
    with runtime.store.reading() as tx:
        return [each.state for each in statements.page(tx, party=PARTY, day=None, state=None, before=None, size=9)]


def test_a_file_is_fetched_taken_in_and_moved_aside(world: World, server: Terms, tmp_path: Path) -> None:
    runtime = fetching(world, server, tmp_path)
    lay(server)
    assert pull_statements(runtime) == {PARTY: 1}
    assert (server.folder / "taken" / NAME).read_bytes() == BODY
    assert not (server.folder / NAME).exists()
    assert take_statements(runtime) == 1
    assert states(runtime) == ["kept"]
    assert pull_statements(runtime) == {PARTY: 0}


def test_a_server_with_another_key_is_told_nothing_and_holds_up_no_other(
    world: World, server: Terms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lay(server)
    other = Terms(tmp_path)
    runtime = fetching(world, server, tmp_path, HOST_KEY=other.shown)
    with caplog.at_level(logging.WARNING):
        assert pull_statements(runtime) == {PARTY: -1}
    assert "host key" in caplog.text
    assert (server.signed_in, server.sent) == (0, 0)
    assert (server.folder / NAME).exists()


def test_a_server_that_only_has_a_key_of_another_kind_is_refused_too(
    world: World, server: Terms, tmp_path: Path
) -> None:
    other = Terms(tmp_path, host_key=paramiko.RSAKey.generate(2048))
    runtime = fetching(world, server, tmp_path, HOST_KEY=other.shown)
    assert pull_statements(runtime) == {PARTY: -1}
    assert server.signed_in == 0


@pytest.mark.parametrize("name", [f"{NAME}.part", f"{NAME}.tmp", f".{NAME}", f"{NAME}.FILEPART"])
def test_what_is_not_whole_by_its_name_is_left_alone(world: World, server: Terms, tmp_path: Path, name: str) -> None:
    runtime = fetching(world, server, tmp_path)
    lay(server, name)
    (server.folder / "folder.txt").mkdir()
    assert pull_statements(runtime) == {PARTY: 0}
    assert (server.folder / name).exists()


def test_a_file_that_still_grows_is_left_for_later(world: World, server: Terms, tmp_path: Path) -> None:
    runtime = fetching(world, server, tmp_path)
    path = lay(server)
    with runtime.sources[PARTY]() as files:
        listed: Any = files
        first = listed._listed
        seen: list[int] = []

        def growing() -> Any:
            if seen:
                path.write_bytes(BODY + b"more")
            seen.append(1)
            return first()

        listed._listed = growing
        assert files.waiting() == []
        listed._listed = first
        assert [each.size for each in files.waiting()] == [len(BODY) + 4]


def test_a_file_that_changes_while_it_is_read_is_not_taken(world: World, server: Terms, tmp_path: Path) -> None:
    runtime = fetching(world, server, tmp_path)
    path = lay(server)
    with runtime.sources[PARTY]() as files:
        (file,) = files.waiting()
        os.utime(path, (1, 1))
        with pytest.raises(GatewayError) as caught:
            list(files.read(file, 0))
    assert caught.value.kind.code == "unavailable"


def test_a_fetch_that_breaks_off_goes_on_where_it_stopped(world: World, server: Terms, tmp_path: Path) -> None:
    body = written([row(number) for number in range(1, 4000)], layout(PARTY))
    assert len(body) > 2 * LARGE
    lay(server, body=body)
    server.breaks_after = LARGE
    runtime = fetching(world, server, tmp_path)
    assert pull_statements(runtime) == {PARTY: -1}
    (begun,) = (tmp_path / "var" / "statements" / PARTY).glob(".*")
    have = begun.stat().st_size
    assert 0 < have <= LARGE
    server.sent = 0
    assert pull_statements(runtime) == {PARTY: 1}
    assert server.sent == len(body) - have
    take_statements(runtime)
    assert states(runtime) == ["kept"]


def test_what_was_begun_of_a_file_that_is_another_one_by_now_is_let_go(
    world: World, server: Terms, tmp_path: Path
) -> None:
    path = lay(server, body=BODY * 8)
    server.breaks_after = 100_000
    runtime = fetching(world, server, tmp_path)
    pull_statements(runtime)
    path.write_bytes(BODY)
    assert pull_statements(runtime) == {PARTY: 1}
    assert list((tmp_path / "var" / "statements" / PARTY).glob(".*")) == []
    take_statements(runtime)
    assert states(runtime) == ["kept"]


def test_where_nothing_may_be_moved_the_same_file_is_fetched_once(world: World, server: Terms, tmp_path: Path) -> None:
    server.movable = False
    runtime = fetching(world, server, tmp_path)
    path = lay(server)
    assert [pull_statements(runtime)[PARTY] for _ in range(2)] == [1, 0]
    os.utime(path, (1, 1))
    assert pull_statements(runtime) == {PARTY: 1}, "it is another one, as far as can be seen"
    take_statements(runtime)
    assert states(runtime) == ["kept"], "the same bytes are one statement"


def test_the_same_name_again_replaces_nothing(world: World, server: Terms, tmp_path: Path) -> None:
    runtime = fetching(world, server, tmp_path)
    for fill in (BODY, BODY + b"x"):
        os.utime(lay(server, body=fill), (len(fill), len(fill)))
        assert pull_statements(runtime) == {PARTY: 1}
    assert len(list((server.folder / "taken").iterdir())) == 2
    assert take_statements(runtime) == 2


def test_a_file_that_is_too_large_stays_where_it_is(world: World, server: Terms, tmp_path: Path) -> None:
    runtime = fetching(world, server, tmp_path, limit=100)
    lay(server)
    assert pull_statements(runtime) == {PARTY: 0}
    assert (server.folder / NAME).exists()


def test_a_key_is_enough_to_sign_in_and_a_wrong_password_is_not(world: World, server: Terms, tmp_path: Path) -> None:
    server.key = paramiko.RSAKey.generate(2048)
    server.key.write_private_key_file(str(tmp_path / "id"))
    runtime = fetching(world, server, tmp_path, SECRET="", KEY=str(tmp_path / "id"))
    lay(server)
    assert pull_statements(runtime) == {PARTY: 1}
    wrong = fetching(world, server, tmp_path, SECRET="another")
    assert pull_statements(wrong) == {PARTY: -1}


def test_a_server_that_is_not_there_is_said_so(world: World, server: Terms, tmp_path: Path) -> None:
    with sftp_serving(Terms(tmp_path)) as gone:
        pass
    runtime = fetching(world, gone, tmp_path)
    assert pull_statements(runtime) == {PARTY: -1}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"URL": "ftp://a@b/c"}, "_URL"),
        ({"URL": "sftp://b/c"}, "_URL"),
        ({"URL": "sftp://a:secret@b/c"}, "_URL"),
        ({"HOST_KEY": ""}, "_HOST_KEY"),
        ({"HOST_KEY": "ssh-ed25519 nonsense"}, "_HOST_KEY"),
        ({"SECRET": ""}, "_SECRET"),
    ],
)
def test_a_place_that_is_set_wrong_is_named(server: Terms, changes: dict[str, str], named: str) -> None:
    settings = {f"PARTY_TAX_HUNAN_STATEMENT_SFTP_{name}": value for name, value in given(server, **changes).items()}
    with pytest.raises(GatewayError) as caught:
        sources(settings, {PARTY: None})
    assert (caught.value.kind.code, named in str(caught.value)) == ("setting_invalid", True)


def test_a_party_without_a_place_is_not_asked() -> None:
    assert sources({}, {PARTY: None}) == {}
