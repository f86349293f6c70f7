import json
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.security.signing import SigningKey
from gateway.security.wsse import Credential
from gateway.web.clients import Clients, secret_setting

KEY = SigningKey.generate()
SECRETS = {"PARTY_BEIJING_SECRET": "s1", "OTHER": "s2"}


def write(folder: Path, name: str, **entry: Any) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"id": name, "scopes": ["a", "b"], "jwk": KEY.public.jwk()} | entry), encoding="utf-8")
    return path


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    return Clients(tmp_path, SECRETS)


def test_a_client_is_read_from_json_or_toml(tmp_path: Path, clients: Clients) -> None:
    write(tmp_path, "one", kind="platform", party="shop")
    (tmp_path / "two.toml").write_text('id = "two"\nkind = "operator"\nscopes = []\n', encoding="utf-8")
    one, two = clients.get("one"), clients.get("two")
    assert one is not None
    assert two is not None
    assert (one.kind, one.party, one.scopes) == ("platform", "shop", frozenset({"a", "b"}))
    assert [key.kid for key in one.keys] == [KEY.kid]
    assert (two.party, two.keys, two.user) == ("two", (), "")


def test_a_province_signs_in_as_its_party(tmp_path: Path, clients: Clients) -> None:
    write(tmp_path, "demo-province", kind="province", party="beijing")
    assert clients.credential_of("beijing") == Credential("s1", "digest")
    assert clients.credential_of("demo-province") is None
    found = clients.by_user("beijing")
    assert found is not None
    assert found.id == "demo-province"


def test_another_sign_in_can_be_agreed(tmp_path: Path, clients: Clients) -> None:
    write(tmp_path, "old", kind="province", party="beijing", wsse={"user": "legacy", "secret": "OTHER", "form": "text"})
    assert clients.credential_of("legacy") == Credential("s2", "text")
    assert clients.credential_of("beijing") is None


def test_a_secret_that_is_not_set_lets_nobody_in(tmp_path: Path, clients: Clients) -> None:
    write(tmp_path, "hunan", kind="province")
    assert clients.credential_of("hunan") is None
    assert clients.credential_of("") is None


def test_a_changed_file_counts_at_once(tmp_path: Path, clients: Clients) -> None:
    path = write(tmp_path, "one", kind="platform")
    assert clients.get("one") is not None
    write(tmp_path, "one", kind="platform", scopes=["only this"])
    found = clients.get("one")
    assert found is not None
    assert found.scopes == {"only this"}
    path.unlink()
    assert clients.get("one") is None


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "king"},
        {"kind": "platform", "id": "two"},
        {"kind": "platform", "scope": "a"},
        {"kind": "platform", "scopes": "a"},
        {"kind": "platform", "jwk": {"kty": "oct", "k": "AAAA"}},
        {"kind": "platform", "pem": "no"},
        {},
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_shuts_out_nobody_else(
    tmp_path: Path, clients: Clients, entry: dict[str, Any]
) -> None:
    write(tmp_path, "one", **entry)
    write(tmp_path, "other", kind="province", party="beijing")
    with pytest.raises(GatewayError) as problem:
        clients.get("one")
    assert problem.value.kind.code == "data_invalid"
    assert "one.json" in str(problem.value)
    assert clients.by_user("beijing") is not None


def test_a_folder_that_is_not_there_has_no_clients(tmp_path: Path) -> None:
    missing = Clients(tmp_path / "none", {})
    assert (missing.get("one"), list(missing.all())) == (None, [])


def test_the_setting_of_a_secret_is_named_for_its_party() -> None:
    assert secret_setting("tax-zhejiang") == "PARTY_TAX_ZHEJIANG_SECRET"
