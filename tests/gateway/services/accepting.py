"""Enrolments that came in some way: documents of no form, already understood."""

from gateway.model.platform import Enrolment
from gateway.ports import Crossing
from gateway.services.accept import Answer, Arrival
from gateway.services.accept import accept as accept_arrival
from gateway.services.runtime import Runtime
from gateway.store.idempotency import Key


def accept(runtime: Runtime, key: Key, enrolment: Enrolment, language: str) -> Answer:
    """Have `enrolment` taken in under `key`."""
    document = Crossing("in", key.client, "enrol", "application/json", b"{}", runtime.now())
    return accept_arrival(runtime, Arrival(document, lambda: (key, enrolment), language))
