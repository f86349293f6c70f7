"""Settings: defaults, what `run` left in VAR_DIR, the environment, a secrets file; each wins over the one before.

Validated as they are read, masked when printed.

The table `FIELDS` is the one list: docs/operations.md shows it, and a test compares the two.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import GatewayError

_PARTY_PREFIX = "PARTY_"
_SECRET_SUFFIX = "_SECRET"  # noqa: S105 - the ending of a variable's name, not a secret
_DOC = "doc"
LEFT_BY_RUN = "settings.toml"
VAR_DIR = "var"


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={_DOC: doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process of the gateway runs with."""

    environment: str = _setting(
        "demo", "`demo`, `test` or `production`; production refuses everything made for trying out."
    )
    database_url: str = _setting("", "SQLAlchemy address of the database; empty: SQLite under VAR_DIR.")
    port: int = _setting(8080, "Port of the gateway.")
    worker_port: int = _setting(0, "Port of the worker's health and metrics; 0: PORT + 1.")
    sandbox_port: int = _setting(0, "Port of the sandbox; 0: PORT + 2.")
    bind: str = _setting("127.0.0.1", "Address that the servers listen on.")
    public_url: str = _setting("", "How the outside reaches the gateway; empty: http://127.0.0.1:PORT.")
    var_dir: str = _setting(VAR_DIR, "Folder for the embedded database, keys and seals.")
    rules_dir: str = _setting(
        "", "Folder with the deployment's own rules; empty in the demo: the demo's invented ones."
    )
    secrets_file: str = _setting("", "TOML file with the same names in lower case; wins over the environment.")
    now_file: str = _setting("", "File with an instant that replaces the clock in tests; refused in production.")
    lease_seconds: int = _setting(30, "How long a worker may carry a leg before another may look after it.")
    threads: int = _setting(8, "Requests that one gateway process works on at once.")
    body_limit: int = _setting(1_048_576, "Largest request body in bytes.")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    parties: Mapping[str, str] = field(default_factory=dict, metadata={_DOC: "PARTY_<ID>_URL and PARTY_<ID>_SECRET."})

    @property
    def var(self) -> Path:
        """The folder for what the gateway keeps beside the database."""
        return Path(self.var_dir).absolute()

    @property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.var / 'gateway.db'}"

    @property
    def url(self) -> str:
        """How the outside reaches the gateway, the default filled in."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def worker(self) -> int:
        """The worker's port, the default filled in."""
        return self.worker_port or self.port + 1

    @property
    def sandbox(self) -> int:
        """The sandbox's port, the default filled in."""
        return self.sandbox_port or self.port + 2

    @property
    def lease(self) -> timedelta:
        """How long a claim lasts."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def production(self) -> bool:
        """Whether this is a real deployment."""
        return self.environment == "production"


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; GatewayError `setting_invalid` naming the setting and what it would take."""
    given = os.environ if environment is None else environment
    values = _left_by_run(given) | _known(given) | _secrets(given.get("SECRETS_FILE", ""))
    known = {item.name: values[item.name] for item in fields(Settings) if item.name in values}
    try:
        settings = msgspec.convert({**known, "parties": _of_parties(given, values)}, Settings, strict=False)
    except msgspec.ValidationError as problem:
        name = str(problem).rpartition("$.")[2].rstrip("`") or "settings"
        raise GatewayError("setting_invalid", name=name.upper(), reason=str(problem)) from None
    _check(settings, given)
    return settings


def masked(settings: Settings) -> dict[str, str]:
    """The settings as they may be printed: secrets and passwords hidden."""
    shown = {item.name: str(getattr(settings, item.name)) for item in fields(settings) if item.name != "parties"}
    scheme, at, rest = settings.database.rpartition("@")
    shown["database_url"] = f"{scheme.partition('://')[0]}://***{at}{rest}" if at else settings.database
    hidden = {name: "***" if name.endswith(_SECRET_SUFFIX) else value for name, value in settings.parties.items()}
    return shown | hidden


def documented() -> dict[str, tuple[str, str]]:
    """Name -> (default, purpose) of every setting, for docs and `--help`."""
    return {
        item.name.upper(): (str(item.default), str(item.metadata[_DOC]))
        for item in fields(Settings)
        if item.name != "parties"
    }


def _known(given: Mapping[str, str]) -> dict[str, Any]:
    names = [item.name for item in fields(Settings) if item.name != "parties"]
    return {name: given[name.upper()] for name in names if given.get(name.upper())}


def _of_parties(given: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    filed = {name.upper(): str(value) for name, value in values.items() if name.upper().startswith(_PARTY_PREFIX)}
    return filed | {name: value for name, value in given.items() if name.startswith(_PARTY_PREFIX)}


def _left_by_run(given: Mapping[str, str]) -> dict[str, Any]:
    """What `run` wrote for the commands that are given while it stands; never read in production."""
    path = Path(given.get("VAR_DIR") or VAR_DIR) / LEFT_BY_RUN
    return _toml(path, "VAR_DIR") if given.get("ENVIRONMENT") != "production" and path.exists() else {}


def _secrets(path: str) -> dict[str, Any]:
    return _toml(Path(path), "SECRETS_FILE") if path else {}


def _toml(path: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise GatewayError("setting_invalid", name=name, reason=f"{path}: {problem}") from None


def _check(settings: Settings, given: Mapping[str, str]) -> None:
    if settings.environment not in {"demo", "test", "production"}:
        raise GatewayError("setting_invalid", name="ENVIRONMENT", reason="one of demo, test, production")
    for name in ("NOW_FILE", "KILL_POINT", "TRACE_POINTS"):
        if settings.production and given.get(name):
            raise GatewayError("setting_invalid", name=name, reason="is for tests and refused in production")
    if settings.production and settings.database.startswith("sqlite"):
        raise GatewayError("setting_invalid", name="DATABASE_URL", reason="production needs PostgreSQL")
