"""Sealing of what is stored: AES-256-GCM under keys from one file, a subkey for each purpose (SP 800-38D, RFC 5869).

A seal is: format (1 byte), key id (4), salt (16), nonce (12), ciphertext with tag. The subkey is made from key, salt
and purpose; a keyring draws a new salt when it starts and then every so many seals, which keeps random nonces far from
their limit of 2^32 under one key.
"""

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import GatewayError
from gateway.security import keyfile

Purpose = Literal["fields", "journal", "index"]

_FORMAT = b"\x01"
_ID, _SALT, _NONCE, _KEY = 4, 16, 12, 32
_HEAD = len(_FORMAT) + _ID + _SALT
_SEALS_PER_SALT = 1 << 28
_CIPHERS_KEPT = 4096
_DATA_KEY = b"data key"


class DataKey(NamedTuple):
    """A fresh key for one record, plain and wrapped for keeping, with the nonce under which it seals that record."""

    plain: bytes
    wrapped: bytes
    nonce: bytes

    def __repr__(self) -> str:
        return "DataKey()"


@dataclass(slots=True)
class _Sealing:
    """The salt in use for one purpose, with its cipher and the number of seals left."""

    head: bytes
    cipher: AESGCM
    left: int = _SEALS_PER_SALT


class Keyring:
    """The keys of a deployment. `current` seals, every key opens, `index` makes blind indexes and never changes."""

    def __init__(self, keys: Mapping[str, bytes], current: str, index: str, path: Path | None = None) -> None:
        self._keys = dict(keys)
        self._current = current
        self._path = path
        self._sealing: dict[Purpose, _Sealing] = {}
        self._ciphers: dict[tuple[Purpose, bytes], AESGCM] = {}
        self._index = hmac.new(_subkey(self._keys[index], b"", "index"), digestmod="sha256")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file that `create_keys` made; GatewayError `data_invalid` where it cannot be used."""
        keys, current, index = _parsed(path, keyfile.read(path))
        return cls(keys, current, index, path)

    def __repr__(self) -> str:
        return f"Keyring(current={self._current}, keys={sorted(self._keys)})"

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal a stored value. `context` names its place (table, column, row); it opens there and nowhere else."""
        return self._seal("fields", plain, context.encode())

    def open(self, blob: bytes, context: str) -> bytes:
        """The value of a seal; GatewayError `sealed_unreadable` where it was changed, moved, or its key is gone."""
        return self._open("fields", blob, context.encode())

    def blind(self, kind: str, canonical: str) -> bytes:
        """The keyed index of a value: 32 bytes, equal for equal values of one kind, saying no more (HMAC-SHA256)."""
        keyed = self._index.copy()
        keyed.update(kind.encode() + b"\x00" + canonical.encode())
        return keyed.digest()

    def check_opens(self, seal: bytes) -> None:
        """GatewayError `data_invalid`, naming the key file, where `seal` was made with none of its keys."""
        try:
            self._key(seal[len(_FORMAT) : len(_FORMAT) + _ID].hex())
        except GatewayError as problem:
            reason = (
                "the database was sealed with other keys than these; VAR_DIR or DATABASE_URL is of another deployment"
            )
            raise keyfile.unusable(self._path or Path(), reason) from problem

    def new_data_key(self) -> DataKey:
        """A fresh key for one record of the journal: destroy what is wrapped and the record is gone."""
        # All in one: each draw lets another thread have the interpreter.
        drawn = os.urandom(_KEY + 2 * _NONCE)
        key, nonce = drawn[:_KEY], drawn[_KEY : _KEY + _NONCE]
        return DataKey(key, self._seal("journal", key, _DATA_KEY, nonce), drawn[_KEY + _NONCE :])

    def unwrap(self, wrapped: bytes) -> bytes:
        """The plain data key; GatewayError `sealed_unreadable` as for `open`."""
        return self._open("journal", wrapped, _DATA_KEY)

    def rewrap(self, wrapped: bytes) -> bytes:
        """The same data key under the current key; the record itself stays as it is."""
        return self._seal("journal", self.unwrap(wrapped), _DATA_KEY)

    def _seal(self, purpose: Purpose, plain: bytes, context: bytes, nonce: bytes = b"") -> bytes:
        sealing = self._sealing.get(purpose)
        if sealing is None or sealing.left <= 0:
            sealing = self._sealing[purpose] = self._fresh(purpose)
        sealing.left -= 1
        nonce = nonce or os.urandom(_NONCE)
        return sealing.head + nonce + sealing.cipher.encrypt(nonce, plain, context)

    def _fresh(self, purpose: Purpose) -> _Sealing:
        head = _FORMAT + bytes.fromhex(self._current) + os.urandom(_SALT)
        return _Sealing(head, self._cipher(purpose, head))

    def _open(self, purpose: Purpose, blob: bytes, context: bytes) -> bytes:
        head, nonce, ciphertext = blob[:_HEAD], blob[_HEAD : _HEAD + _NONCE], blob[_HEAD + _NONCE :]
        if len(nonce) != _NONCE or not head.startswith(_FORMAT):
            raise GatewayError("sealed_unreadable", reason="this is not a seal")
        try:
            return self._cipher(purpose, head).decrypt(nonce, ciphertext, context)
        except InvalidTag:
            raise GatewayError("sealed_unreadable", reason="it was changed, or belongs to another place") from None

    def _cipher(self, purpose: Purpose, head: bytes) -> AESGCM:
        cipher = self._ciphers.get((purpose, head))
        if cipher is None:
            if len(self._ciphers) >= _CIPHERS_KEPT:
                self._ciphers.clear()
            key = self._key(head[len(_FORMAT) : len(_FORMAT) + _ID].hex())
            cipher = AESGCM(_subkey(key, head[len(_FORMAT) + _ID :], purpose))
            self._ciphers[purpose, head] = cipher
        return cipher

    def _key(self, name: str) -> bytes:
        """A key by its id; one that another process has added since this one started is read from the file."""
        if name not in self._keys and self._path is not None:
            self._keys = _parsed(self._path, keyfile.read(self._path))[0]
        if name not in self._keys:
            raise GatewayError("sealed_unreadable", reason=f"the key file holds no key {name}")
        return self._keys[name]


def create_keys(path: Path) -> bool:
    """Make a key file with one fresh key, mode 0600; whether this call made it (a file that is there stays)."""
    name = secrets.token_hex(_ID)
    return keyfile.create_once(path, _written({name: os.urandom(_KEY)}, name, name))


def add_key(path: Path) -> str:
    """Add a fresh key to the file and make it the current one; its id. Processes seal with it once they start anew."""
    name = secrets.token_hex(_ID)

    def with_key(content: bytes) -> bytes:
        keys, _, index = _parsed(path, content)
        return _written({**keys, name: os.urandom(_KEY)}, name, index)

    keyfile.rewrite(path, with_key)
    return name


def seal_with(key: DataKey, plain: bytes, context: str) -> bytes:
    """Seal the one record that a data key is for: nonce (12 bytes), ciphertext with tag."""
    return key.nonce + AESGCM(key.plain).encrypt(key.nonce, plain, context.encode())


def open_with(key: bytes, blob: bytes, context: str) -> bytes:
    """The record that `seal_with` sealed; GatewayError `sealed_unreadable` where it was changed or moved."""
    if len(blob) < _NONCE:
        raise GatewayError("sealed_unreadable", reason="this is not a seal")
    try:
        return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], context.encode())
    except InvalidTag:
        raise GatewayError("sealed_unreadable", reason="it was changed, or belongs to another place") from None


def _subkey(key: bytes, salt: bytes, purpose: Purpose) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=b"gateway vault 1 " + purpose.encode()).derive(key)


def _written(keys: Mapping[str, bytes], current: str, index: str) -> bytes:
    encoded = {name: base64.b64encode(key).decode("ascii") for name, key in keys.items()}
    return json.dumps({"current": current, "index": index, "keys": encoded}, indent=2).encode()


def _parsed(path: Path, content: bytes) -> tuple[dict[str, bytes], str, str]:
    try:
        document = json.loads(content)
        keys = {str(name): base64.b64decode(text, validate=True) for name, text in document["keys"].items()}
        current, index = str(document["current"]), str(document["index"])
        sound = all(len(key) == _KEY and len(bytes.fromhex(name)) == _ID for name, key in keys.items())
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise keyfile.unusable(path, "it does not have the form of a key file") from None
    if not sound or current not in keys or index not in keys:
        raise keyfile.unusable(path, "a key in it has the wrong length, or the current or index key is missing")
    return keys, current, index
