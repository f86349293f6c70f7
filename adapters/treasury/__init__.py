"""Treasuries of the national treasury network. A module `<name>.py` here holds what is odd about one of them."""

from adapters.party import Parts, recorded
from adapters.treasury.inquiries import WAYS
from adapters.treasury.node import TreasuryNode
from adapters.treasury.signing import SignedTransport
from gateway.ports import Party


def party(parts: Parts) -> Party:
    """A treasury that is not odd: what we send ends in our signature, and what it sends in its own."""
    line = recorded(parts, lambda inner: SignedTransport(inner, parts.secret))
    node = TreasuryNode(parts.profile, parts.dialect, line, WAYS, parts.now)
    node.key = parts.secret.encode()
    return node
