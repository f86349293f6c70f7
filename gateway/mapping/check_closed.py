"""Replies about money or a state have closed tables: what we do not know of them may change what they say."""

from collections.abc import Iterator
from enum import Enum

from gateway.mapping.dialect_tables import Tables
from gateway.model.codes import Decision
from gateway.model.messages import EXCHANGES
from gateway.model.shape import shapes
from gateway.model.values import Money


def must_be_closed(record: type | None, message: str = "") -> bool:
    """Whether a reply tells an amount, a state or a decision, or answers a message that changes something."""
    exchange = EXCHANGES.get(message)
    return (exchange is not None and exchange.changes) or (record is not None and any(map(_weighs, _kinds(record))))


def left_open(tables: Tables) -> Iterator[str]:
    """A fault, with its line, for every reply that must be closed and is not."""
    for direction, side in tables.sides():
        if direction == "reply" and not side.closed and must_be_closed(side.record, side.located.table.message):
            reason = "this reply tells of money or a state: put `closed: true`, so that an unknown field is an error"
            yield str(side.located.file.invalid(reason, "reply"))


def _weighs(kind: type) -> bool:
    return kind in (Money, Decision) or (issubclass(kind, Enum) and kind.__name__.endswith("State"))


def _kinds(record: type) -> Iterator[type]:
    for item in shapes(record):
        if item.is_record:
            yield from _kinds(item.kind)
        else:
            yield item.kind
