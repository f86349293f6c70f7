"""Settings: defaults, what `run` left in VAR_DIR, the environment, a secrets file; each wins over the one before.

Validated as they are read, masked when printed.

The fields of `Settings` are the one list: docs/operations.md shows it, and a test compares the two.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.errors import GatewayError
from gateway.model.values import Money

_PARTY_PREFIX = "PARTY_"
_SECRET_SUFFIX = "_SECRET"  # noqa: S105 - the ending of a variable's name, not a secret
_DOC = "doc"
LEFT_BY_RUN = "settings.toml"
VAR_DIR = "var"
_BETWEEN = "between"
_PORTS = (1, 65535)
_PORTS_OR_NEXT = (0, 65535)
_POSITIVE = (1, 2**31)
_YUAN = re.compile(r"(0|[1-9][0-9]{0,11})\.[0-9]{2}")
_SPARK = re.compile(r"spark://[^\s/,@]+:[0-9]+(,[^\s/,@]+:[0-9]+)*")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# Whatever stands before an @ may be a user and a password, whatever follows a ? may hold one.
_USER = re.compile(r"(?<=://).*@")


def _setting(default: Any, doc: str, *, secret: bool = False, between: tuple[int, int] | None = None) -> Any:
    return field(default=default, metadata={_DOC: doc, _BETWEEN: between}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process of the gateway runs with."""

    environment: str = _setting(
        "demo", "`demo`, `test` or `production`; production refuses everything made for trying out."
    )
    database_url: str = _setting("", "SQLAlchemy address of the database; empty: SQLite under VAR_DIR.", secret=True)
    port: int = _setting(8080, "Port of the gateway.", between=_PORTS)
    worker_port: int = _setting(0, "Port of the worker's health and metrics; 0: PORT + 1.", between=_PORTS_OR_NEXT)
    sandbox_port: int = _setting(0, "Port of the sandbox; 0: PORT + 2.", between=_PORTS_OR_NEXT)
    bind: str = _setting("127.0.0.1", "Address that the servers listen on.")
    public_url: str = _setting(
        "", "How the outside reaches the gateway, with the path that a proxy takes away; empty: http://127.0.0.1:PORT."
    )
    var_dir: str = _setting(VAR_DIR, "Folder for the embedded database, keys and seals.")
    rules_dir: str = _setting(
        "", "Folder with the deployment's own rules; empty in the demo: the demo's invented ones."
    )
    secrets_file: str = _setting("", "TOML file with the same names in lower case; wins over the environment.")
    now_file: str = _setting("", "File with an instant that replaces the clock in tests; refused in production.")
    lease_seconds: int = _setting(
        30, "How long a worker may carry a leg before another may look after it.", between=_POSITIVE
    )
    threads: int = _setting(48, "Requests that one gateway process works on at once.", between=_POSITIVE)
    body_limit: int = _setting(1_048_576, "Largest request body in bytes.", between=_POSITIVE)
    statement_limit: int = _setting(2_147_483_648, "Largest day-end statement in bytes.", between=_POSITIVE)
    batch_url: str = _setting(
        "", "Spark cluster that reconciles, `spark://host:port`; empty: DuckDB inside the worker (docs/scaling.md)."
    )
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    second_person_above: str = _setting(
        "10000.00", "Resolving a break about more yuan than this takes a second person; `0.00`: every one."
    )
    recover_a_minute: int = _setting(
        120, "Receipts that are rebuilt from statements in a minute at most, where they never came.", between=_POSITIVE
    )
    parties: Mapping[str, str] = field(
        default_factory=dict, metadata={_DOC: "PARTY_<ID>_URL and PARTY_<ID>_SECRET."}, repr=False
    )

    @property
    def var(self) -> Path:
        """The folder for what the gateway keeps beside the database."""
        return Path(self.var_dir).absolute()

    @property
    def database(self) -> str:
        """The database's address, the default filled in, with the driver that is installed."""
        given = self.database_url or f"sqlite:///{self.var / 'gateway.db'}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", given)

    @property
    def url(self) -> str:
        """How the outside reaches the gateway, the default filled in, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @property
    def here(self) -> str:
        """How this machine itself reaches the gateway, past whatever proxy the outside goes through."""
        everywhere = self.bind in {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not bound to
        host = "127.0.0.1" if everywhere else f"[{self.bind}]" if ":" in self.bind else self.bind
        return f"http://{host}:{self.port}"

    @property
    def worker(self) -> int:
        """The worker's port, the default filled in."""
        return self.worker_port or self.port + 1

    @property
    def sandbox(self) -> int:
        """The sandbox's port, the default filled in."""
        return self.sandbox_port or self.port + 2

    @property
    def second_person_above_fen(self) -> int:
        """The amount in fen above which resolving a break takes a second person."""
        return Money.parse(self.second_person_above).fen

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
    values = _given(given)
    if values.get("environment") != "production":
        values = _left_by_run(given) | values
    known = {name: values[name] for name in _names() if name in values}
    parties = _of_parties(values)
    try:
        settings = msgspec.convert({**known, "parties": parties}, Settings, strict=False)
    except msgspec.ValidationError as problem:
        name = str(problem).rpartition("$.")[2].rstrip("`") or "settings"
        raise _invalid(name.upper(), str(problem)) from None
    _check(settings, given)
    return settings


def given_for_parties() -> dict[str, str]:
    """PARTY_... as the environment and the secrets file give them, whatever an earlier run has left."""
    return _of_parties(_given(os.environ))


def masked(settings: Settings) -> dict[str, str]:
    """The settings as they may be printed: secrets and passwords hidden."""
    shown = {name: str(getattr(settings, name)) for name in _names()}
    shown["database_url"] = _address(settings.database)
    return shown | {name: _of_party(name, value) for name, value in settings.parties.items()}


def _of_party(name: str, value: str) -> str:
    return "***" if name.endswith(_SECRET_SUFFIX) else _address(value)


def _address(url: str) -> str:
    address, question, _ = _USER.sub("***@", url).partition("?")
    return address + (question and "?***")


def documented() -> dict[str, tuple[str, str]]:
    """Name -> (default, purpose) of every setting, for docs and `--help`."""
    return {
        item.name.upper(): (str(item.default), str(item.metadata[_DOC]))
        for item in fields(Settings)
        if item.name != "parties"
    }


def _names() -> list[str]:
    return [item.name for item in fields(Settings) if item.name != "parties"]


def _given(environment: Mapping[str, str]) -> dict[str, Any]:
    secrets = environment.get("SECRETS_FILE")
    return _known(environment) | (_toml(Path(secrets), "SECRETS_FILE") if secrets else {})


def _of_parties(values: Mapping[str, Any]) -> dict[str, str]:
    return {name.upper(): str(value) for name, value in values.items() if name.upper().startswith(_PARTY_PREFIX)}


def _known(given: Mapping[str, str]) -> dict[str, Any]:
    known = {name: given[name.upper()] for name in _names() if given.get(name.upper())}
    return known | {name.lower(): value for name, value in given.items() if name.startswith(_PARTY_PREFIX)}


def _left_by_run(given: Mapping[str, str]) -> dict[str, Any]:
    """What `run` wrote for the commands that are given while it stands; never read in production."""
    path = Path(given.get("VAR_DIR") or VAR_DIR) / LEFT_BY_RUN
    return _toml(path, "VAR_DIR") if path.exists() else {}


def _toml(path: Path, name: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise _invalid(name, f"{path}: {problem}") from None
    return {key.lower(): value for key, value in found.items()}


def _invalid(name: str, reason: str) -> GatewayError:
    return GatewayError("setting_invalid", name=name, reason=reason)


def _check(settings: Settings, given: Mapping[str, str]) -> None:
    for item in fields(Settings):
        low, high = item.metadata.get(_BETWEEN) or (None, None)
        if low is not None and not low <= getattr(settings, item.name) <= high:
            raise _invalid(item.name.upper(), f"a whole number from {low} to {high}")
    if settings.environment not in {"demo", "test", "production"}:
        raise _invalid("ENVIRONMENT", "one of demo, test, production")
    if settings.log_level.upper() not in _LEVELS:
        raise _invalid("LOG_LEVEL", f"one of {', '.join(_LEVELS)}")
    if not _YUAN.fullmatch(settings.second_person_above):
        raise _invalid("SECOND_PERSON_ABOVE", "an amount in yuan with two decimals, such as 10000.00")
    if not settings.database.startswith(("sqlite:", "postgresql+psycopg:")):
        raise _invalid("DATABASE_URL", "an address such as postgresql://user:password@host/name, or sqlite:///file")
    if settings.batch_url and not _SPARK.fullmatch(settings.batch_url):
        raise _invalid("BATCH_URL", "spark://host:port (several masters: spark://host:port,host:port), or empty")
    public = urlsplit(settings.url)
    if public.scheme not in {"http", "https"} or not public.hostname or public.query or public.fragment:
        raise _invalid("PUBLIC_URL", "an address that begins with http:// or https://, without ? and #")
    if settings.production:
        _check_production(settings, given)


def _check_production(settings: Settings, given: Mapping[str, str]) -> None:
    for name in ("NOW_FILE", "KILL_POINT", "TRACE_POINTS"):
        if given.get(name) or (name == "NOW_FILE" and settings.now_file):
            raise _invalid(name, "is for tests and refused in production")
    if settings.database.startswith("sqlite"):
        raise _invalid("DATABASE_URL", "production needs PostgreSQL")
