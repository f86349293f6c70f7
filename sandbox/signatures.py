"""Signatures of the caller: RSA with SHA-1, PKCS #1 v1.5, as one vendor of these systems wants it (wire facts D2)."""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

# What PKCS #1 v1.5 puts before a SHA-1 digest (RFC 8017, section 9.2).
_SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")


def verified(party: str, signed: bytes, signature: str) -> bool:
    """Whether the caller of `party` has signed; without a PARTY_<ID>_CALLER_KEY (PEM) nobody has."""
    pem = os.environ.get(f"PARTY_{party.upper().replace('-', '_')}_CALLER_KEY", "")
    key = load_pem_public_key(pem.encode()) if pem else None
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        given = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    numbers, size = key.public_numbers(), key.key_size // 8
    opened = pow(int.from_bytes(given), numbers.e, numbers.n).to_bytes(size)
    digest = _SHA1 + hashlib.sha1(signed).digest()  # noqa: S324 - the vendor's choice
    return opened == b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
