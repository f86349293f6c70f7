"""Access tokens of ours: short-lived signed JWTs with scopes (RFC 9068), issued and verified at a given instant."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import jwt

from gateway.errors import GatewayError
from gateway.security.signing import SigningKey, VerifyKey

LIFETIME = timedelta(seconds=600)

_TYPE = "at+jwt"
_LONGEST = 4096
_CLOCKS_DIFFER = 60
_CACHED = 8192
# The library's clock is the system's; ours is given, so its time checks are off and stand below.
_OPTIONS: Any = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "require": ["sub", "kind", "scope", "iat", "exp"],
}


@dataclass(frozen=True, slots=True)
class Claims:
    """Who calls: the client, its kind (platform, province, ...), what it may do, and until when."""

    client: str
    kind: str
    scopes: frozenset[str]
    expires: datetime


class TokenIssuer:
    """Issues and verifies access tokens. The first key signs; all verify. `issuer` is the gateway's public address."""

    def __init__(self, keys: Sequence[SigningKey], issuer: str, audience: str = "gateway") -> None:
        self._signing = keys[0]
        self._keys: Mapping[str, VerifyKey] = {key.kid: key.public for key in keys}
        self._issuer = issuer
        self._audience = audience
        self._verified: dict[bytes, tuple[Claims, int]] = {}

    def jwks(self) -> dict[str, Any]:
        """The public keys as served under /.well-known/jwks.json (RFC 7517)."""
        return {"keys": [key.jwk() for key in self._keys.values()]}

    def issue(
        self, client_id: str, kind: str, scopes: Collection[str], now: datetime, lifetime: timedelta = LIFETIME
    ) -> str:
        """A bearer token for a client that has been identified."""
        issued = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": client_id,
            "client_id": client_id,
            "kind": kind,
            "scope": " ".join(sorted(scopes)),
            "iat": issued,
            "exp": issued + int(lifetime.total_seconds()),
            "jti": secrets.token_urlsafe(12),
        }
        return self._signing.token(claims, _TYPE)

    def verify(self, token: str, now: datetime) -> Claims:
        """What a token says; GatewayError `authentication_needed` where it is not one of ours or not valid at `now`."""
        if len(token) > _LONGEST:
            _refuse("the token is too long")
        key = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        claims, issued = self._verified.get(key) or self._checked(token)
        _check_time(issued, int(claims.expires.timestamp()), int(now.timestamp()))
        if len(self._verified) >= _CACHED:
            self._verified.clear()
        self._verified[key] = claims, issued
        return claims

    def _checked(self, token: str) -> tuple[Claims, int]:
        try:
            payload = self._payload(token)
            expires = datetime.fromtimestamp(_seconds(payload["exp"]), UTC)
            scopes = frozenset(str(payload["scope"]).split())
            return Claims(str(payload["sub"]), str(payload["kind"]), scopes, expires), _seconds(payload["iat"])
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError, RecursionError):
            _refuse("the token is not one that this gateway signed")

    def _payload(self, token: str) -> Mapping[str, Any]:
        header = jwt.get_unverified_header(token)
        key = self._keys.get(str(header.get("kid")))
        if key is None or header.get("typ") != _TYPE:
            raise jwt.InvalidTokenError
        return jwt.decode(
            token, key.key, key.algorithms, options=_OPTIONS, audience=self._audience, issuer=self._issuer
        )


def _seconds(value: object) -> int:
    if type(value) is not int:
        raise TypeError("times in a token are whole seconds")
    return value


def _check_time(issued: int, expires: int, now: int) -> None:
    if now >= expires:
        _refuse("the token has expired; ask for a new one")
    if issued > now + _CLOCKS_DIFFER:
        _refuse("the token is not valid yet; compare the clocks")


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("authentication_needed", reason=reason)
