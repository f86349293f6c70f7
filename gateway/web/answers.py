"""Answers in JSON."""

from typing import Any

import msgspec
from flask import Response

from gateway.services.accept import Answer
from gateway.web.lean import LeanResponse

_HEADERS = {"Cache-Control": "no-store"}
_REPLAYED = {**_HEADERS, "Idempotency-Replayed": "true"}
_JSON = "application/json"
_encode = msgspec.json.Encoder().encode


def of_json(document: Any, status: int = 200) -> Response:
    """A document that no cache may keep: it may be about a person."""
    return LeanResponse(_encode(document), status, headers=_HEADERS, content_type=_JSON)


def of_answer(answer: Answer) -> Response:
    """A stored or fresh answer, byte for byte."""
    headers = _REPLAYED if answer.replayed else _HEADERS
    return LeanResponse(answer.body, answer.status, headers=headers, content_type=_JSON)
