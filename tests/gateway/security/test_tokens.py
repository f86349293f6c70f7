import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.security.signing import Algorithm, SigningKey, add_signing_key, create_signing_key, load_signing_keys
from gateway.security.tokens import TokenIssuer
from tests.gateway.security.remembering import NOON

KEY = SigningKey.generate()
ISSUER = TokenIssuer([KEY], "https://gateway.invalid")
CLAIMS = {
    "iss": "https://gateway.invalid", "aud": "gateway", "sub": "a", "kind": "platform", "scope": "", "iat": 0, "exp": 0,
}  # fmt: skip


def refusal(token: str, now: datetime = NOON, issuer: TokenIssuer = ISSUER) -> str:
    with pytest.raises(GatewayError) as caught:
        issuer.verify(token, now)
    assert caught.value.kind.code == "authentication_needed"
    return str(caught.value)


def forged(key: SigningKey = KEY, typ: str = "at+jwt", **claims: object) -> str:
    times = {"iat": int(NOON.timestamp()), "exp": int(NOON.timestamp()) + 60}
    return key.token({**CLAIMS, **times, **claims}, typ)


@pytest.fixture(params=["ES256", "EdDSA"])
def algorithm(request: pytest.FixtureRequest) -> Algorithm:
    chosen: Algorithm = request.param
    return chosen


def test_a_token_says_who_calls_and_what_they_may_do(algorithm: Algorithm) -> None:
    issuer = TokenIssuer([SigningKey.generate(algorithm)], "https://gateway.invalid")
    claims = issuer.verify(issuer.issue("demo-platform", "platform", ["enrol", "read"], NOON), NOON)
    assert (claims.client, claims.kind, claims.scopes) == ("demo-platform", "platform", frozenset({"enrol", "read"}))
    assert claims.expires == NOON + timedelta(seconds=600)


def test_a_token_ends_when_it_expires_even_when_it_was_seen_before() -> None:
    token = ISSUER.issue("a", "platform", [], NOON, timedelta(seconds=30))
    for _ in range(2):
        assert ISSUER.verify(token, NOON + timedelta(seconds=29)).client == "a"
    assert "expired" in refusal(token, NOON + timedelta(seconds=30))
    assert ISSUER.verify(token, NOON).client == "a"


def test_a_token_from_the_future_is_refused_beyond_what_clocks_differ() -> None:
    token = ISSUER.issue("a", "platform", [], NOON)
    assert ISSUER.verify(token, NOON - timedelta(seconds=60)).client == "a"
    assert "not valid yet" in refusal(token, NOON - timedelta(seconds=61))


def test_the_given_instant_counts_and_not_the_clock_of_the_machine() -> None:
    for now in (datetime(1999, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)):
        assert ISSUER.verify(ISSUER.issue("a", "platform", [], now), now).client == "a"


def test_a_token_with_any_part_changed_is_refused() -> None:
    head, body, signature = ISSUER.issue("a", "platform", ["read"], NOON).split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    richer = base64.urlsafe_b64encode(json.dumps({**payload, "scope": "read admin"}).encode()).decode().rstrip("=")
    for token in (
        f"{head}.{richer}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature[::-1]}",
    ):
        assert "not one that this gateway signed" in refusal(token)


def test_a_token_of_another_gateway_key_audience_or_type_is_refused() -> None:
    assert ISSUER.verify(forged(), NOON).client == "a"
    for token in (forged(SigningKey.generate()), forged(aud="other"), forged(iss="other"), forged(typ="JWT")):
        refusal(token)


def test_an_unsigned_token_and_one_signed_with_the_public_key_as_a_secret_are_refused() -> None:
    claims = {**CLAIMS, "exp": int(NOON.timestamp()) + 60}
    headers = {"kid": KEY.kid, "typ": "at+jwt"}
    refusal(jwt.encode(claims, "", algorithm="none", headers=headers))
    refusal(jwt.encode(claims, KEY.public.jwk()["x"], algorithm="HS256", headers=headers))


@pytest.mark.parametrize("exp", ["soon", 1e400, None, True, 2**80, -(2**80), 1772452800.5])
def test_times_that_are_not_whole_seconds_are_refused(exp: object) -> None:
    refusal(forged(exp=exp))


@pytest.mark.parametrize("missing", ["sub", "kind", "scope", "iat", "exp"])
def test_a_token_without_a_claim_that_is_needed_is_refused(missing: str) -> None:
    claims = {**CLAIMS, "iat": int(NOON.timestamp()), "exp": int(NOON.timestamp()) + 60}
    refusal(KEY.token({name: value for name, value in claims.items() if name != missing}, "at+jwt"))


def test_a_deeply_nested_header_is_refused() -> None:
    nested = base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=")
    refusal(f"{nested}.e30.e30")


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
def test_any_text_is_refused_as_a_token(text: str) -> None:
    refusal(text)


def test_after_a_change_of_keys_tokens_of_the_old_key_still_hold(tmp_path: Path, algorithm: Algorithm) -> None:
    path = tmp_path / "signing.pem"
    assert create_signing_key(path)
    assert not create_signing_key(path)
    before = TokenIssuer(load_signing_keys(path), "https://gateway.invalid")
    old = before.issue("a", "platform", [], NOON)
    kid = add_signing_key(path, algorithm)
    after = TokenIssuer(load_signing_keys(path), "https://gateway.invalid")
    new = after.issue("a", "platform", [], NOON)
    assert jwt.get_unverified_header(new)["kid"] == kid
    assert after.verify(old, NOON) == after.verify(new, NOON)
    assert [key["kid"] for key in after.jwks()["keys"]] == [kid, jwt.get_unverified_header(old)["kid"]]
    refusal(new, NOON, before)


def test_anyone_can_verify_a_token_with_the_published_keys(algorithm: Algorithm) -> None:
    issuer = TokenIssuer([SigningKey.generate(algorithm)], "https://gateway.invalid")
    published = jwt.PyJWKSet.from_dict(issuer.jwks()).keys[0]
    now = datetime.now(UTC)
    claims = jwt.decode(issuer.issue("a", "platform", ["x"], now), published, [algorithm], audience="gateway")
    assert claims["scope"] == "x"
    assert not {"d", "p", "q"} & set(issuer.jwks()["keys"][0])


def test_private_keys_never_show_in_a_representation() -> None:
    assert "private" not in repr(KEY)


@pytest.mark.parametrize(
    "content", ["", "hello", "-----BEGIN PRIVATE" + " KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_without_a_signing_key_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "signing.pem"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(GatewayError, match=r"signing\.pem"):
        load_signing_keys(path)
