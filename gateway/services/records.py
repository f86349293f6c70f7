"""Canonical records as the store keeps them: one JSON form for every message."""

from typing import Any, TypeVar

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
