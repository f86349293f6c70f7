"""What a fresh VAR_DIR needs before anything starts: keys, and the demo's callers. Making it twice changes nothing."""

import json
from pathlib import Path

from gateway.errors import GatewayError
from gateway.security.keyfile import create_once, unusable
from gateway.security.signing import create_signing_key, load_signing_keys
from gateway.security.vault import Keyring, create_keys
from gateway.security.webhooks import generate_secret
from gateway.settings import Settings
from gateway.store.journal_vault import sealed_sample
from gateway.store.work import LockTimeoutError

_REST = ("enrolments:write", "cases:read", "cases:write", "workers:read", "workers:write", "records:read")
_STATEMENTS = ("statements:read", "statements:write")
_BREAKS = ("breaks:read", "breaks:write")
_SOAP = ("soap:ask", "soap:tell")

_PUSHING = ("zhejiang", "tianjin", "guangdong", "medical-zhejiang")
# Whoever asks us at /soap/<party> and /in/<party>, with the secret of its party.
_OF_OWN_DIALECT = ("hunan", "medical-hunan")
# The demo's callers: one platform, one province, one operator, one accountant.
# A deployment registers its own (`app.py client add`).
DEMO_CLIENTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("demo-platform", "platform", _REST, "demo-platform"),
    ("other-platform", "platform", _REST, ""),
    ("demo-province", "province", _SOAP, "beijing"),
    *((f"province-{name}", "province", _SOAP, name) for name in (*_PUSHING, *_OF_OWN_DIALECT)),
    ("demo-operator", "operator", (*_REST, *_STATEMENTS, *_BREAKS, *_SOAP, "operate"), ""),
    ("demo-accountant", "accountant", _BREAKS, ""),
)


class Keys:
    """Where the keys of a run lie."""

    def __init__(self, var: Path) -> None:
        self.vault = var / "keys" / "vault.json"
        self.tokens = var / "keys" / "tokens.pem"
        self.seals = var / "keys" / "seals.pem"
        self.webhooks = var / "keys" / "webhooks.secret"
        self.outside_seal = var / "seals" / "last"
        self.clients = var / "clients"
        self._private = var / "keys" / "clients"

    def of_client(self, client: str) -> Path:
        """A client's own private key; on this machine in the demo only."""
        return self._private / f"{client}.pem"


def prepare(settings: Settings) -> Keys:
    """Make the keys that are missing, and in the demo its callers.

    GatewayError: `data_invalid` where the vault's keys are missing that a database was sealed with, `unavailable` where
    they are missing and the database cannot be asked, `setting_invalid` where nothing can be written in VAR_DIR.
    """
    try:
        return _prepared(settings)
    except OSError as problem:
        reason = f"{problem.filename or settings.var}: {problem.strerror}"
        raise GatewayError("setting_invalid", name="VAR_DIR", reason=reason) from None


def _prepared(settings: Settings) -> Keys:
    keys = Keys(settings.var)
    if not keys.vault.exists() and sealed_sample(settings.database) is not None:
        # Fresh keys would open nothing, and take everybody whom the database knows for somebody new.
        raise unusable(keys.vault, "the file is gone, and the database was sealed with it: put its copy back")
    create_keys(keys.vault)
    create_signing_key(keys.tokens)
    create_signing_key(keys.seals, "EdDSA")
    create_once(keys.webhooks, generate_secret().encode())
    keys.outside_seal.parent.mkdir(parents=True, exist_ok=True)
    if not settings.production:
        for client, kind, scopes, party in DEMO_CLIENTS:
            add_client(keys, client, kind, scopes, party)
    return keys


def check_vault(keyring: Keyring, settings: Settings) -> None:
    """GatewayError `data_invalid` where other keys than these sealed what the database holds.

    A database that does not answer yet stops no start: whatever is asked of it says so.
    """
    try:
        sample = sealed_sample(settings.database)
    except (GatewayError, LockTimeoutError):
        return
    if sample is not None:
        keyring.check_opens(sample)


def add_client(keys: Keys, client: str, kind: str, scopes: tuple[str, ...], party: str) -> None:
    """Register a caller with a key made here; the one that is registered already stays."""
    create_signing_key(keys.of_client(client))
    (key, *_) = load_signing_keys(keys.of_client(client))
    entry = {"id": client, "kind": kind, "scopes": list(scopes), "party": party, "jwk": key.public.jwk()}
    create_once(keys.clients / f"{client}.json", json.dumps(entry, indent=1).encode())
