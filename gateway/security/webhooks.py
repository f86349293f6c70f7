"""Signatures of webhooks: Standard Webhooks 1.0.0, asymmetric form (Ed25519, `v1a`).

Signed is `{id}.{timestamp}.{body}`. A secret key is `whsk_` with base64 of seed and public key (64 bytes), a public key
is `whpk_` with base64 of 32 bytes, as the reference server writes them.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.errors import GatewayError

TOLERANCE = timedelta(minutes=5)

_SECRET, _PUBLIC, _VERSION = "whsk_", "whpk_", "v1a"
_SEED = 32
_LONGEST_TIMESTAMP = 12
_MOST_SIGNATURES = 10


def generate_secret() -> str:
    """A fresh secret key."""
    return _written(Ed25519PrivateKey.generate())


def public_of(secret: str) -> str:
    """The public key that a receiver needs; ValueError where `secret` is not a secret key."""
    return _PUBLIC + base64.b64encode(_private(secret).public_key().public_bytes_raw()).decode("ascii")


def sign(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers for one try at `at`; more than one secret while keys are being changed.

    `message_id` is the same on every try. ValueError for an id with a full stop or a secret that is not one.
    """
    if not message_id.isascii() or not message_id.isprintable() or {".", " "} & set(message_id) or not message_id:
        raise ValueError("a webhook id is visible ASCII without full stops")
    timestamp = str(int(at.timestamp()))
    content = _content(message_id, timestamp, body)
    signatures = [base64.b64encode(_private(secret).sign(content)).decode("ascii") for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"{_VERSION},{signature}" for signature in signatures),
    }


def verify(
    public_keys: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """The id of a webhook that one of `public_keys` signed within `tolerance` of `now`.

    Header names in any case. GatewayError `authentication_needed` otherwise; ValueError for a malformed public key.
    A repeated id is the receiver's to notice.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > _LONGEST_TIMESTAMP:
        _refuse("webhook-id or webhook-timestamp is missing or unreadable")
    if abs(now.timestamp() - int(timestamp)) > tolerance.total_seconds():
        _refuse("webhook-timestamp is too far from now")
    content = _content(message_id, timestamp, body)
    signatures = _signatures(given.get("webhook-signature", ""))
    if not any(_fits(_public(key), signature, content) for key in public_keys for signature in signatures):
        _refuse("no webhook-signature fits a known key")
    return message_id


def _content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode(errors="surrogatepass") + body


def _signatures(header: str) -> list[bytes]:
    entries = [entry.partition(",") for entry in header.split(" ")[:_MOST_SIGNATURES]]
    return [_decoded(text) for version, _, text in entries if version == _VERSION]


def _fits(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _written(key: Ed25519PrivateKey) -> str:
    both = key.private_bytes_raw() + key.public_key().public_bytes_raw()
    return _SECRET + base64.b64encode(both).decode("ascii")


@lru_cache(maxsize=1024)
def _private(secret: str) -> Ed25519PrivateKey:
    raw = _decoded(secret.removeprefix(_SECRET))
    if not secret.startswith(_SECRET) or len(raw) not in (_SEED, 2 * _SEED):
        raise ValueError("a webhook secret key is whsk_ with base64 of 64 bytes")
    key = Ed25519PrivateKey.from_private_bytes(raw[:_SEED])
    if raw[_SEED:] not in (b"", key.public_key().public_bytes_raw()):
        raise ValueError("the halves of the webhook secret key do not belong together")
    return key


@lru_cache(maxsize=1024)
def _public(text: str) -> Ed25519PublicKey:
    raw = _decoded(text.removeprefix(_PUBLIC))
    if not text.startswith(_PUBLIC) or len(raw) != _SEED:
        raise ValueError("a webhook public key is whpk_ with base64 of 32 bytes")
    return Ed25519PublicKey.from_public_bytes(raw)


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("authentication_needed", reason=reason)
