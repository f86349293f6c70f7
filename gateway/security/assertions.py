"""Client authentication by a signed assertion (RFC 7523, section 3): checked for our callers, made for our own."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import jwt

from gateway.errors import GatewayError
from gateway.security.replay import ReplayGuard
from gateway.security.signing import SigningKey, VerifyKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = timedelta(minutes=5)

_LONGEST = 8192
_LONGEST_ID = 256
_CLOCKS_DIFFER = 30
_OPTIONS: Any = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
    "require": ["iss", "sub", "aud", "exp", "jti"],
}
_BROKEN = (jwt.PyJWTError, ValueError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class AssertionCheck:
    """Checks assertions. `audiences`: the addresses by which callers know the token endpoint."""

    audiences: Collection[str]
    replays: ReplayGuard

    def client(self, assertion: str, keys_of: Callable[[str], Sequence[VerifyKey]], now: datetime) -> str:
        """The client that made the assertion; `keys_of` gives its registered keys, none for an unknown client.

        GatewayError `invalid_client`; an unknown client and a wrong signature are told in the same words.
        """
        claimed, kid = _claimed(assertion)
        payload = _verified(assertion, _fitting(keys_of(claimed), kid))
        if payload["iss"] != claimed or payload["sub"] != claimed:
            _refuse("iss and sub must both be the client id")
        self._check_audience(payload["aud"])
        expires = _check_times(payload, int(now.timestamp()))
        self._check_first_use(claimed, payload["jti"], expires)
        return claimed

    def _check_audience(self, audience: object) -> None:
        named = audience if isinstance(audience, list) else [audience]
        if not any(isinstance(one, str) and one in self.audiences for one in named):
            _refuse("aud must be the address of this token endpoint")

    def _check_first_use(self, client: str, jti: object, expires: int) -> None:
        if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_ID:
            _refuse(f"jti must be a text of 1 to {_LONGEST_ID} characters")
        used = hashlib.sha256(f"{client}\x00{jti}".encode(errors="surrogatepass")).hexdigest()
        if not self.replays.first_use(f"assertion:{used}", datetime.fromtimestamp(expires, UTC)):
            _refuse("the assertion was used before; make a new one for each request")


def make_assertion(
    client: str, audience: str, key: SigningKey, now: datetime, lifetime: timedelta = timedelta(minutes=1)
) -> str:
    """An assertion by which `client` identifies itself at the token endpoint `audience`, once."""
    issued = int(now.timestamp())
    claims = {
        "iss": client,
        "sub": client,
        "aud": audience,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
        "jti": secrets.token_urlsafe(16),
    }
    return key.token(claims, "JWT")


def _claimed(assertion: str) -> tuple[str, object]:
    """Who the assertion says made it, and the key it names; nothing of that is true yet."""
    if len(assertion) > _LONGEST:
        _refuse("the assertion is too long")
    try:
        unverified = jwt.decode_complete(assertion, options={"verify_signature": False})
        claimed = unverified["payload"].get("sub")
    except _BROKEN:
        _refuse("the assertion is not a signed JWT")
    if not isinstance(claimed, str) or not 0 < len(claimed) <= _LONGEST_ID:
        _refuse("iss and sub must both be the client id")
    return claimed, unverified["header"].get("kid")


def _fitting(keys: Sequence[VerifyKey], kid: object) -> Sequence[VerifyKey]:
    """The key that the assertion names, or all of the client's where it names none that is known."""
    named = [key for key in keys if key.kid == kid]
    return named or keys


def _verified(assertion: str, keys: Sequence[VerifyKey]) -> Mapping[str, Any]:
    found = next(filter(None, (_payload(assertion, key) for key in keys)), None)
    return found or _refuse("no key registered for this client fits the signature")


def _payload(assertion: str, key: VerifyKey) -> Mapping[str, Any] | None:
    try:
        return jwt.decode(assertion, key.key, key.algorithms, options=_OPTIONS)
    except jwt.MissingRequiredClaimError:
        _refuse("iss, sub, aud, exp and jti are required")
    except _BROKEN:
        return None


def _check_times(payload: Mapping[str, Any], now: int) -> int:
    expires = _seconds(payload, "exp", now)
    if expires <= now:
        _refuse("the assertion has expired")
    if expires > now + int(LONGEST_LIFE.total_seconds()):
        _refuse("the assertion lives too long; let it expire within five minutes")
    if max(_seconds(payload, "nbf", now), _seconds(payload, "iat", now)) > now + _CLOCKS_DIFFER:
        _refuse("the assertion is not valid yet; compare the clocks")
    return expires


def _seconds(payload: Mapping[str, Any], name: str, absent: int) -> int:
    value = payload.get(name, absent)
    if type(value) is not int:
        _refuse(f"{name} must be whole seconds since 1970")
    return value


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("invalid_client", reason=reason)
