"""Idempotency-Key: required on every POST below /v1."""

import re

from gateway.errors import GatewayError
from gateway.store.idempotency import Key
from gateway.web.call import Call

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


def key_of(call: Call) -> Key:
    """What makes this request the same one; GatewayError `idempotency_key_missing`, `idempotency_key_invalid`."""
    header = call.header("IDEMPOTENCY_KEY")
    if not header:
        raise GatewayError("idempotency_key_missing")
    if not _VISIBLE.fullmatch(header):
        raise GatewayError("idempotency_key_invalid")
    return Key(call.caller.client, call.request.method, call.request.path, header)
