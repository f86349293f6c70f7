"""The worker's parts are tried on the same scripted world as the services."""

from tests.gateway.services.conftest import world

__all__ = ["world"]
