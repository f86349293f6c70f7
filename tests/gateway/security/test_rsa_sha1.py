import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from gateway.security.rsa_sha1 import verifies

TEXT = "<input><aac003>湘小骑</aac003></input>".encode()


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def signature(key: RSAPrivateKey, hashed: SHA1 | SHA256) -> str:
    return base64.b64encode(key.sign(TEXT, PKCS1v15(), hashed)).decode()


def test_a_signature_by_the_key_over_the_text_is_verified(key: RSAPrivateKey) -> None:
    assert verifies(key.public_key(), TEXT, signature(key, SHA1()))  # noqa: S303 - the algorithm of these systems


def test_another_text_another_algorithm_and_no_signature_are_not(key: RSAPrivateKey) -> None:
    good = signature(key, SHA1())  # noqa: S303 - the algorithm of these systems
    assert not verifies(key.public_key(), TEXT + b" ", good)
    assert not verifies(key.public_key(), TEXT, signature(key, SHA256()))
    for wrong in ("", "!", "ü", good[:-4], good + "\n", base64.b64encode(b"x" * 256).decode()):
        assert not verifies(key.public_key(), TEXT, wrong)


def test_a_key_of_another_kind_verifies_nothing(key: RSAPrivateKey) -> None:
    other = generate_ec_key(SECP256R1()).public_key()
    assert not verifies(other, TEXT, signature(key, SHA1()))  # noqa: S303 - the algorithm of these systems
