"""Tokens: client credentials by signed assertion (RFC 6749, section 4.4; RFC 7523), and the keys that verify ours."""

from collections.abc import Mapping

from flask import Response

from gateway.errors import GatewayError
from gateway.security.assertions import ASSERTION_TYPE
from gateway.security.tokens import LIFETIME
from gateway.web.answers import of_json
from gateway.web.call import Call
from gateway.web.clients import Client
from gateway.web.doors import TOKEN_PATH
from gateway.web.resource import entrance

FORM = "application/x-www-form-urlencoded"


@entrance(f"POST {TOKEN_PATH}", "open")
def token(call: Call) -> Response:
    """Give a short-lived bearer token to a client that proves itself by a signed assertion."""
    form = _form(call)
    now = call.runtime.now()
    proved = call.doors.assertions.client(form["client_assertion"], call.doors.clients.keys_of, now)
    client = call.doors.clients.get(proved)
    if client is None or form.get("client_id", client.id) != client.id:
        raise GatewayError("invalid_client", reason="client_id is not the client of the assertion")
    call.proved = client.id
    scopes = _scopes(client, form.get("scope", ""))
    given = {
        "access_token": call.doors.tokens.issue(client.id, client.kind, scopes, now),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(sorted(scopes)),
    }
    return of_json(given)


@entrance("GET /.well-known/jwks.json", "open")
def jwks(call: Call) -> Response:
    """Publish the keys that verify our tokens."""
    return of_json(call.doors.tokens.jwks())


def _form(call: Call) -> Mapping[str, str]:
    # An assertion is a credential: this body, unlike every other, is no matter for the journal.
    call.request.max_form_memory_size = call.runtime.settings.body_limit
    if call.request.mimetype != FORM:
        raise GatewayError("unsupported_media_type", expected=FORM)
    form = call.request.form
    if len(form) != sum(1 for _ in form.items(multi=True)):
        raise _refused("a parameter stands twice")
    given = form.to_dict()
    if given.get("grant_type") != "client_credentials":
        raise _refused("grant_type must be client_credentials", "unsupported_grant_type")
    if given.get("client_assertion_type") != ASSERTION_TYPE:
        raise _refused(f"client_assertion_type must be {ASSERTION_TYPE}")
    if not given.get("client_assertion"):
        raise _refused("client_assertion is missing")
    return given


def _scopes(client: Client, asked: str) -> frozenset[str]:
    wanted = frozenset(asked.split())
    if wanted - client.scopes:
        raise _refused(f"the client may ask for: {' '.join(sorted(client.scopes))}", "invalid_scope")
    return wanted or client.scopes


def _refused(reason: str, oauth: str = "invalid_request") -> GatewayError:
    return GatewayError("invalid_grant_request", reason=reason, oauth=oauth)
