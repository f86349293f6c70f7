from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.security.assertions import AssertionCheck, make_assertion
from gateway.security.signing import SigningKey, VerifyKey
from tests.gateway.security.remembering import NOON, Remembering

ENDPOINT = "https://gateway.invalid/oauth2/token"
KEY, OTHER = SigningKey.generate("EdDSA"), SigningKey.generate("EdDSA")
NOW = int(NOON.timestamp())
CLAIMS = {"iss": "demo", "sub": "demo", "aud": ENDPOINT, "exp": NOW + 60, "jti": "1"}


def keys_of(client: str) -> Sequence[VerifyKey]:
    return {"demo": (KEY.public,), "both": (OTHER.public, KEY.public)}.get(client, ())


@pytest.fixture
def check() -> AssertionCheck:
    return AssertionCheck([ENDPOINT], Remembering())


def refusal(check: AssertionCheck, assertion: str) -> str:
    with pytest.raises(GatewayError) as caught:
        check.client(assertion, keys_of, NOON)
    assert caught.value.kind.code == "invalid_client"
    return str(caught.value)


def signed(key: SigningKey = KEY, **claims: object) -> str:
    return key.token({**CLAIMS, **claims}, "JWT")


def test_an_assertion_identifies_its_client(check: AssertionCheck) -> None:
    assert check.client(make_assertion("demo", ENDPOINT, KEY, NOON), keys_of, NOON) == "demo"


def test_each_of_a_clients_keys_may_sign(check: AssertionCheck) -> None:
    for key in (KEY, OTHER):
        assert check.client(make_assertion("both", ENDPOINT, key, NOON), keys_of, NOON) == "both"


def test_a_key_id_of_the_clients_own_making_is_no_obstacle(check: AssertionCheck) -> None:
    token = jwt.encode(CLAIMS, KEY.private, algorithm="EdDSA", headers={"kid": "laptop"})
    assert check.client(token, keys_of, NOON) == "demo"


def test_an_assertion_works_once(check: AssertionCheck) -> None:
    assertion = make_assertion("demo", ENDPOINT, KEY, NOON)
    check.client(assertion, keys_of, NOON)
    assert "used before" in refusal(check, assertion)


def test_two_clients_may_choose_the_same_id(check: AssertionCheck) -> None:
    assert check.client(signed(), keys_of, NOON) == "demo"
    assert check.client(signed(iss="both", sub="both"), keys_of, NOON) == "both"


def test_the_id_is_remembered_until_the_assertion_expires() -> None:
    replays = Remembering()
    AssertionCheck([ENDPOINT], replays).client(signed(), keys_of, NOON)
    assert list(replays.used.values()) == [NOON + timedelta(seconds=60)]


def test_a_refused_assertion_uses_up_nothing() -> None:
    replays = Remembering()
    check = AssertionCheck([ENDPOINT], replays)
    for assertion in (signed(OTHER), signed(aud="https://other.invalid"), signed(exp=NOW)):
        refusal(check, assertion)
    assert replays.used == {}


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://other.invalid/oauth2/token"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"a": 1}}, "aud"),
        ({"aud": ENDPOINT + "/"}, "aud"),
        ({"iss": "both"}, "iss and sub"),
        ({"sub": ["demo"]}, "iss and sub"),
        ({"exp": NOW}, "expired"),
        ({"exp": NOW + 301}, "five minutes"),
        ({"exp": 10**30}, "five minutes"),
        ({"exp": "soon"}, "whole seconds"),
        ({"exp": float("nan")}, "whole seconds"),
        ({"nbf": NOW + 31}, "not valid yet"),
        ({"iat": NOW + 31}, "not valid yet"),
        ({"iat": True}, "whole seconds"),
        ({"jti": ""}, "jti"),
        ({"jti": "x" * 257}, "jti"),
        ({"jti": 1}, "jti"),
    ],
)
def test_an_assertion_that_breaks_a_rule_is_told_which(
    check: AssertionCheck, claims: dict[str, Any], reason: str
) -> None:
    assert reason in refusal(check, signed(**claims))


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "jti"])
def test_every_claim_is_required(check: AssertionCheck, missing: str) -> None:
    refusal(check, KEY.token({name: value for name, value in CLAIMS.items() if name != missing}, "JWT"))


def test_one_of_several_audiences_may_be_the_endpoint(check: AssertionCheck) -> None:
    assert check.client(signed(aud=["https://other.invalid", ENDPOINT]), keys_of, NOON) == "demo"


def test_an_unknown_client_and_a_wrong_signature_are_told_in_the_same_words(check: AssertionCheck) -> None:
    assert refusal(check, signed(iss="ghost", sub="ghost")) == refusal(check, signed(OTHER))


def test_the_algorithm_is_the_registered_keys_and_not_the_tokens_choice(check: AssertionCheck) -> None:
    pem = KEY.public.key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    for token in (
        jwt.encode(CLAIMS, "", algorithm="none", headers={"kid": KEY.kid}),
        jwt.encode(CLAIMS, pem, algorithm="HS256", headers={"kid": KEY.kid}),
        jwt.encode(CLAIMS, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": KEY.kid}),
    ):
        assert "fits the signature" in refusal(check, token)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_client_with_an_rsa_key_may_use_its_algorithms(check: AssertionCheck, algorithm: str) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    registered = VerifyKey.from_pem(pem)
    token = jwt.encode(CLAIMS, private, algorithm=algorithm)
    assert check.client(token, lambda _: [registered], NOON) == "demo"
    assert VerifyKey.from_jwk(registered.jwk()) == registered


def test_a_weak_or_strange_key_cannot_be_registered() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505 - shown to be refused
    curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    for key in (weak, curve):
        with pytest.raises(ValueError, match="2048"):
            VerifyKey.from_pem(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for jwk in ({"kty": "oct", "k": "c2VjcmV0"}, {}, {"kty": "OKP", "crv": "Ed25519", "x": "?"}):
        with pytest.raises(ValueError, match="key"):
            VerifyKey.from_jwk(jwk)


def test_a_private_key_given_for_registration_is_taken_for_its_public_half() -> None:
    jwk = {**OTHER.public.jwk(), "d": "c2VjcmV0"}
    assert VerifyKey.from_jwk(jwk) == OTHER.public


def test_an_endless_assertion_is_refused(check: AssertionCheck) -> None:
    assert "too long" in refusal(check, signed(pad="x" * 9000))


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,60}"))
def test_any_text_is_refused_as_an_assertion(text: str) -> None:
    refusal(AssertionCheck([ENDPOINT], Remembering()), text)
