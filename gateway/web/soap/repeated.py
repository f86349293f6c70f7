"""A repeated message_id gives the same answer: the envelope that was sent, byte for byte, while answers are kept."""

from collections.abc import Callable

from gateway.errors import Fault, GatewayError
from gateway.mapping.canonical_json import decode, differences
from gateway.services.runtime import Runtime
from gateway.store import idempotency
from gateway.store.work import ClashError

_OK = 200


def _answered(runtime: Runtime, key: idempotency.Key, request: bytes) -> bytes | None:
    """The envelope that answered this message before; GatewayError `idempotency_conflict` for other content."""
    with runtime.store.reading() as tx:
        stored = idempotency.find(tx, key)
    if stored is None:
        return None
    if stored.request != request:
        differing = differences(decode(stored.request), decode(request))
        faults = [Fault(pointer, "content_differs") for pointer in differing]
        raise GatewayError("idempotency_conflict", faults=faults)
    return stored.answer


def once(runtime: Runtime, key: idempotency.Key, request: bytes, answer: Callable[[], bytes]) -> bytes:
    """The envelope that answered this message before; else the one that `answer` gives, which is kept."""
    return _answered(runtime, key, request) or _keep(runtime, key, request, answer())


def _keep(runtime: Runtime, key: idempotency.Key, request: bytes, answer: bytes) -> bytes:
    """Keep the answer, and return what is kept: a twin may have been faster."""
    try:
        with runtime.store.work("soap_answer") as tx:
            idempotency.keep(tx, key, request, _OK, answer)
    except ClashError:
        return _answered(runtime, key, request) or answer
    return answer
