"""The blind value of a person: AES-CMAC (RFC 4493, NIST SP 800-38B) of the number that a tax party has of them.

A tag is 128 bits, told in hexadecimal digits. Of many numbers at once it is made by gateway.batch.blinds.
"""

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

BLIND_DIGITS = 32


def person_blind(secret: bytes, number: str) -> str:
    """The blind value of a person by the tax party's number. `secret`: 32 bytes, of the party."""
    made = CMAC(AES(secret))
    made.update(number.encode())
    return made.finalize().hex()
