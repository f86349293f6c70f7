"""The keys that sign the journal's seals: one that signs, and the public halves of those that did before it."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from gateway.security import keyfile
from gateway.security.signing import PEM_BLOCK, SigningKey, VerifyKey

_PUBLIC = b"-----BEGIN PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class SealKeys:
    """`private` signs; `earlier` signed before it, the latest first, and can only be verified with any more."""

    private: Ed25519PrivateKey = field(repr=False)
    earlier: tuple[Ed25519PublicKey, ...] = ()

    @property
    def public(self) -> Ed25519PublicKey:
        """What verifies the seals of today."""
        return self.private.public_key()


def key_id(key: Ed25519PublicKey) -> str:
    """The thumbprint (RFC 7638) that a key is called by."""
    return VerifyKey.of(key).kid


def load_seal_keys(path: Path) -> SealKeys:
    """The keys of a file; GatewayError `data_invalid` where it holds anything but a private key and replaced ones."""
    return _parsed(path, keyfile.read(path))


def rotate_seal_key(path: Path) -> str:
    """Let a fresh key sign from now on; of the one before only the public half is kept. The new key's id."""
    fresh = SigningKey.generate("EdDSA")

    def replaced(content: bytes) -> bytes:
        before = _parsed(path, content)
        return fresh.pem() + b"".join(map(_pem, (before.public, *before.earlier)))

    keyfile.rewrite(path, replaced)
    return fresh.kid


def _parsed(path: Path, content: bytes) -> SealKeys:
    try:
        private, *earlier = (_read(pem) for pem in PEM_BLOCK.findall(content))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private, earlier = None, []
    public = tuple(key for key in earlier if isinstance(key, Ed25519PublicKey))
    if not isinstance(private, Ed25519PrivateKey) or len(public) < len(earlier):
        raise keyfile.unusable(path, "it must hold one private Ed25519 key, then only public ones that it has replaced")
    return SealKeys(private, public)


def _read(pem: bytes) -> object:
    return load_pem_public_key(pem) if pem.startswith(_PUBLIC) else load_pem_private_key(pem, password=None)


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
