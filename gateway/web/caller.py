"""Who calls, and whether they may."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from gateway.errors import GatewayError
from gateway.web.clients import Client, Kind
from gateway.web.doors import Doors


@dataclass(frozen=True, slots=True)
class Caller:
    """An identified caller. `scopes`: what the token gives and the register still allows."""

    client: str
    kind: Kind
    scopes: frozenset[str]
    party: str

    @property
    def sees(self) -> str | None:
        """Whose cases the caller sees: its own; None for an operator, who sees all."""
        return None if self.kind == "operator" else self.client

    def check(self, scope: str, kinds: frozenset[Kind]) -> None:
        """GatewayError `wrong_caller_kind`, `insufficient_scope` where this is not for the caller."""
        if self.kind not in kinds:
            raise GatewayError("wrong_caller_kind", allowed=", ".join(sorted(kinds)))
        if scope not in self.scopes:
            raise GatewayError("insufficient_scope", scope=scope)


def by_token(doors: Doors, authorization: str, now: datetime) -> Caller:
    """The caller behind an Authorization header (RFC 6750); GatewayError `authentication_needed`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        _refuse("send Authorization: Bearer and the token")
    claims = doors.tokens.verify(token.strip(), now)
    client = doors.clients.get(claims.client)
    if client is None or client.kind != claims.kind:
        _refuse("the client is not registered any more")
    return _caller(client, claims.scopes)


def by_user(doors: Doors, user: str) -> Caller:
    """The caller whose WS-Security user has been proved."""
    client = doors.clients.by_user(user)
    if client is None:
        _refuse("the client is not registered any more")
    return _caller(client, client.scopes)


def _caller(client: Client, scopes: frozenset[str]) -> Caller:
    return Caller(client.id, client.kind, client.scopes & scopes, client.party)


def _refuse(reason: str) -> NoReturn:
    raise GatewayError("authentication_needed", reason=reason)
