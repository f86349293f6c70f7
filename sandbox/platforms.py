"""The demo platform: takes webhooks and keeps them as they came, headers and bytes; verifies nothing."""

import base64
from typing import Any

from sandbox.faults import Fault, Voice, perform
from sandbox.ground import Ground
from sandbox.http import Answer, Reply, Request

PARTY = "demo-platform"
JSON = "application/json"


class Platform:
    """The webhook receiver."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._deliveries: list[dict[str, Any]] = []

    def clear(self) -> None:
        """Forget every delivery."""
        self._deliveries.clear()

    def handle(self, request: Request) -> Answer:
        """Take one delivery."""
        plan = self._ground.faults.take(PARTY, "CaseChanged")

        def act() -> Reply:
            if "effect_missing" not in plan:
                self._keep(request)
            return Reply(b"{}", JSON)

        return perform(plan, Voice("utf-8", "gbk", _error), act)

    def shown(self) -> list[dict[str, Any]]:
        """Every delivery: `headers`, `body` (text), `body_base64`, `at`."""
        return list(self._deliveries)

    def _keep(self, request: Request) -> None:
        body = {"body": request.body.decode("utf-8", "replace"), "body_base64": base64.b64encode(request.body).decode()}
        at = self._ground.clock.now().isoformat()
        self._deliveries.append({"headers": dict(request.headers), **body, "at": at})
        self._ground.effects.count(PARTY, "webhook", request.headers.get("webhook-id", ""))


def _error(_fault: Fault) -> Reply:
    return Reply(b'{"error": "internal"}', JSON)
