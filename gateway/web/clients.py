"""The register of callers: one file each, in JSON or TOML, read when it is needed and again when it has changed.

`<id>.json`: {"id", "kind", "scopes": [...], "party", "jwk" or "pem", "wsse": {"user", "secret", "form"}}. `party`: who
stands behind the client (default: the id). `wsse.secret` names a setting and never holds the secret; a province without
`wsse` signs in as its party with the secret of the setting PARTY_<PARTY>_SECRET.
"""

import logging
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from gateway.errors import GatewayError
from gateway.security.signing import VerifyKey
from gateway.security.wsse import Credential

Kind = Literal["platform", "province", "operator", "accountant"]

log = logging.getLogger(__name__)

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_READERS: Mapping[str, Callable[[bytes], Any]] = {
    ".json": msgspec.json.decode,
    ".toml": lambda content: tomllib.loads(content.decode()),
}


class _Wsse(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    user: str
    secret: str
    form: Literal["digest", "text"] = "digest"


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    id: str
    kind: Kind
    scopes: list[str]
    party: str = ""
    jwk: dict[str, Any] | None = None
    pem: str | None = None
    wsse: _Wsse | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who may call us: what kind of caller, what they may do, and how they prove who they are.

    `user`, `secret_name`, `form`: WS-Security sign-in; the user is empty where there is none.
    """

    id: str
    kind: Kind
    scopes: frozenset[str]
    party: str
    keys: tuple[VerifyKey, ...]
    user: str = ""
    secret_name: str = ""
    form: Literal["digest", "text"] = "digest"


class Clients:
    """The clients of a folder. `secrets`: settings that hold secrets, by name."""

    def __init__(self, folder: Path, secrets: Mapping[str, str]) -> None:
        self._folder = str(folder)
        self._secrets = secrets
        self._read: dict[str, tuple[tuple[int, int], Client]] = {}

    def get(self, client: str) -> Client | None:
        """The client with this id, None where there is none; GatewayError `data_invalid` for an unusable file."""
        if not _ID.fullmatch(client):
            return None
        for suffix in _READERS:
            found = self._client(f"{self._folder}/{client}{suffix}")
            if found is not None:
                return found
        return None

    def keys_of(self, client: str) -> Sequence[VerifyKey]:
        """The registered keys of a client, none for an unknown one."""
        found = self.get(client)
        return () if found is None else found.keys

    def by_user(self, user: str) -> Client | None:
        """The client who signs in as this WS-Security user."""
        return next((client for client in self.all() if user and client.user == user), None)

    def credential_of(self, user: str) -> Credential | None:
        """What that user was given, None for an unknown user or one whose secret is not set."""
        client = self.by_user(user)
        secret = None if client is None else self._secrets.get(client.secret_name)
        return None if client is None or not secret else Credential(secret, client.form)

    def all(self) -> Iterator[Client]:
        """Every client whose file can be used, by file name."""
        for path in sorted(path for path in Path(self._folder).glob("*") if path.suffix in _READERS):
            try:
                client = self._client(str(path))
            except GatewayError:
                # One client's file must not shut out the others.
                log.exception("a client is left out")
                continue
            if client is not None:
                yield client

    def _client(self, path: str) -> Client | None:
        # Looked at for every request, so that a client who is struck off is out at once: no Path is made for it.
        try:
            status = os.stat(path)  # noqa: PTH116 - see above
        except (FileNotFoundError, NotADirectoryError):
            return None
        changed = (status.st_mtime_ns, status.st_size)
        known = self._read.get(path)
        if known is None or known[0] != changed:
            known = self._read[path] = changed, read_client(Path(path))
        return known[1]


def read_client(path: Path) -> Client:
    """The client in a file; GatewayError `data_invalid` naming the file and what is wrong with it."""
    try:
        file = msgspec.convert(_READERS[path.suffix](path.read_bytes()), _File)
        if file.id != path.stem or not _ID.fullmatch(file.id):
            raise ValueError("the file must be named for its client id")  # noqa: TRY301 - told as its other faults are
        return _client(file)
    except (ValueError, OSError) as problem:
        raise GatewayError("data_invalid", file=str(path), line="1", reason=str(problem)) from None


def _client(file: _File) -> Client:
    keys = [] if file.jwk is None else [VerifyKey.from_jwk(file.jwk)]
    keys += [] if file.pem is None else [VerifyKey.from_pem(file.pem.encode())]
    party = file.party or file.id
    wsse = file.wsse or (_Wsse(party, secret_setting(party)) if file.kind == "province" else _Wsse("", ""))
    return Client(
        id=file.id,
        kind=file.kind,
        scopes=frozenset(file.scopes),
        party=party,
        keys=tuple(keys),
        user=wsse.user,
        secret_name=wsse.secret,
        form=wsse.form,
    )


def secret_setting(party: str) -> str:
    """The name of the setting that holds the secret shared with a party."""
    return f"PARTY_{party.upper().replace('-', '_')}_SECRET"
