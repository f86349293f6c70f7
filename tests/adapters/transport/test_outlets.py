"""Files of differences reach a folder, an SFTP server, a levy exchange: whole, once; what is answered comes back."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.transport.outlets import FolderOutlet, SftpOutlet, answer_sources, outlets
from gateway.errors import GatewayError
from sandbox.parties import secret_of
from tests.adapters.transport.sftp_server import PASSWORD, USER, Terms, sftp_serving
from tests.sandbox.conftest import sandbox
from tests.sandbox.started import Sandbox

__all__ = ["sandbox"]

PARTY = "tax-hunan"
NAME, BODY = "20261120-collected-1-differences.txt", b"H|1|tax-hunan|20261120|1\nT|0|0.00|0.00\n"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Terms]:
    (tmp_path / "there").mkdir()
    with sftp_serving(Terms(tmp_path / "there")) as made:
        yield made


def of_sftp(server: Terms, **more: str) -> dict[str, str]:
    prefix = "PARTY_TAX_HUNAN_STATEMENT_SFTP_"
    place = {"URL": f"sftp://{USER}@127.0.0.1:{server.port}/", "HOST_KEY": server.shown, "SECRET": PASSWORD}
    return {f"{prefix}{name}": value for name, value in place.items()} | more


def test_without_any_setting_it_is_a_folder_of_ours(tmp_path: Path) -> None:
    (outlet,) = outlets({}, [PARTY], tmp_path, now).values()
    assert isinstance(outlet, FolderOutlet)
    for _ in range(2):
        assert outlet.send(NAME, BODY) == f"{NAME}: {len(BODY)} bytes"
    (file,) = (tmp_path / "differences" / PARTY / "out").iterdir()
    assert (file.name, file.read_bytes()) == (NAME, BODY)


def test_a_party_whose_statements_are_fetched_by_sftp_is_told_there(server: Terms, tmp_path: Path) -> None:
    (outlet,) = outlets(of_sftp(server), [PARTY], tmp_path, now).values()
    assert isinstance(outlet, SftpOutlet)
    assert outlet.send(NAME, BODY) == f"{NAME}: {len(BODY)} bytes"
    file = server.folder / "differences" / NAME
    assert file.read_bytes() == BODY
    written = file.stat().st_mtime_ns
    assert outlet.send(NAME, BODY) == f"{NAME}: {len(BODY)} bytes"
    assert [each.name for each in file.parent.iterdir()] == [NAME]
    assert file.stat().st_mtime_ns == written


def test_a_server_with_another_key_is_told_nothing(server: Terms, tmp_path: Path) -> None:
    other = Terms(tmp_path).shown
    given = of_sftp(server) | {"PARTY_TAX_HUNAN_STATEMENT_SFTP_HOST_KEY": other}
    (outlet,) = outlets(given, [PARTY], tmp_path, now).values()
    with pytest.raises(GatewayError) as raised:
        outlet.send(NAME, BODY)
    assert raised.value.kind.code == "sftp_host_key"
    assert list(server.folder.iterdir()) == []


def exchange(sandbox: Sandbox, tmp_path: Path, secret: str = "") -> dict[str, str]:
    return {
        "PARTY_TAX_HUNAN_DIFFERENCES_URL": f"http://127.0.0.1:{sandbox.port}/tax/hunan",
        "PARTY_TAX_HUNAN_SECRET": secret or secret_of(PARTY),
    }


def test_a_levy_exchange_gives_it_a_number_and_the_same_again_the_same_one(sandbox: Sandbox, tmp_path: Path) -> None:
    (outlet,) = outlets(exchange(sandbox, tmp_path), [PARTY], tmp_path, now).values()
    assert (outlet.way, outlet.send(NAME, BODY)) == ("http", "CY43000001")
    assert outlet.send(NAME, BODY) == "CY43000001"
    assert outlet.send(f"2-{NAME}", BODY) == "CY43000002"
    with pytest.raises(GatewayError) as raised:
        outlet.send(NAME, BODY + b"\n")
    assert (raised.value.kind.code, raised.value.kind.retry_safe) == ("differences_not_taken", False)


def answered(sandbox: Sandbox, name: str, body: bytes) -> None:
    sandbox.control("answer", party=PARTY, called=name, file=base64.b64encode(body).decode())


def test_answers_wait_at_the_exchange_until_we_say_that_we_have_them(sandbox: Sandbox, tmp_path: Path) -> None:
    source = answer_sources(outlets(exchange(sandbox, tmp_path), [PARTY], tmp_path, now))[PARTY]
    with source() as files:
        assert list(files.waiting()) == []
        answered(sandbox, "a.txt", BODY)
        answered(sandbox, "b.txt", b"")
        first, second = files.waiting()
        assert (first.name, first.size, second.name) == ("a.txt", len(BODY), "b.txt")
        assert b"".join(files.read(first, 0)) == BODY
        assert b"".join(files.read(first, 4)) == BODY[4:]
        assert [each.name for each in files.waiting()] == ["a.txt", "b.txt"], "reading takes nothing away"
        assert files.put_away(first)
        assert files.put_away(first), "what is gone already is gone"
        assert [each.name for each in files.waiting()] == ["b.txt"]
        with pytest.raises(GatewayError) as raised:
            b"".join(files.read(first, 0))
        assert raised.value.kind.code == "unavailable"


@pytest.mark.parametrize("fault", ["down", "garbled", "error_200"])
def test_an_exchange_that_does_not_answer_is_asked_another_time(sandbox: Sandbox, tmp_path: Path, fault: str) -> None:
    source = answer_sources(outlets(exchange(sandbox, tmp_path), [PARTY], tmp_path, now))[PARTY]
    sandbox.fault(PARTY, "DifferenceAnswers", fault)
    with source() as files:
        with pytest.raises(GatewayError) as raised:
            files.waiting()
        assert raised.value.kind.code == "unavailable"
        assert list(files.waiting()) == []


def test_who_is_not_let_in_is_told_so_and_who_finds_nobody_may_try_again(sandbox: Sandbox, tmp_path: Path) -> None:
    (stranger,) = outlets(exchange(sandbox, tmp_path, "wrong"), [PARTY], tmp_path, now).values()
    with pytest.raises(GatewayError, match="401"):
        stranger.send(NAME, BODY)
    nobody = {"PARTY_TAX_HUNAN_DIFFERENCES_URL": "http://127.0.0.1:9/tax/hunan"}
    (outlet,) = outlets(nobody, [PARTY], tmp_path, now).values()
    with pytest.raises(GatewayError) as raised:
        outlet.send(NAME, BODY)
    assert (raised.value.kind.code, raised.value.kind.retry_safe) == ("unavailable", True)


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GatewayError) as raised:
        outlets({"PARTY_TAX_HUNAN_DIFFERENCES_URL": "ftp://there"}, [PARTY], tmp_path, now)
    assert raised.value.params["name"] == "PARTY_TAX_HUNAN_DIFFERENCES_URL"
