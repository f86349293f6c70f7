"""Platforms, as receivers of webhooks. A module `<name>.py` here holds what is odd about one of them."""

from dataclasses import replace

from adapters.party import Parts, recorded, setting_name
from adapters.platforms.webhook import SignedWebhook, WebhookDialect, WebhookParty
from gateway.errors import GatewayError
from gateway.ports import Party

__all__ = ["WebhookDialect", "party"]


def party(parts: Parts) -> Party:
    """A platform that is told of changes by Standard Webhooks. GatewayError `setting_invalid` where a key is none."""
    secrets = parts.secret.split()
    parts = replace(parts, terms=replace(parts.terms, by_status=True))
    try:
        line = recorded(parts, lambda inner: SignedWebhook(inner, secrets, parts.now))
    except ValueError as error:
        name = setting_name(parts.profile.id, "SECRET")
        raise GatewayError("setting_invalid", name=name, reason=str(error)) from None
    return WebhookParty(parts.profile, parts.dialect, line, parts.now)
