"""RSA with SHA-1 (RFC 8017, section 8.2), for systems that sign in no other way (wire facts, section 2 D2).

SHA-1 is no longer strong: what protects such a call is TLS. It opens questions, and nothing that moves money.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1


def verifies(key: object, text: bytes, signature: str) -> bool:
    """Whether `signature` (Base64) over `text` is by the private half of `key`; False for a key of another kind."""
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        # Their algorithm: the choice is not ours.
        key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA1())  # noqa: S303 - as above
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
