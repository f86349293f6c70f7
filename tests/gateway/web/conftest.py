import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.mapping.contract_served import ServedContract
from gateway.rules.law import Law
from gateway.security.signing import SigningKey
from gateway.security.vault import Keyring, create_keys
from gateway.services.evidence import Evidence
from gateway.services.runtime import Runtime
from gateway.settings import Settings
from gateway.store.journal import JournalWriter
from gateway.store.work import Store, connect
from gateway.web import doors
from gateway.web.app import create_app
from gateway.web.doors import Doors
from tests.gateway.web.door import Clock, Gate, people_and_parties

MAPPINGS = Path(__file__).resolve().parents[3] / "mappings"
REST = ["enrolments:write", "cases:read", "cases:write", "workers:read", "workers:write", "records:read"]
BREAKS = ["breaks:read", "breaks:write"]
SOAP = ["soap:ask", "soap:tell"]
KEY = SigningKey.generate()
SECRETS = {"PARTY_ZHEJIANG_SECRET": "zhejiang-secret", "PARTY_TAX_ZHEJIANG_SECRET": "tax-secret"}
CLIENTS: list[dict[str, Any]] = [
    {"id": "demo-platform", "kind": "platform", "scopes": REST},
    {"id": "other-platform", "kind": "platform", "scopes": REST},
    {"id": "reader", "kind": "platform", "scopes": ["cases:read"]},
    {"id": "demo-operator", "kind": "operator", "scopes": [*REST, "statements:read", "statements:write", *BREAKS]},
    {"id": "demo-accountant", "kind": "accountant", "scopes": BREAKS},
    {"id": "demo-province", "kind": "province", "scopes": SOAP, "party": "zhejiang"},
    {"id": "hunan", "kind": "province", "scopes": SOAP},
    {
        "id": "asker",
        "kind": "province",
        "scopes": ["soap:ask"],
        "party": "zhejiang",
        "wsse": {"user": "a", "secret": "X"},
    },
]


@pytest.fixture(scope="session", autouse=True)
def contract_made_once() -> Iterator[None]:
    """The dialect of our contract, which never changes and serves many threads, for all gateways of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doors, "ServedContract", cache(ServedContract))
        yield


def write_clients(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for client in CLIENTS:
        write_client(folder, client)


def write_client(folder: Path, client: dict[str, Any]) -> None:
    entry = {"jwk": KEY.public.jwk()} | client
    (folder / f"{client['id']}.json").write_text(json.dumps(entry), encoding="utf-8")


@contextmanager
def opened(
    url: str, var: Path, law: Law, key: SigningKey = KEY, *, public: str = "http://gateway.test", **settings: Any
) -> Iterator[Gate]:
    """One gateway process on a database: the store, the journal and the law are real, the parties are scripted."""
    clock = Clock()
    engine = connect(url)
    store = Store(engine, Keyring.load(var / "vault.json"), clock)
    journal = JournalWriter(engine, store.keyring, clock)
    given = Settings(environment="test", var_dir=str(var), public_url=public, parties=SECRETS, **settings)
    parties: dict[str, Any] = {each.id: each for each in people_and_parties()}
    runtime = Runtime(given, store, law, parties, Evidence(journal), clock)
    app = create_app(runtime, Doors.opened(runtime, [key]))
    try:
        yield Gate(app, runtime, clock, key, journal)
    finally:
        journal.close()
        engine.dispose()


@pytest.fixture
def var(tmp_path: Path) -> Path:
    create_keys(tmp_path / "vault.json")
    write_clients(tmp_path / "clients")
    return tmp_path


@pytest.fixture
def gate(database_url: str, var: Path, law: Law) -> Iterator[Gate]:
    """One gateway, on each kind of database."""
    with opened(database_url, var, law) as made:
        yield made


@pytest.fixture
def door(sqlite_url: str, var: Path, law: Law) -> Iterator[Gate]:
    """One gateway on SQLite, for what no database can change."""
    with opened(sqlite_url, var, law, body_limit=20_000) as made:
        yield made


@pytest.fixture
def twins(database_url: str, var: Path, law: Law) -> Iterator[tuple[Gate, Gate]]:
    """Two gateways on one database."""
    with opened(database_url, var, law) as one, opened(database_url, var, law) as other:
        yield one, other
