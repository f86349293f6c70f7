"""Canonical records as the store keeps them: one JSON form for every message."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from gateway.mapping.canonical_json import encoder, reader
from gateway.model.messages import EXCHANGES, Message

T = TypeVar("T")


def encode(message: Message) -> bytes:
    """The record as canonical JSON."""
    return encoder(type(message))(message)


def decode(record: type[T], kept: bytes) -> T:
    """The record back from what `encode` wrote."""
    return reader(record)(kept)


def request(message: str, kept: bytes) -> Any:
    """The request of the message named `message`."""
    return decode(EXCHANGES[message].request, kept)


def reply(message: str, kept: bytes) -> Any:
    """The answer to the message named `message`."""
    return decode(EXCHANGES[message].reply, kept)


@lru_cache(maxsize=2048)
def content_of(kept: str) -> Mapping[str, Any]:
    """What a row keeps as JSON of its determination or levy. Rows that are alike share it: nobody may change it."""
    content: Mapping[str, Any] = msgspec.json.decode(kept)
    return content
