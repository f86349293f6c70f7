"""Legs and cases are tried in the scripted world of the services, where there is one of everything."""

from tests.gateway.services.conftest import world

__all__ = ["world"]
