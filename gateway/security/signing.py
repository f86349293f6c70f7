"""Keys that make and check JSON Web Signatures: ours in PEM files, our callers' as PEM or JWK (RFC 7517, 8037)."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.security import keyfile

Algorithm = Literal["ES256", "EdDSA"]
Public = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey

_WEAKEST_RSA = 2048
_THUMBPRINT_MEMBERS = ("crv", "e", "k", "kty", "n", "x", "y")
PEM_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public key with the algorithms that it may be used with; the token's own word on that is never taken."""

    key: Public
    algorithms: tuple[str, ...]
    kid: str

    @classmethod
    def of(cls, key: object) -> Self:
        """Take a public key of an allowed kind (P-256, Ed25519, RSA from 2048 bits); ValueError for any other."""
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            return cls(key, ("ES256",), _thumbprint(ECAlgorithm.to_jwk(key, as_dict=True)))
        if isinstance(key, Ed25519PublicKey):
            return cls(key, ("EdDSA",), _thumbprint(OKPAlgorithm.to_jwk(key, as_dict=True)))
        if isinstance(key, RSAPublicKey) and key.key_size >= _WEAKEST_RSA:
            return cls(key, ("RS256", "PS256"), _thumbprint(RSAAlgorithm.to_jwk(key, as_dict=True)))
        raise ValueError("a public key must be EC P-256, Ed25519, or RSA of at least 2048 bits")

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read a PEM public key; ValueError where it is not one that is allowed."""
        try:
            return cls.of(load_pem_public_key(pem))
        except UnsupportedAlgorithm as error:
            raise ValueError("not a public key of an allowed kind") from error

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Read a JWK; ValueError where it is not a public key that is allowed. A private member is not looked at."""
        public = {name: value for name, value in jwk.items() if name in _THUMBPRINT_MEMBERS}
        try:
            return cls.of(jwt.PyJWK.from_dict(public).key)
        except jwt.PyJWTError as error:
            raise ValueError("not a public key in JWK form") from error

    def jwk(self) -> dict[str, Any]:
        """The key for publication."""
        algorithm: Any = {"ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}.get(self.algorithms[0], RSAAlgorithm)
        return {**algorithm.to_jwk(self.key, as_dict=True), "kid": self.kid, "use": "sig", "alg": self.algorithms[0]}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours; `kid` is the thumbprint of its public half (RFC 7638)."""

    private: EllipticCurvePrivateKey | Ed25519PrivateKey = field(repr=False)
    public: VerifyKey

    @classmethod
    def generate(cls, algorithm: Algorithm = "ES256") -> Self:
        """A fresh key."""
        return cls._of(generate_private_key(SECP256R1()) if algorithm == "ES256" else Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read a PEM private key; ValueError or TypeError where it is neither EC P-256 nor Ed25519."""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, EllipticCurvePrivateKey | Ed25519PrivateKey):
            raise TypeError("a signing key must be EC P-256 or Ed25519")
        return cls._of(key)

    @classmethod
    def _of(cls, key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> Self:
        return cls(key, VerifyKey.of(key.public_key()))

    @property
    def kid(self) -> str:
        """Its id in token headers."""
        return self.public.kid

    @property
    def algorithm(self) -> str:
        """The algorithm it signs with."""
        return self.public.algorithms[0]

    def pem(self) -> bytes:
        """The private key for a key file."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def token(self, claims: Mapping[str, Any], typ: str) -> str:
        """A signed JWT of type `typ`; times in `claims` are whole seconds since 1970."""
        headers = {"kid": self.kid, "typ": typ}
        return jwt.encode(dict(claims), self.private, algorithm=self.algorithm, headers=headers)


def create_signing_key(path: Path, algorithm: Algorithm = "ES256") -> bool:
    """Make a file with one fresh signing key, mode 0600; whether this call made it (a file that is there stays)."""
    return not path.exists() and keyfile.create_once(path, SigningKey.generate(algorithm).pem())


def add_signing_key(path: Path, algorithm: Algorithm = "ES256") -> str:
    """Put a fresh key at the head of the file, from where it signs; the older ones still verify. Its kid."""
    fresh = SigningKey.generate(algorithm)
    keyfile.rewrite(path, lambda content: fresh.pem() + content)
    return fresh.kid


def load_signing_keys(path: Path) -> tuple[SigningKey, ...]:
    """The keys of a file, the signing one first; GatewayError `data_invalid` where it holds none that can be used."""
    try:
        keys = tuple(SigningKey.from_pem(pem) for pem in PEM_BLOCK.findall(keyfile.read(path)))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        keys = ()
    if not keys:
        raise keyfile.unusable(path, "it holds no private key in PEM form that is EC P-256 or Ed25519")
    return keys


def _thumbprint(jwk: Mapping[str, Any]) -> str:
    members = {name: jwk[name] for name in _THUMBPRINT_MEMBERS if name in jwk}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
