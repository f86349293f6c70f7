"""Registering callers, and fetching a token as one of them."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from commands.bootstrap import DEMO_CLIENTS, Keys, prepare
from gateway.security.signing import SigningKey
from gateway.security.wsse import Credential
from gateway.settings import Settings
from gateway.web.clients import Clients
from tests.commands.conftest import Terminal

SCOPE = ("--scope", "cases:read")


def public_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def pem(tmp_path: Path) -> str:
    """The file of a caller's public key."""
    path = tmp_path / "public.pem"
    path.write_bytes(public_pem(ec.generate_private_key(ec.SECP256R1())))
    return str(path)


def test_a_caller_is_registered_with_the_public_key_alone_and_may_call(terminal: Terminal, pem: str) -> None:
    said = terminal.says(
        "client", "add", "courier", "--kind", "platform", *SCOPE, "--scope", "workers:read", "--key", pem
    )
    assert said == "courier is registered as platform\n"
    found = Clients(Keys(terminal.var).clients, {}).get("courier")
    assert found is not None
    assert (found.kind, found.party) == ("platform", "courier")
    assert sorted(found.scopes) == ["cases:read", "workers:read"]
    assert len(found.keys) == 1
    assert not Keys(terminal.var).of_client("courier").exists(), "the private half stays with the caller"


def test_a_province_may_do_without_a_key_and_signs_in_with_the_secret_that_is_shared_with_it(
    terminal: Terminal,
) -> None:
    said = terminal.says("client", "add", "office", "--kind", "province", "--party", "hunan", "--scope", "soap:ask")
    assert said == "office is registered as province; it signs in with PARTY_HUNAN_SECRET\n"
    register = Clients(Keys(terminal.var).clients, {"PARTY_HUNAN_SECRET": "not-a-secret"})
    assert register.credential_of("hunan") == Credential("not-a-secret", "digest")
    assert "--key" in terminal.refuses("client", "add", "courier", "--kind", "platform", *SCOPE)


def test_a_machine_is_told_in_json_whom_it_registered(terminal: Terminal, pem: str) -> None:
    by_key = terminal.json("client", "add", "courier", "--kind", "platform", *SCOPE, "--key", pem)
    assert by_key == {"client": "courier", "kind": "platform"}
    by_secret = terminal.json("client", "add", "gansu", "--kind", "province", "--scope", "soap:ask")
    assert by_secret == {"client": "gansu", "kind": "province", "secret": "PARTY_GANSU_SECRET"}


def test_callers_are_listed(terminal: Terminal, pem: str) -> None:
    assert terminal.json("client", "list") == []
    terminal.says("client", "add", "courier", "--kind", "province", "--party", "zhejiang", *SCOPE, "--key", pem)
    assert terminal.json("client", "list") == [
        {"client": "courier", "kind": "province", "party": "zhejiang", "scopes": "cases:read"}
    ]
    assert "courier" in terminal.says("client", "list")


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".json", '{"id": "plain", "kind": "platform", "scopes": ["cases:read"]}'),
        (".toml", 'id = "plain"\nkind = "platform"\nscopes = ["cases:read"]\n'),
    ],
)
def test_every_file_that_the_register_reads_is_listed(terminal: Terminal, suffix: str, content: str) -> None:
    folder = Keys(terminal.var).clients
    folder.mkdir(parents=True)
    (folder / f"plain{suffix}").write_text(content, encoding="ascii")
    assert [row["client"] for row in terminal.json("client", "list")] == ["plain"]


def test_a_name_is_given_once(terminal: Terminal, pem: str) -> None:
    add = ("client", "add", "courier", "--kind", "platform", *SCOPE, "--key", pem)
    terminal.says(*add)
    before = (Keys(terminal.var).clients / "courier.json").read_bytes()
    assert "courier" in terminal.refuses(*add)
    assert (Keys(terminal.var).clients / "courier.json").read_bytes() == before


@pytest.mark.parametrize("name", ["../courier", "a/b", "Courier", ".hidden", "x" * 65, "mit leer"])
def test_a_name_that_could_not_call_is_refused(terminal: Terminal, pem: str, name: str) -> None:
    terminal.refuses("client", "add", name, "--kind", "platform", *SCOPE, "--key", pem)
    assert list(terminal.var.rglob("*ourier*")) == []


def test_a_scope_that_does_not_exist_is_refused(terminal: Terminal, pem: str) -> None:
    said = terminal.refuses("client", "add", "courier", "--kind", "platform", "--scope", "cases:raed", "--key", pem)
    assert "cases:raed" in said


WEAK = public_pem(rsa.generate_private_key(65537, 1024))  # noqa: S505 - it is there to be refused


@pytest.mark.parametrize("content", [b"", b"not a key", WEAK], ids=["empty", "no key", "weak"])
def test_a_key_that_is_none_or_too_weak_is_refused(terminal: Terminal, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "public.pem"
    path.write_bytes(content)
    said = terminal.refuses("client", "add", "courier", "--kind", "platform", *SCOPE, "--key", str(path))
    assert said.startswith("setting_invalid: The setting --key is not usable: ")


def test_the_demo_has_its_callers_with_keys_and_making_them_twice_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(environment="demo", var_dir=str(tmp_path))

    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    prepare(settings)
    before = contents()
    keys = prepare(settings)
    assert contents() == before
    register = Clients(keys.clients, {})
    for client, kind, scopes, party in DEMO_CLIENTS:
        found = register.get(client)
        assert found is not None
        assert (str(found.kind), sorted(found.scopes)) == (kind, sorted(scopes))
        assert found.party == (party or client)
        own = SigningKey.from_pem(keys.of_client(client).read_bytes())
        assert [key.kid for key in found.keys] == [own.public.kid]


@pytest.mark.parametrize("party", ["hunan", "medical-hunan"])
def test_who_speaks_a_dialect_of_its_own_may_ask_in_the_demo(tmp_path: Path, party: str) -> None:
    clients = Clients(prepare(Settings(environment="demo", var_dir=str(tmp_path))).clients, {})
    found = clients.by_user(party)
    assert found is not None
    assert "soap:ask" in found.scopes


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    prepare(Settings(environment="demo", var_dir=str(tmp_path)))
    keys = [path for path in (tmp_path / "keys").rglob("*") if path.is_file()]
    assert keys
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_production_starts_with_no_callers_at_all(tmp_path: Path) -> None:
    keys = prepare(Settings(environment="production", var_dir=str(tmp_path)))
    assert list(Clients(keys.clients, {}).all()) == []
    assert keys.vault.exists()


class Answering(BaseHTTPRequestHandler):
    """A gateway that gives one answer to whoever asks for a token."""

    answer: ClassVar[tuple[int, bytes]] = (200, b"{}")

    def do_POST(self) -> None:
        status, body = self.answer
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answering]]:
    """Something that listens at the gateway's port."""
    handler = type("Handler", (Answering,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    serving = Thread(target=server.serve_forever)
    serving.start()
    monkeypatch.setenv("PUBLIC_URL", f"http://127.0.0.1:{server.server_port}")
    prepare(Settings(environment="test", var_dir=str(terminal.var)))
    yield handler
    server.shutdown()
    serving.join()
    server.server_close()


def test_a_token_is_printed_and_nothing_else(terminal: Terminal, answering: type[Answering]) -> None:
    answering.answer = 200, json.dumps({"access_token": "a.b.c", "token_type": "Bearer"}).encode()
    assert terminal.says("token", "demo-platform") == "a.b.c\n"


def test_where_no_gateway_listens_is_said_with_what_to_do(terminal: Terminal) -> None:
    prepare(Settings(environment="test", var_dir=str(terminal.var)))
    said = terminal.refuses("token", "demo-platform")
    assert said.startswith("unavailable: ")
    assert "make run" in said


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b'{"code": "invalid_client", "detail": "the key is not registered"}'),
        (502, b"<html>Bad Gateway</html>"),
        (500, b""),
        (200, b"<html>hello</html>"),
        (200, b"[]"),
    ],
)
def test_an_answer_without_a_token_is_a_sentence(
    terminal: Terminal, answering: type[Answering], status: int, body: bytes
) -> None:
    answering.answer = status, body
    said = terminal.refuses("token", "demo-platform")
    if b"detail" in body:
        assert "the key is not registered" in said


@pytest.mark.parametrize("name", ["nobody", "../seals", ""])
def test_a_caller_without_a_key_here_is_named(terminal: Terminal, name: str) -> None:
    prepare(Settings(environment="test", var_dir=str(terminal.var)))
    terminal.refuses("token", name)


@pytest.mark.parametrize("content", ["{", "{}", '{"id": "bad", "kind": "king", "scopes": []}', '{"id": "other"}'])
def test_a_caller_whose_file_is_unusable_is_named_beside_the_others(terminal: Terminal, content: str) -> None:
    prepare(Settings(environment="test", var_dir=str(terminal.var)))
    (terminal.var / "clients" / "bad.json").write_text(content, encoding="ascii")
    said = terminal.refuses("client", "list", code=1)
    assert "demo-platform" in said
    assert f"data_invalid: {terminal.var}/clients/bad.json:1: " in said


def test_a_folder_that_cannot_be_made_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (terminal.var.parent / "file").touch()
    monkeypatch.setenv("VAR_DIR", str(terminal.var.parent / "file" / "var"))
    said = terminal.refuses("party", "list")
    assert said.startswith("setting_invalid: The setting VAR_DIR is not usable: ")
    assert "Not a directory" in said


def test_a_platform_is_registered_under_the_name_by_which_it_is_told(terminal: Terminal, pem: str) -> None:
    """Webhooks go to the party of the caller's own name: another one would be told nothing, and nobody would say so."""
    platform = ("--kind", "platform", *SCOPE, "--key", pem, "--party", "demo-platform")
    assert "call it demo-platform, or leave --party out" in terminal.refuses("client", "add", "rides", *platform)
    terminal.says("client", "add", "demo-platform2", *platform[:-1], "demo-platform2")
